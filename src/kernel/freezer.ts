import { readHierarchies } from "./cgroups.ts";
import { kernelFiles } from "./files.ts";
import { parseCgroupFile } from "./parse/cgroup.ts";
import { readFact, readWhole, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { HierarchyView } from "./view-type.ts";

/**
 * Whether the freezer holds every process of the cgroup that `pid` is in: `frozen` of cgroup.events in v2 (Documentation/admin-guide/cgroup-v2.rst),
 * freezer.state in v1, where the answer is FREEZING until it does (cgroup-v1/freezer-subsystem.rst). Never rejects.
 */
export async function readFrozen(pid: number, files: KernelFiles = kernelFiles): Promise<Reading<boolean>> {
  const cgroups = await readFact(files, `/proc/${pid}/cgroup`, parseCgroupFile);
  const hierarchies = await readHierarchies(files, { cgroups, questions: {} });
  // A hybrid host has a v2 tree as well, which nobody freezes with.
  for (const hierarchy of [...hierarchies].sort((a, b) => a.version - b.version)) {
    const reading = await frozenIn(hierarchy, files);
    if (reading !== undefined) return reading;
  }
  return unread(`/proc/${pid}/cgroup`, "absent", "none of its cgroups has a freezer");
}

async function frozenIn(
  { version, controllers, directory, files: seen }: HierarchyView,
  files: KernelFiles,
): Promise<Reading<boolean> | undefined> {
  if (!directory.ok) return undefined;
  const events = seen["cgroup.events"];
  if (version === 2 && events?.ok === true && typeof events.value === "object" && "frozen" in events.value)
    return { source: `${events.source} frozen`, ok: true, value: Number(events.value["frozen"]) === 1 };
  if (version === 2 || !controllers.includes("freezer")) return undefined;
  const state = await readWhole(files, `${directory.value}/freezer.state`);
  return state.ok ? { source: state.source, ok: true, value: state.value.trim() === "FROZEN" } : state;
}
