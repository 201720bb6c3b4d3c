import { lstatSync, readdirSync, realpathSync, renameSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { makeDirectory } from "../base/directory.ts";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import { removeBundle } from "./removal.ts";

/** Where a bundle shall stand, and a draft of it beside that, which is removed when disposed of, with the parents that were made for it. */
export type Destination = AsyncDisposable & {
  /** Absolute; links are followed. */
  readonly path: string;
  /** An empty directory on the same file system, mode 0700. */
  readonly draft: string;
  /** Rename the draft to `path`. Errors: "bundle.exists", "bundle.unwritable". */
  moveIntoPlace(): void;
};

/**
 * Take a name for a bundle: one that does not exist, or an empty directory. What killed calls left beside it is removed.
 * Errors: "bundle.exists", "bundle.unwritable".
 */
export function openDestination(directory: string): Destination {
  const path = freeName(resolve(directory));
  const parent = dirname(path);
  try {
    const made = makeDirectory(parent);
    sweepTemporary(parent, removeBundle);
    const draft = temporaryDirectory(parent, removeBundle);
    return {
      path,
      draft: draft.path,
      moveIntoPlace: () => moveIntoPlace(draft.path, path),
      async [Symbol.asyncDispose]() {
        await draft[Symbol.asyncDispose]();
        if (made !== undefined) removeEmpty(parent, made);
      },
    };
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The path itself, or what it links to. */
function freeName(given: string): string {
  try {
    const path = followLink(given);
    refuseExisting(path);
    return path;
  } catch (error) {
    throw errnoOf(error) === undefined ? error : unwritable(given, error);
  }
}

/** rename(2) does not follow a link in the last place: it would replace it, or fail when it has unpacked everything. */
function followLink(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  try {
    return realpathSync(path);
  } catch (cause) {
    throw taken(path, "it is a link that leads nowhere", cause);
  }
}

function refuseExisting(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw taken(path, "there is something else of this name");
  if (readdirSync(path).length > 0) throw taken(path, "the directory exists and is not empty");
  if (stats.dev !== statSync(dirname(path)).dev) throw mountPoint(path);
  const here = statSync(".", { throwIfNoEntry: false });
  if (stats.dev === here?.dev && stats.ino === here.ino) throw currentDirectory(path);
}

/** rename(2) replaces an empty directory and nothing else, so a bundle that someone else made meanwhile stays. */
function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) === "ENOTEMPTY" || errnoOf(error) === "EEXIST") refuseExisting(to);
    throw errnoOf(error) === "EBUSY" ? mountPoint(to) : unwritable(to, error);
  }
}

/** Directories from `path` up to `top`, as long as nothing else has come into them. */
function removeEmpty(path: string, top: string): void {
  try {
    for (let at = path; at.length >= top.length; at = dirname(at)) rmdirSync(at);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

function taken(path: string, got: string, cause?: unknown): OcilabError {
  const hint = "name a directory that does not exist yet, or an empty one";
  return new OcilabError("bundle.exists", { doing: `make the bundle ${quote(path)}`, got, hint, cause });
}

/** The bundle would take its place, and whoever works in it would be left in a directory that is no more. */
function currentDirectory(path: string): OcilabError {
  return new OcilabError("bundle.unwritable", {
    doing: `make the bundle ${quote(path)}`,
    got: "it is the current directory, which a finished bundle would replace",
    hint: "cd .., and name it from there; or name a new directory in it",
  });
}

/** All or nothing needs a rename, and rename(2) replaces no mount point. */
function mountPoint(path: string): OcilabError {
  return new OcilabError("bundle.unwritable", {
    doing: `make the bundle ${quote(path)}`,
    got: "something is mounted there, which a finished bundle cannot replace",
    hint: `name a directory below it: ${quote(`${path}/bundle`)}`,
  });
}

function unwritable(path: string, cause: unknown): OcilabError {
  return new OcilabError("bundle.unwritable", {
    doing: `make the bundle ${quote(path)}`,
    got: `the kernel answered ${errnoOf(cause) ?? String(cause)}`,
    cause,
  });
}
