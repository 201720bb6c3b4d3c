import { readNumber } from "./header.ts";
import { parseCount } from "./pax.ts";
import { Refusal } from "./refusal.ts";

/** Where a stretch of a sparse file's data belongs; between the stretches are holes. */
export type Stretch = { readonly offset: number; readonly length: number };

/** A sparse file: its full size, and its stretches in order, none overlapping or out of range. */
export type SparseMap = { readonly size: number; readonly stretches: readonly Stretch[] };

/** The map in a block of the old GNU format: four entries in the header (at 386), twenty-one in an extension (at 0). */
export function readGnuStretches(block: Buffer, where: "header" | "extension"): readonly Stretch[] {
  const [from, count] = where === "header" ? [386, 4] : [0, 21];
  const stretches: Stretch[] = [];
  for (let index = 0; index < count; index++) {
    const at = from + index * 24;
    if (block[at] === 0) break;
    stretches.push({
      offset: readNumber(block, at, 12, "sparse offset"),
      length: readNumber(block, at + 12, 12, "sparse length"),
    });
  }
  return stretches;
}

/** Whether a block of the old GNU format is followed by an extension block. */
export function hasExtension(block: Buffer, where: "header" | "extension"): boolean {
  return (block[where === "header" ? 482 : 504] ?? 0) !== 0;
}

/** The map of the PAX formats 0.0 and 0.1: `offset,length,offset,length…`. */
export function parseStretches(map: string): readonly Stretch[] {
  return pairs(map === "" ? [] : map.split(",").map((text) => parseCount("GNU.sparse.map", text)));
}

/**
 * The map of the PAX format 1.0, which stands before the data: decimal lines, the number of stretches first.
 * `more` yields the next 512 bytes of the data. `limit` bounds the bytes of the map.
 */
export function readLeadingStretches(more: () => Buffer, limit: number): readonly Stretch[] {
  const numbers: number[] = [];
  let wanted = 1;
  let rest = "";
  for (let read = 0; numbers.length < wanted; read += 512) {
    if (read >= limit)
      throw new Refusal("layer.limit", `has a sparse map of more than ${limit} bytes (--limit header-bytes)`);
    const lines = (rest + more().toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > 512) throw malformed("has a sparse map of lines too long");
    for (const line of lines) {
      if (numbers.length === wanted) break;
      numbers.push(parseCount("sparse map", line));
      if (numbers.length === 1) wanted = 1 + 2 * (numbers[0] ?? 0);
    }
  }
  return pairs(numbers.slice(1));
}

/** Check that the stretches are in order, inside `size`, and hold exactly the `stored` bytes of data. */
export function checkSparse(map: SparseMap, stored: number): SparseMap {
  let end = 0;
  let sum = 0;
  for (const { offset, length } of map.stretches) {
    if (offset < end) throw malformed("has a sparse map whose stretches overlap or are out of order");
    if (length < 0 || length > map.size - offset) throw malformed("has a sparse map that leaves the file");
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw malformed(`has a sparse map of ${sum} bytes over ${stored} bytes of data`);
  return map;
}

function pairs(numbers: readonly number[]): readonly Stretch[] {
  if (numbers.length % 2 !== 0) throw malformed("has a sparse map with an offset but no length");
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    offset: numbers[2 * index] ?? 0,
    length: numbers[2 * index + 1] ?? 0,
  }));
}

function malformed(because: string): Refusal {
  return new Refusal("layer.malformed-archive", because);
}
