import { type FoundContainer, findContainer } from "../container/find.ts";
import { readFrozen } from "../kernel/freezer.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { Context } from "./command.ts";
import { processOf } from "./look.ts";
import { whereOf } from "./where.ts";

export type Frozen = {
  readonly id: string;
  readonly frozen: boolean | null;
  readonly source: string;
  readonly why: string | null;
};

/** Pause or resume a container and read from the kernel what came of it. Errors: those of findContainer and of the verb. */
export async function freeze(verb: "pause" | "resume", text: string, context: Context): Promise<Frozen> {
  const id = parseContainerId(text);
  const { signal } = context;
  const found = await findContainer(id, whereOf(context));
  const { runtime, state } = found;
  await runtime[verb](id, { signal });
  if (!runtimeTraits[runtime.kind].hostProcesses) return await sandboxed(found, context);
  const { pid } = processOf(state);
  const reading = await readFrozen(pid);
  const { source } = reading;
  return reading.ok
    ? { id, frozen: reading.value, source, why: null }
    : { id, frozen: null, source, why: reading.detail };
}

/** A sandbox's own kernel stops its processes: the freezer of the host has no part in it, and only the runtime can be asked. */
async function sandboxed({ id, runtime }: FoundContainer, { signal }: Context): Promise<Frozen> {
  const { status } = await runtime.state(id, { signal });
  const why = `its sandbox stops its processes itself; ${runtime.kind} says that it is ${status}`;
  return { id, frozen: null, source: `${runtime.kind} state ${id}`, why };
}
