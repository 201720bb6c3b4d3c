import { ask, notAsked } from "./asked.ts";
import { parseDevicePrograms } from "./parse/bpf/devices.ts";
import { deviceTable } from "./parse/bpf/table.ts";
import { good, wordsOf } from "./parse/parsed.ts";
import { attempt, readFact, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { CgroupLevel, CgroupOwner, DeviceFilter } from "./view-parts.ts";
import type { HierarchyView, Questions } from "./view-type.ts";

/** Where a cgroup is: the directory that we see it under, and its path in the tree. */
type Place = { readonly version: 1 | 2; readonly directory: string; readonly path: string };

/** The directories from the top of what we see of the v2 tree down to the cgroup. */
export async function readLevels(
  files: KernelFiles,
  { directory, path }: Place,
): Promise<readonly CgroupLevel[]> {
  const names = path.split("/").filter((name) => name !== "");
  const levels: CgroupLevel[] = [];
  for (let depth = 0; depth <= names.length; depth++) {
    const below = names.slice(depth);
    const suffix = below.map((name) => `/${name}`).join("");
    // Above the mount point there is nothing to read: the tree's upper part is not mounted.
    if (!directory.endsWith(suffix)) continue;
    const at = directory.slice(0, directory.length - suffix.length);
    const level = await readLevel(files, at, `/${names.slice(0, depth).join("/")}`);
    if (level.controllers.ok || depth === names.length) levels.push(level);
  }
  return levels;
}

async function readLevel(files: KernelFiles, at: string, path: string): Promise<CgroupLevel> {
  const words = (name: string) => readFact(files, `${at}/${name}`, (text) => good(wordsOf(text)));
  return {
    path,
    controllers: await words("cgroup.controllers"),
    subtreeControl: await words("cgroup.subtree_control"),
    type: await readFact(files, `${at}/cgroup.type`, (text) => good(text.trim())),
    owner: await readOwner(files, at),
  };
}

async function readOwner(files: KernelFiles, at: string): Promise<Reading<CgroupOwner>> {
  return attempt(`${at} (stat)`, async () => {
    const own = await files.status(at);
    const owner = async (name: string) => {
      const status = await files.status(`${at}/${name}`);
      return status.kind === "absent" ? -1 : status.uid;
    };
    if (own.kind === "absent") throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
    return {
      user: own.uid,
      group: own.gid,
      mode: own.mode,
      procs: await owner("cgroup.procs"),
      subtreeControl: await owner("cgroup.subtree_control"),
    };
  });
}

/**
 * The first directory on the way down that does not hand a controller on, and why the cgroup lacks it; undefined when it has it, or when a level
 * could not be read. A controller is there when every directory above has it in cgroup.subtree_control (cgroup-v2.rst, "Enabling and Disabling").
 */
export function lackingLevel(levels: readonly CgroupLevel[], controller: string): CgroupLevel | undefined {
  const last = levels.at(-1);
  if (last?.controllers.ok !== true || last.controllers.value.includes(controller)) return undefined;
  return levels.slice(0, -1).find(({ controllers, subtreeControl }) => {
    if (controllers.ok && !controllers.value.includes(controller)) return true;
    return subtreeControl.ok && !subtreeControl.value.includes(controller);
  });
}

export async function readDeviceFilter(files: KernelFiles, place: Place): Promise<Reading<DeviceFilter>> {
  const source = `bpf(BPF_PROG_QUERY) of ${place.directory}`;
  if (place.version === 1) return unread(source, "absent", "cgroup v1 has devices.list instead of programs");
  return ask(files, source, (calls) => calls.deviceFilter(place.directory));
}

/** What the programs answer, by running them. */
export function deviceAnswers(
  filter: Reading<DeviceFilter>,
  questions: Questions,
): HierarchyView["deviceAnswers"] {
  if (questions.deviceAnswers !== true) return notAsked(filter.source);
  if (!filter.ok) return filter;
  const programs = parseDevicePrograms(filter.value);
  const table = programs.ok ? deviceTable(programs.value) : programs;
  return table.ok
    ? { source: filter.source, ok: true, value: table.value }
    : { source: filter.source, ok: false, reason: "malformed", detail: table.detail };
}

/** Which files are there to act on the whole cgroup at once, by the names in its directory. */
export function powersOf(
  names: readonly string[],
  { version, directory }: Pick<Place, "version" | "directory">,
): HierarchyView["can"] {
  const there = (name: string): Reading<boolean> => ({
    source: `${directory}/${name}`,
    ok: true,
    value: names.includes(name),
  });
  return { kill: there("cgroup.kill"), freeze: there(version === 2 ? "cgroup.freeze" : "freezer.state") };
}
