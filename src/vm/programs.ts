import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Absolute path of a program in PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => mayExecute(path));
}

/**
 * The command line of a program that the kernel kills when we die, however we die (PR_SET_PDEATHSIG, prctl(2)); the plain one where setpriv(1)
 * is missing.
 */
export function dyingWithUs(file: string, args: readonly string[]): readonly [string, readonly string[]] {
  const guard = findProgram("setpriv");
  return guard === undefined ? [file, args] : [guard, ["--pdeathsig", "KILL", "--", file, ...args]];
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
