import { hash } from "node:crypto";
import { parentOf } from "./paths.ts";

/**
 * The paths that the layer being applied has written, with all their parents: a whiteout removes only what lower layers brought,
 * wherever in the archive it stands (image-spec layer.md#whiteouts). Remembers 48 bits of a digest for each path, about 16 bytes,
 * however long the path: a table with open addressing, never more than half full.
 */
export class UpperPaths {
  #table = new Float64Array(1024);
  #size = 0;
  #lastParent = "";

  add(path: string): void {
    const parent = parentOf(path);
    this.#put(path, parent === this.#lastParent ? parent : "");
    this.#lastParent = parent;
  }

  /** `known`: a directory above that has been put, all those above it included. */
  #put(path: string, known: string): void {
    for (let at = path; at !== known && at !== ""; at = parentOf(at)) {
      const key = keyOf(at);
      const slot = slotOf(this.#table, key);
      if (this.#table[slot] === key) return;
      this.#table[slot] = key;
      if (++this.#size * 2 > this.#table.length) this.#grow();
    }
  }

  has(path: string): boolean {
    if (path === "") return true;
    const key = keyOf(path);
    return this.#table[slotOf(this.#table, key)] === key;
  }

  #grow(): void {
    const grown = new Float64Array(this.#table.length * 2);
    for (const key of this.#table) {
      if (key !== 0) grown[slotOf(grown, key)] = key;
    }
    this.#table = grown;
  }
}

/** Where `key` is, or the free slot where it belongs. */
function slotOf(table: Float64Array, key: number): number {
  let slot = key % table.length;
  while (table[slot] !== 0 && table[slot] !== key) slot = (slot + 1) % table.length;
  return slot;
}

/** Never 0, which marks a free slot. */
function keyOf(path: string): number {
  return hash("sha1", path, "buffer").readUIntBE(0, 6) || 1;
}
