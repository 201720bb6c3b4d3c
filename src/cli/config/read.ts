import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { SpecOption } from "../../spec/context.ts";
import type { Context } from "../command.ts";
import { readStandardInput } from "../standard-input.ts";
import type { ConfigValues } from "./flags.ts";
import { namedContainers } from "./namespaces.ts";
import { configOptions } from "./options.ts";

type Read = {
  /** What follows the image. */
  readonly command: readonly string[];
  readonly context: Context;
  /** The container's id where there is one already. */
  readonly id?: string | undefined;
};

/**
 * The config flags of a command line as spec options, with what they name read: files, devices, running containers.
 * Errors: "usage.bad-argument", "spec.bad-option", "runtime.not-found" and those of the options.
 */
export async function readConfigOptions(
  flags: ConfigValues,
  { command, context, id }: Read,
): Promise<readonly SpecOption[]> {
  if (flags["stop-signal"] !== undefined) {
    const { parseSignal } = await import("../../runtime/signals.ts");
    parseSignal(flags["stop-signal"]);
  }
  const pids = await readPids(namedContainers(flags), context);
  const stdin = flags["spec-patch"].includes("-") ? await readStandardInput(context) : undefined;
  return configOptions(flags, { command, cwd: process.cwd(), env: context.env, id, pids, stdin });
}

async function readPids(ids: readonly string[], context: Context): Promise<ReadonlyMap<string, number>> {
  const pids = new Map<string, number>();
  for (const id of ids) pids.set(id, await readPid(id, context));
  return pids;
}

/** The first process of a container: of the runtime and root that were given, else of any other that `list` knows. */
async function readPid(text: string, { configuration, runtime, root, signal }: Context): Promise<number> {
  const { parseContainerId } = await import("../../oci/container-id.ts");
  const { findContainer } = await import("../../container/find.ts");
  const id = parseContainerId(text);
  const { state } = await findContainer(id, { configuration, runtime, root, signal }).catch((error) => {
    if (!isNotFound(error) || (runtime === undefined && root === undefined)) throw error;
    return findContainer(id, { configuration, signal });
  });
  if ("pid" in state) return state.pid;
  throw new OcilabError("usage.bad-argument", {
    doing: `join the namespaces of the container ${quote(text)}`,
    got: `it is ${state.status}, and namespaces go with their last process`,
    hint: "`ocilab list` shows which containers run",
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof OcilabError && error.code === "runtime.not-found";
}
