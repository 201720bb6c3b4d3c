import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import type { LayerBlob } from "../image.ts";
import { ByteReader } from "../layer/bytes.ts";
import type { TarEntry } from "../layer/entry.ts";
import type { Usage } from "../layer/job.ts";
import { countEntry, measure } from "../layer/layer.ts";
import type { LayerLimits } from "../layer/limits.ts";
import { planEntry } from "../layer/plan.ts";
import { quoteName, Refusal } from "../layer/refusal.ts";
import { TarReader } from "../layer/tar.ts";
import { openLayerBytes } from "./bytes.ts";
import { type Change, type Inode, inodeOf, type Tree } from "./tree.ts";

export type ReadOptions = Cancel & {
  /** Which layer it is, from 0. */
  readonly index: number;
  /** Where a layer is written out that cannot be read where it lies (`configuration.images`). */
  readonly temporary: string;
  /** Digest the bytes of files, so that they can be compared. */
  readonly contents: boolean;
  readonly limits: LayerLimits;
  /** What the layers below it have used of the limits; this one's part is added. */
  readonly usage: Usage;
  readonly onChange?: (change: Change) => void;
};

/**
 * Apply one layer to a tree in memory: nothing is unpacked. Its diff-id is verified. Returns the bytes of its uncompressed archive and its entries.
 * Memory grows with the entries of the tree; the limits are those of unpacking. Errors: the layer.* codes, naming layer and entry.
 */
export async function readLayerInto(
  tree: Tree,
  layer: LayerBlob,
  options: ReadOptions,
): Promise<{ readonly bytes: number; readonly entries: number }> {
  const { limits, usage } = options;
  const before = usage.entries;
  const doing = `read layer ${options.index + 1} (${layer.descriptor.digest})`;
  let name = "";
  try {
    await using bytes = await openLayerBytes(layer, options);
    const reader = new ByteReader(measure(bytes.next, layer.descriptor, options).next);
    const tar = new TarReader(reader, limits);
    let breath = performance.now();
    try {
      for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
        countEntry(usage, entry, limits);
        applyEntry(tree, { entry, tar, options });
        if (tree.size > limits.entries)
          throw new Refusal(
            "layer.limit",
            `takes the image beyond ${limits.entries} files (--limit entries)`,
          );
        if (performance.now() - breath < 50) continue;
        // All else here blocks: signals are heard between entries.
        await setImmediate();
        options.signal?.throwIfAborted();
        breath = performance.now();
      }
    } catch (error) {
      if (error instanceof Refusal) await bytes.blame();
      name = tar.name;
      throw error;
    }
    reader.drain();
    await bytes.finish();
    return { bytes: bytes.count(), entries: usage.entries - before };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const got = name === "" ? error.because : `the entry ${quoteName(name)} ${error.because}`;
    throw new OcilabError(error.code, {
      doing,
      got,
      facts: { layer: layer.descriptor.digest },
      cause: error,
    });
  }
}

type Step = { readonly entry: TarEntry; readonly tar: TarReader; readonly options: ReadOptions };

function applyEntry(tree: Tree, { entry, tar, options }: Step): void {
  const { index, onChange = () => {} } = options;
  const change = planEntry(entry, options.limits);
  switch (change.kind) {
    case "refuse":
      throw new Refusal("layer.refused-entry", change.because);
    case "ignore":
      break;
    case "remove":
      tree.remove(change.path, index, onChange);
      break;
    case "clear-directory":
      tree.clear(change.path, index, onChange);
      break;
    case "write":
      tree.put(change.path, inodeFor(tree, change.linked, { entry, tar, options }), onChange);
  }
}

function inodeFor(tree: Tree, linked: string | undefined, { entry, tar, options }: Step): Inode {
  const found = linked === undefined ? undefined : tree.find(linked);
  if (linked !== undefined && found === undefined)
    throw new Refusal("layer.refused-entry", `is a hard link to ${quoteName(linked)}, which is not there`);
  const content = options.contents && entry.type === "file" ? contentOf(tar) : undefined;
  return found ?? inodeOf(entry, { layer: options.index, content, attributes: attributesOf(entry) });
}

function contentOf(tar: TarReader): string {
  const hash = createHash("sha256");
  let end = 0;
  tar.data((piece, position) => {
    // Holes: what lies between the pieces is zeros.
    if (position !== end) hash.update(`hole ${position - end}`);
    hash.update(piece);
    end = position + piece.length;
  });
  return hash.digest("base64");
}

function attributesOf({ attributes }: TarEntry): string {
  if (attributes.size === 0) return "";
  const hash = createHash("sha256");
  for (const [name, value] of [...attributes].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}=${value.toString("hex")}\n`);
  return hash.digest("base64");
}
