import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "./errors.ts";

/** The names in a directory; one that is not there has none. Rejects with node:fs errors otherwise. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/**
 * Make a directory with what is missing above it; returns the topmost one that was made, or undefined when all were there.
 * Not mkdirSync's `recursive`: below /proc, where mkdir answers ENOENT although the parent is there, that never ends.
 * Errors: those of node:fs.
 */
export function makeDirectory(
  directory: string,
  options: { readonly mode?: number } = {},
): string | undefined {
  if (existsSync(directory)) return undefined;
  const above = dirname(directory) === directory ? undefined : makeDirectory(dirname(directory), options);
  try {
    mkdirSync(directory, options);
    return above ?? directory;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return above;
    throw error;
  }
}
