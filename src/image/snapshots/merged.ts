import { type BigIntStats, type Dirent, readdirSync } from "node:fs";
import { listAttributes, readAttribute } from "../../linux/xattr.ts";
import { asBytes, join, lookAt, onDisk } from "../layer/paths.ts";

/** What a mount of the snapshots would show at a path: the file in the layer that has it. Paths and names have one character a byte. */
export type MergedFile = {
  readonly path: string;
  /** For node:fs. */
  readonly source: string | Buffer;
  readonly stats: BigIntStats;
};

/**
 * All files of a stack of snapshots (their `fs`, base first) as overlayfs would merge them, each directory before what is in it, and the root, "",
 * first (filesystems/overlayfs.rst: whiteouts are devices 0:0, opaque directories have the attribute trusted.overlay.opaque).
 */
export function* walkMerged(layers: readonly string[]): Generator<MergedFile> {
  const roots = layers.map((layer) => asBytes(layer)).reverse();
  const [top] = roots;
  if (top === undefined) return;
  yield fileAt(top, "");
  yield* walkDirectory(roots, "");
}

/** `roots` are those layers, topmost first, that have the directory and are not hidden. */
function* walkDirectory(roots: readonly string[], directory: string): Generator<MergedFile> {
  const seen = new Set<string>();
  for (const [index, root] of roots.entries()) {
    for (const child of childrenOf(root, directory)) {
      const name = child.name.toString("latin1");
      if (seen.has(name)) continue;
      if (roots.length > 1) seen.add(name);
      const path = join(directory, name);
      const file = fileAt(root, path);
      if (isWhiteout(file.stats)) continue;
      yield file;
      if (child.isDirectory()) yield* walkDirectory(mergeable(roots.slice(index), path), path);
    }
  }
}

/** From the topmost on, until one is opaque or something else than a directory; one that has nothing there is passed over. */
function mergeable(roots: readonly string[], path: string): readonly string[] {
  const merged: string[] = [];
  for (const root of roots) {
    const there = lookAt(onDisk(root, path));
    if (there === undefined) continue;
    if (!there.isDirectory()) break;
    merged.push(root);
    if (isOpaque(onDisk(root, path))) break;
  }
  return merged;
}

function fileAt(root: string, path: string): MergedFile {
  const source = onDisk(root, path);
  const stats = lookAt(source);
  if (stats === undefined) throw new Error(`${String(source)} has gone from the store of snapshots`);
  return { path, source, stats };
}

function childrenOf(root: string, directory: string): readonly Dirent<Buffer>[] {
  return readdirSync(onDisk(root, directory), {
    encoding: "buffer",
    withFileTypes: true,
  }) as Dirent<Buffer>[];
}

function isWhiteout(stats: BigIntStats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0n;
}

function isOpaque(path: string | Buffer): boolean {
  const name = "trusted.overlay.opaque";
  return listAttributes(path).includes(name) && readAttribute(path, Buffer.from(name)).toString() === "y";
}
