import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./errors.ts";

/** A directory that is removed, with all in it, when it is disposed of; removing twice is harmless. */
export type TemporaryDirectory = AsyncDisposable & { readonly path: string };

const prefix = ".ocilab-";

/**
 * Make a directory PARENT/.ocilab-PID-START-RANDOM, mode 0700; PARENT is made if it is missing.
 * The name carries the maker's pid and start time (proc(5), stat field 22), so that `sweepTemporary` can tell what a killed process left.
 */
export function temporaryDirectory(parent: string): TemporaryDirectory {
  mkdirSync(parent, { recursive: true });
  const name = `${prefix}${process.pid}-${startTime(process.pid)}-${randomBytes(4).toString("hex")}`;
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Remove the temporary directories in `parent` whose maker no longer runs; returns their paths. A missing parent has none; those of other users stay. */
export function sweepTemporary(parent: string): readonly string[] {
  return names(parent)
    .filter((name) => isLeft(name))
    .map((name) => join(parent, name))
    .filter((path) => remove(path));
}

function remove(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EPERM" || errnoOf(error) === "EACCES") return false;
    throw error;
  }
}

function isLeft(name: string): boolean {
  const [, pid, start] = /^\.ocilab-(\d+)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
  return pid !== undefined && start !== undefined && startTime(Number(pid)) !== start;
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
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
