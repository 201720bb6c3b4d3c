import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a path is a file that this process may execute (access(2), X_OK). Never throws. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The paths in `searched` (as PATH: folders between colons) at which a program of this name is, in order. */
export function findPrograms(name: string, searched = process.env["PATH"] ?? ""): readonly string[] {
  return searched
    .split(delimiter)
    .map((folder) => join(folder, name))
    .filter((path) => isProgram(path));
}
