import { setTimeout as sleep } from "node:timers/promises";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { type CommandFault, commandFault } from "../bundle/command.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import type { ContainerId, Spec } from "../oci/spec.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runtimeOf, type Where } from "./find.ts";
import { seeingHooks } from "./hooks/hooks.ts";
import { type ContainerRecord, readRecord } from "./records.ts";

/**
 * Start a created container. runc and crun call it a success when the kernel could not load the program (no interpreter, no loader, another
 * machine's), and only the container's standard error tells: here it is an error. Errors: those of Runtime.start, "container.command-missing",
 * "container.command-denied".
 */
export async function startContainer(id: ContainerId, where: Where): Promise<void> {
  const runtime = await runtimeOf(id, where);
  const { configuration, signal } = where;
  const record = readRecord(configuration, id);
  const scene = { phase: "start", configuration, runtime, id, hooks: hooksOf(record) } as const;
  await seeingHooks(scene, () => runtime.start(id, { signal }));
  const fault = faultOf(record?.bundle);
  if (fault === undefined || !(await hasEnded(id, runtime, where))) return;
  const { says, hint } = fault.problem;
  throw new OcilabError(fault.kind === "missing" ? "container.command-missing" : "container.command-denied", {
    doing: `start container ${quote(id)}`,
    got: `${says}; so its process has ended`,
    hint,
    facts: { id, problem: fault.problem },
  });
}

/** Of a container that we made: of others nothing is kept. What cannot be read is no reason to fail. */
function hooksOf(record: ContainerRecord | undefined): Spec["hooks"] {
  try {
    return record === undefined ? undefined : readWithoutRootfs(record.bundle).spec.hooks;
  } catch {
    return undefined;
  }
}

/** Only for a container of which we know the bundle; what cannot be read is no reason to fail after a start that went well. */
function faultOf(directory: string | undefined): CommandFault | undefined {
  if (directory === undefined) return undefined;
  try {
    const fault = commandFault(readWithoutRootfs(directory));
    return fault?.problem.level === "error" ? fault : undefined;
  } catch {
    return undefined;
  }
}

/** Wait a moment for the end that is expected. */
async function hasEnded(id: ContainerId, runtime: Runtime, { signal }: Where): Promise<boolean> {
  for (let turn = 0; turn < 50; turn++) {
    if ((await runtime.find(id, { signal }))?.status === "stopped") return true;
    await sleep(20, undefined, { signal });
  }
  return false;
}
