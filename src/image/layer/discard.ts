import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { helperCommand, helperEnvironment } from "./launch.ts";

/**
 * Remove a directory and all in it; one that is not there is no error. What an ordinary user unpacked may belong to his sub ids, or be
 * closed to himself: then it is emptied as root of a user namespace that has them. Errors: node:fs's, when something stays.
 */
export function discardTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (process.geteuid?.() === 0 || !isDenied(error)) throw error;
    clearDirectory(path);
    rmSync(path, { recursive: true, force: true });
  }
}

/** Remove all that is in a directory, as root of a user namespace with all ids that this user has. Never throws: what stays, stays. */
export function clearDirectory(path: string): void {
  const [program = "", ...args] = helperCommand();
  const given = { env: helperEnvironment(), cwd: "/" };
  const { status, stderr } = spawnSync(program, [...args, "--remove", resolve(path)], given);
  if (status !== 0) log.warn("a directory could not be emptied", { path, words: `${stderr}`.slice(-1000) });
}

/** ENOTEMPTY is what rmSync says when something inside stayed. */
function isDenied(error: unknown): boolean {
  return ["EACCES", "EPERM", "ENOTEMPTY"].includes(errnoOf(error) ?? "");
}
