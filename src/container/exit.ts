import { setTimeout as sleep } from "node:timers/promises";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { type WaitStatus, waitProcess, whenProcessEnds } from "../linux/process.ts";
import { signalName } from "../runtime/signals.ts";

/** How a container's first process ended. `exitCode` is 128 + the signal's number when one ended it, as shells count. */
export type ContainerExit = { readonly exitCode: number; readonly signal?: string };

/** Wait for the process behind `pidfd`, an orphan that this subreaper has inherited, and reap it. Errors: "container.lost", the signal's reason. */
export async function waitForExit(
  pid: number,
  pidfd: number,
  { signal }: Cancel = {},
): Promise<ContainerExit> {
  await whenProcessEnds(pidfd, { signal });
  try {
    // Whoever traced it (criu, a debugger) sees its end first, and we only once that one has let go (ptrace(2)).
    for (let turn = 0; turn < 100; turn++) {
      const status = waitProcess(pid);
      if (status !== undefined) return toExit(status);
      await sleep(20);
    }
  } catch (error) {
    log.debug("waitpid failed", { pid, error: String(error) });
  }
  throw new OcilabError("container.lost", {
    doing: `wait for the container's process ${pid}`,
    got: "it has ended, and its exit status is not ours to read",
  });
}

/** The status that wait(2) gives. */
export function toExit(status: WaitStatus): ContainerExit {
  if (status.kind === "exited") return { exitCode: status.exitCode };
  return { exitCode: 128 + status.signal, signal: signalName(status.signal) };
}

/** The exit code of an `ocilab run` that ends with this error: 126 and 127 for the command, 128 + the signal when interrupted, else 125. */
export function runExitCode(error: unknown): number {
  if (!(error instanceof OcilabError)) return 125;
  if (error.code === "container.command-missing" || error.code === "runtime.command-missing") return 127;
  const denied = ["container.command-denied", "runtime.command-denied", "runtime.command-format"];
  if (denied.includes(error.code)) return 126;
  const number = error.facts["signalNumber"];
  return error.code === "host.interrupted" && typeof number === "number" ? 128 + number : 125;
}
