import { findContainer } from "../container/find.ts";
import { readFrozen } from "../kernel/freezer.ts";
import { parseContainerId } from "../oci/container-id.ts";
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
  const { runtime, state } = await findContainer(id, whereOf(context));
  await runtime[verb](id, { signal });
  const { pid } = processOf(state);
  const reading = await readFrozen(pid);
  const { source } = reading;
  return reading.ok
    ? { id, frozen: reading.value, source, why: null }
    : { id, frozen: null, source, why: reading.detail };
}
