import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf } from "../base/errors.ts";

/**
 * The cgroup directories that a create may leave, of those that are not there now: crun up to 1.28 leaves one in every hierarchy when it
 * fails, and every runtime that is killed before it has written down where they are. To be taken before `create` and removed after its failure.
 * `cgroupsPath` is the config's; without it runtimes take the id. A relative one lies at the top or below our own cgroup.
 */
export function futureCgroups(id: string, cgroupsPath: string | undefined): readonly string[] {
  return possibleCgroups(id, cgroupsPath).filter((directory) => !existsSync(directory));
}

/** Those that are there: what a killed runtime, or crun's failed create, may have left. */
export function leftCgroups(id: string, cgroupsPath: string | undefined): readonly string[] {
  return possibleCgroups(id, cgroupsPath).filter((directory) => existsSync(directory));
}

function possibleCgroups(id: string, cgroupsPath: string | undefined): readonly string[] {
  const path = cgroupsPath === undefined || cgroupsPath === "" ? id : cgroupsPath;
  if (path.includes(":") || path.split("/").includes("..")) return [];
  const parents = path.startsWith("/") ? ["/"] : ["/", ...ownCgroups()];
  return hierarchies().flatMap((hierarchy) => parents.map((parent) => join(hierarchy, parent, path)));
}

/**
 * End the processes in those cgroups that belong to this container of this root by their command line, and outlive a runtime that is killed while
 * it creates: gVisor's sandbox and gofer, and crun's first process, which waits for a start that cannot come.
 */
export function endStrays(directories: readonly string[], { id, root }: { id: string; root: string }): void {
  for (const pid of new Set(directories.flatMap((directory) => pidsIn(directory)))) {
    const command = commandOf(pid);
    const words = command.split("\0");
    const ours = words.includes(`--root=${root}`) && /^runsc-(sandbox|gofer)$/.test(words[0] ?? "");
    if (ours && (words[0] === "runsc-gofer" || words.includes(id))) kill(pid);
    if (isCreator(words, { id, root }) && commandOf(parentOf(pid)) !== command) kill(pid);
  }
}

/** Still with the words of the call that made it: as long as its parent has them too, that call goes on. */
function isCreator(words: readonly string[], { id, root }: { id: string; root: string }): boolean {
  const verb = words.some((word) => word === "create" || word === "run" || word === "restore");
  return verb && words.includes(id) && words[words.indexOf("--root") + 1] === root;
}

function commandOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`) ?? "";
}

/** 0 when it has none here, or has ended. */
function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readOr(`/proc/${pid}/status`) ?? "")?.[1] ?? 0);
}

/** Remove those that are there after all. The runtime's last processes may need a moment to end; a directory still in use after a second stays. */
export async function removeCgroups(directories: readonly string[]): Promise<void> {
  let left = directories.filter((directory) => !isRemoved(directory));
  for (let turn = 0; turn < 50 && left.length > 0; turn++) {
    await sleep(20);
    left = left.filter((directory) => !isRemoved(directory));
  }
}

/**
 * Remove the empty cgroups below these. criu, which saves a container's cgroups with all below them, saves a whole tree of the host when the container
 * is at its top (crun on a hybrid host, which leaves the v2 tree alone), and `restore` makes a copy of it. A container has not had time to make some itself.
 */
export function removeCopiedCgroups(directories: readonly string[]): void {
  for (const directory of directories) for (const below of directoriesIn(directory)) removeTree(below);
}

/** Depth first; what is in use stays. */
function removeTree(directory: string): void {
  for (const below of directoriesIn(directory)) removeTree(below);
  isRemoved(directory);
}

function directoriesIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

function pidsIn(directory: string): readonly number[] {
  return (readOr(join(directory, "cgroup.procs")) ?? "").split("\n").flatMap((line) => Number(line) || []);
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}

function isRemoved(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return errnoOf(error) !== "EBUSY";
  }
}

/** Roots of the cgroup hierarchies: one with pure v2, else one a controller (cgroups(7)). */
function hierarchies(): readonly string[] {
  const top = "/sys/fs/cgroup";
  if (existsSync(join(top, "cgroup.controllers"))) return [top];
  return existsSync(top) ? readdirSync(top).map((name) => join(top, name)) : [];
}

/** The paths of our own cgroups other than the top, from /proc/self/cgroup (cgroups(7)). */
function ownCgroups(): readonly string[] {
  const lines = readFileSync("/proc/self/cgroup", "utf8").trimEnd().split("\n");
  const paths = lines.map((line) => line.split(":").slice(2).join(":"));
  return [...new Set(paths)].filter((path) => path.startsWith("/") && path !== "/" && !path.includes(".."));
}
