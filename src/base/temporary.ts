import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, namesIn } from "./directory.ts";
import { errnoOf } from "./errors.ts";

/** A directory that is removed, with all in it, when it is disposed of; removing twice is harmless. */
export type TemporaryDirectory = AsyncDisposable & { readonly path: string };

const prefix = ".ocilab-";

/**
 * Make a directory PARENT/.ocilab-PID-START-NAMESPACE-RANDOM, mode 0700; PARENT is made if it is missing.
 * The name carries the maker's pid, start time (proc(5), stat field 22) and pid namespace (pid_namespaces(7)), so that `sweepTemporary`
 * can tell what a killed process left. `discard` removes it in the end.
 */
export function temporaryDirectory(parent: string, discard: Discard = removeAll): TemporaryDirectory {
  makeDirectory(parent);
  const maker = `${process.pid}-${startTime(process.pid)}-${pidNamespace()}`;
  const name = `${prefix}${maker}-${randomBytes(4).toString("hex")}`;
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  return {
    path,
    async [Symbol.asyncDispose]() {
      discard(path);
    },
  };
}

/**
 * Remove the temporary directories in `parent` whose maker no longer runs; returns their paths. A missing parent has none. Those of other users
 * stay, and those of other pid namespaces, whose processes we may not see: a directory can be shared with a container. `discard` removes
 * a tree; another than rmSync where files of other owners may be inside.
 */
export function sweepTemporary(parent: string, discard: Discard = removeAll): readonly string[] {
  return namesIn(parent)
    .filter((name) => isLeft(name))
    .map((name) => join(parent, name))
    .filter((path) => isOwn(path))
    .filter((path) => remove(path, discard));
}

/** Remove a directory and all in it. Errors: those of node:fs. */
export type Discard = (path: string) => void;

function removeAll(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function remove(path: string, discard: Discard): boolean {
  try {
    discard(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EPERM" || errnoOf(error) === "EACCES") return false;
    throw error;
  }
}

function isLeft(name: string): boolean {
  const [, pid, start, namespace] = /^\.ocilab-(\d+)-(\d+)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
  if (pid === undefined || namespace !== pidNamespace()) return false;
  return startTime(Number(pid)) !== start;
}

function isOwn(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.geteuid?.();
}

/** The inode number of our pid namespace, or "0" where there is no /proc. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}

/** Clock ticks after boot at which the process started, as text, or "" when there is no such process. */
export function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
