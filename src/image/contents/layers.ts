import type { Cancel } from "../../base/brand.ts";
import type { Image } from "../image.ts";
import { defaultLimits, type LayerLimits } from "../layer/limits.ts";
import { readLayerInto } from "./read.ts";
import { type Change, Tree } from "./tree.ts";

/** How many paths, and bytes of files. */
export type Sum = { readonly paths: number; readonly bytes: number };

/** What one layer does to the root filesystem below it. */
export type LayerContents = {
  readonly entries: number;
  /** Bytes of the uncompressed archive. */
  readonly bytes: number;
  readonly added: Sum;
  readonly changed: Sum;
  /** What it takes away; the bytes are those of files of earlier layers, which stay in the image all the same. */
  readonly deleted: Sum;
  /** Bytes of its files that a later layer deletes or writes anew. */
  wasted: number;
  /** The largest files that it adds or changes, largest first. */
  readonly largest: readonly Change[];
  /** Every path, in the archive's order. */
  readonly changes: readonly Change[];
};

/**
 * What each layer of an image adds, changes and deletes, without unpacking anything. `keep`: every change of every layer is kept, else the largest ten
 * files of each. Errors as of `readLayerInto`.
 */
export async function layersOf(
  image: Image,
  options: Cancel & {
    readonly temporary: string;
    readonly keep: boolean;
    /** Raise or lower what the image may cost; default: `defaultLimits`. */
    readonly limits?: Partial<LayerLimits> | undefined;
  },
): Promise<readonly LayerContents[]> {
  const tree = new Tree();
  const shared = {
    ...options,
    limits: { ...defaultLimits, ...options.limits },
    usage: { bytes: 0, entries: 0 },
  };
  const layers: LayerContents[] = [];
  for (const [index, layer] of image.layers.entries()) {
    const tally = tallyOf(options.keep);
    const read = await readLayerInto(tree, layer, {
      ...shared,
      index,
      contents: false,
      onChange(change) {
        tally.count(change, index);
        const before = change.from === undefined ? undefined : layers[change.from];
        if (before !== undefined)
          before.wasted += change.kind === "deleted" ? change.size : (change.replaced ?? 0);
      },
    });
    layers.push({ ...read, ...tally.sums(), wasted: 0 });
  }
  return layers;
}

const mostLargest = 10;

function tallyOf(keep: boolean) {
  const sums = {
    added: { paths: 0, bytes: 0 },
    changed: { paths: 0, bytes: 0 },
    deleted: { paths: 0, bytes: 0 },
  };
  const changes: Change[] = [];
  let largest: Change[] = [];
  return {
    /** A file that this layer wrote itself and takes away again is nothing to tell of. */
    count(change: Change, layer: number): void {
      if (change.kind === "deleted" && change.from === layer) return;
      const sum = sums[change.kind];
      sum.paths += 1;
      sum.bytes += change.size;
      if (keep) changes.push(change);
      if (change.kind === "deleted" || change.size === 0) return;
      if (largest.length === mostLargest && change.size <= (largest.at(-1)?.size ?? 0)) return;
      largest = [...largest, change].sort((a, b) => b.size - a.size).slice(0, mostLargest);
    },
    sums: () => ({ ...sums, changes, largest }),
  };
}
