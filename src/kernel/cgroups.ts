import { cgroupFormat } from "./cgroup-files.ts";
import { deviceAnswers, powersOf, readDeviceFilter, readLevels } from "./levels.ts";
import { type CgroupEntry, type CgroupValue, parseCgroupValue } from "./parse/cgroup.ts";
import { type MountView, parseMountinfo } from "./parse/mountinfo.ts";
import { linesOf } from "./parse/parsed.ts";
import { attempt, mapReading, readFact, readWhole, rememberLast, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { HierarchyView, ProcessView, Questions } from "./view-type.ts";

const parseOwnMounts = rememberLast(parseMountinfo);

/** The process's cgroup of every hierarchy, found under our own mounts, with the content of its files. */
export async function readHierarchies(
  files: KernelFiles,
  options: { readonly cgroups: ProcessView["cgroups"]; readonly questions: Questions },
): Promise<readonly HierarchyView[]> {
  if (!options.cgroups.ok) return [];
  const mounts = await readFact(files, "/proc/self/mountinfo", parseOwnMounts);
  const views: HierarchyView[] = [];
  for (const entry of options.cgroups.value) {
    const directory = mounts.ok ? cgroupDirectory(entry, mounts.value, mounts.source) : mounts;
    views.push(await readHierarchy(files, { entry, directory, questions: options.questions }));
  }
  return views;
}

/**
 * The directory under which a reader with these mounts sees a cgroup. Paths in /proc/PID/cgroup and roots in mountinfo are both seen
 * from the reader's cgroup namespace (cgroup_namespaces(7)): "/.." is its parent.
 */
export function cgroupDirectory(
  entry: CgroupEntry,
  mounts: readonly MountView[],
  source = "/proc/self/mountinfo",
): Reading<string> {
  const candidates = mounts.filter((mount) => holds(mount, entry));
  if (candidates.length === 0)
    return unread(source, "absent", `no ${nameOf(entry)} hierarchy is mounted where we can see it`);
  for (const mount of candidates) {
    const below = relativeTo(mount.root, entry.path);
    if (below !== undefined)
      return { source, ok: true, value: `${mount.mountPoint}${below}`.replace(/\/$/, "") };
  }
  return unread(
    source,
    "absent",
    `${entry.path} lies outside of what is mounted of the ${nameOf(entry)} hierarchy`,
  );
}

function holds(mount: MountView, entry: CgroupEntry): boolean {
  if (entry.version === 2) return mount.type === "cgroup2";
  return mount.type === "cgroup" && entry.controllers.every((name) => mount.superOptions.includes(name));
}

function nameOf(entry: CgroupEntry): string {
  return entry.version === 2 ? "cgroup2" : `cgroup v1 ${entry.controllers.join(",")}`;
}

function relativeTo(root: string, path: string): string | undefined {
  const from = root.split("/").filter((name) => name !== "");
  const to = path.split("/").filter((name) => name !== "");
  const below = to.slice(from.length);
  if (from.some((name, index) => to[index] !== name) || below.includes("..")) return undefined;
  return below.map((name) => `/${name}`).join("");
}

async function readHierarchy(
  files: KernelFiles,
  options: {
    readonly entry: CgroupEntry;
    readonly directory: Reading<string>;
    readonly questions: Questions;
  },
): Promise<HierarchyView> {
  const { entry, directory } = options;
  const view = { version: entry.version, path: entry.path };
  if (!directory.ok) return unseen(entry, directory);
  const names = await attempt(directory.value, () => files.list(directory.value));
  if (!names.ok) return unseen(entry, { ...names, source: directory.value });
  const more = entry.version === 2 ? (options.questions.cgroupFiles ?? []) : [];
  const values: [string, Reading<CgroupValue>][] = [];
  for (const name of names.value) {
    if (cgroupFormat(name) !== undefined || more.includes(name))
      values.push([name, await readValue(files, directory.value, name)]);
  }
  if (names.value.includes("cgroup.procs"))
    values.push(["cgroup.procs", await countLines(files, `${directory.value}/cgroup.procs`)]);
  const found = Object.fromEntries(values);
  const place = { ...view, directory: directory.value };
  const deviceFilter = await readDeviceFilter(files, place);
  return {
    ...view,
    controllers: controllersOf(entry, found),
    directory,
    files: found,
    levels: entry.version === 2 ? await readLevels(files, place) : [],
    deviceFilter,
    deviceAnswers: deviceAnswers(deviceFilter, options.questions),
    can: powersOf(names.value, place),
  };
}

function unseen(
  { version, path, controllers }: CgroupEntry,
  directory: Extract<Reading<string>, { ok: false }>,
): HierarchyView {
  return {
    version,
    path,
    controllers,
    directory,
    files: {},
    levels: [],
    deviceFilter: directory,
    deviceAnswers: directory,
    can: { kill: directory, freeze: directory },
  };
}

async function readValue(files: KernelFiles, directory: string, name: string): Promise<Reading<CgroupValue>> {
  return readFact(files, `${directory}/${name}`, (text) =>
    parseCgroupValue(cgroupFormat(name) ?? "text", text),
  );
}

async function countLines(files: KernelFiles, path: string): Promise<Reading<number>> {
  return mapReading(await readWhole(files, path), (text) => linesOf(text).length, "(lines)");
}

function controllersOf(
  entry: CgroupEntry,
  values: Readonly<Record<string, Reading<CgroupValue>>>,
): readonly string[] {
  const file = values["cgroup.controllers"];
  if (entry.version === 1 || !file?.ok || !Array.isArray(file.value)) return entry.controllers;
  return file.value as readonly string[];
}
