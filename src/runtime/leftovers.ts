import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The cgroup directories that a create may leave when it fails, of those that are not there now (crun up to 1.28 leaves one in every
 * hierarchy). To be taken before `create` and removed after its failure. `cgroupsPath` is the config's; without it crun takes the id.
 */
export function futureCgroups(id: string, cgroupsPath: string | undefined): readonly string[] {
  const path = cgroupsPath === undefined || cgroupsPath === "" ? id : cgroupsPath;
  if (path.includes(":") || path.split("/").includes("..")) return [];
  return hierarchies()
    .map((hierarchy) => join(hierarchy, path))
    .filter((directory) => !existsSync(directory));
}

/** Remove those that are there after all. One with a process in it stays: the kernel refuses to remove it. */
export function removeCgroups(directories: readonly string[]): void {
  for (const directory of directories) {
    try {
      rmdirSync(directory);
    } catch {
      // Not there, or in use: either way not ours to remove.
    }
  }
}

/** Roots of the cgroup hierarchies: one with pure v2, else one a controller (cgroups(7)). */
function hierarchies(): readonly string[] {
  const top = "/sys/fs/cgroup";
  if (existsSync(join(top, "cgroup.controllers"))) return [top];
  return existsSync(top) ? readdirSync(top).map((name) => join(top, name)) : [];
}
