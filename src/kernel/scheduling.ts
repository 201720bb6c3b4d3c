import { ask } from "./asked.ts";
import { parseMemoryPolicy } from "./parse/memory-policy.ts";
import { readFirstLine } from "./read.ts";
import type { KernelFiles } from "./reading.ts";
import type { ProcessView } from "./view-type.ts";

/** What of scheduling and memory placement /proc/PID/stat and status do not hold. */
export async function readScheduling(
  files: KernelFiles,
  pid: number,
): Promise<Pick<ProcessView["scheduling"], "attributes" | "ioPriority" | "memoryPolicy">> {
  return {
    attributes: await ask(files, `sched_getattr(${pid})`, (calls) => calls.schedulingAttributes(pid)),
    ioPriority: await ask(files, `ioprio_get(IOPRIO_WHO_PROCESS, ${pid})`, (calls) => calls.ioPriority(pid)),
    memoryPolicy: await readFirstLine(files, `/proc/${pid}/numa_maps`, parseMemoryPolicy),
  };
}
