import { readdirSync, readFileSync } from "node:fs";
import { waitProcess } from "../linux/process.ts";
import { type RuntimeKind, runtimeTraits } from "../runtime/kinds.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Target } from "./interrupts.ts";

/**
 * gVisor's sandbox is two processes, and its `delete` waits until both are gone from the process table: this subreaper inherits both, and knows the pid
 * of one. Until disposed of, whatever of them has ended is reaped: for the time of a `delete`, when nobody waits for the exit code any more. Nothing for
 * runtimes whose containers are processes of this host.
 */
export function reapSandbox(kind: RuntimeKind): Disposable {
  if (runtimeTraits[kind].hostProcesses) return { [Symbol.dispose]: () => undefined };
  const timer = setInterval(() => {
    for (const pid of orphans()) waitProcess(pid);
  }, 20).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The first process of a container as it gets our signals. */
export function targetOf(
  { kind }: Pick<Runtime, "kind">,
  { pid, pidfd }: Target & { readonly pid: number },
): Target {
  return { pidfd, pid: runtimeTraits[kind].hostProcesses ? pid : undefined };
}

/** Our ended children that executed /proc/self/exe, as gVisor's processes do and no child that Node starts does (proc_pid_stat(5)). */
function orphans(): readonly number[] {
  const tasks = readdirSync("/proc/self/task");
  const children = tasks.flatMap((task) => (readOr(`/proc/self/task/${task}/children`) ?? "").split(" "));
  const pids = children.filter((pid) => pid !== "");
  return pids.filter((pid) => /^\d+ \(exe\) Z /.test(readOr(`/proc/${pid}/stat`) ?? "")).map(Number);
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
