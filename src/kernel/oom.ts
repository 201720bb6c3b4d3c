import { kernelFiles } from "./files.ts";
import type { Exact } from "./parse/parsed.ts";
import { parseKey } from "./parse/usage.ts";
import { readFact, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { CgroupPlace } from "./usage.ts";

/**
 * How many processes of a cgroup the kernel has killed for lack of memory: `oom_kill` of memory.events, which counts those below it too
 * (Documentation/admin-guide/cgroup-v2.rst), in v1 of memory.oom_control (cgroup-v1/memory.rst, Linux 4.13). Never rejects.
 */
export async function readOomKills(
  { unified, v1 }: CgroupPlace,
  files: KernelFiles = kernelFiles,
): Promise<Reading<Exact>> {
  const old = v1["memory"];
  const path = old === undefined ? unified && `${unified}/memory.events` : `${old}/memory.oom_control`;
  if (path === undefined) return unread("memory.events", "absent", "its cgroup has no memory controller");
  const reading = await readFact(files, path, (text) => parseKey(text, "oom_kill"));
  return { ...reading, source: `${path} oom_kill` };
}
