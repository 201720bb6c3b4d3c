import { hash } from "node:crypto";
import { parentOf } from "./paths.ts";

/**
 * The paths that the layer being applied has written, with all their parents: a whiteout removes only what lower layers brought,
 * wherever in the archive it stands (image-spec layer.md#whiteouts). Remembers digests, 48 bits a path, so that long names cost nothing.
 */
export class UpperPaths {
  readonly #seen = new Set<number>();

  add(path: string): void {
    for (let at = path; at !== ""; at = parentOf(at)) {
      const key = keyOf(at);
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
    }
  }

  has(path: string): boolean {
    return path === "" || this.#seen.has(keyOf(path));
  }
}

function keyOf(path: string): number {
  return hash("sha1", path, "buffer").readUIntBE(0, 6);
}
