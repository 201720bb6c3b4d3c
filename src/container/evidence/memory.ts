import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerExit } from "../exit.ts";
import type { Evidence } from "./evidence.ts";

/** Where the kernel counts the processes of a cgroup that it killed for memory, and where the limit stands: v2, v1. */
const files = [
  ["memory.events", "memory.max"],
  ["memory.oom_control", "memory.limit_in_bytes"],
] as const;

/**
 * Whether an exit code of 137 came from the kernel, because the container's cgroup had no memory left (cgroup-v2.rst, memory.events; v1:
 * memory.oom_control, "oom_kill"). To be asked before the container is deleted: the counts go with its cgroups. Undefined: no such kill.
 */
export function killedForMemory(exit: ContainerExit, cgroups: readonly string[]): Evidence | undefined {
  if (exit.exitCode !== 137) return undefined;
  for (const directory of cgroups) {
    for (const [counts, limit] of files) {
      const kills = Number(/^oom_kill (\d+)$/m.exec(readText(join(directory, counts)))?.[1] ?? 0);
      if (kills === 0) continue;
      const most = readText(join(directory, limit)).trim();
      return { source: join(directory, counts), says: `oom_kill ${kills}, with ${limit} ${most}` };
    }
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
