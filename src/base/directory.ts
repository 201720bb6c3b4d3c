import { readdirSync } from "node:fs";
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
