import {
  closeSync,
  copyFileSync,
  constants as fsConstants,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Cancel } from "../../base/brand.ts";
import { makeNode } from "../../linux/node.ts";
import { nextData } from "../../linux/seek.ts";
import { asBytes, onDisk } from "../layer/paths.ts";
import { type MergedFile, walkMerged } from "./merged.ts";
import { copyMetadata } from "./metadata.ts";
import type { Snapshot } from "./snapshot.ts";

/** Files that are copied between two looks at signals. */
const atOnce = 100;
const piece = 1 << 20;

/**
 * Copy what a mount of the snapshots would show into `target`, an existing empty directory: names, kinds, owners, modes, attributes, times, hard links.
 * Contents are shared where the file system can (FICLONE, ioctl_ficlonerange(2)). As root only. An error or an abort leaves what was copied: the caller
 * removes it. Errors: the kernel's; the signal's reason.
 */
export async function copySnapshots(
  snapshots: readonly Pick<Snapshot, "fs">[],
  target: string,
  { signal }: Cancel = {},
): Promise<void> {
  const root = asBytes(target);
  const directories: MergedFile[] = [];
  const linked = new Map<bigint, string | Buffer>();
  let count = 0;
  for (const file of walkMerged(snapshots.map(({ fs }) => fs))) {
    if (++count % atOnce === 0) await setImmediate();
    signal?.throwIfAborted();
    const to = onDisk(root, file.path);
    const first = linked.get(file.stats.ino);
    if (file.stats.isDirectory()) {
      if (file.path !== "") mkdirSync(to, { mode: 0o700 });
      directories.push(file);
    } else if (first !== undefined) linkSync(first, to);
    else {
      if (file.stats.nlink > 1n) linked.set(file.stats.ino, to);
      copyFile(file, to);
    }
  }
  for (const { path, source, stats } of directories.reverse())
    copyMetadata(source, onDisk(root, path), stats);
}

function copyFile({ source, stats }: MergedFile, to: string | Buffer): void {
  const device = stats.rdev;
  if (stats.isFile()) copyContent(source, to, stats);
  else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(source, { encoding: "buffer" }), to);
  else if (stats.isFIFO()) makeNode(to, { kind: "fifo", mode: 0o600 });
  else makeNode(to, { kind: stats.isBlockDevice() ? "block" : "character", mode: 0o600, device });
  copyMetadata(source, to, stats);
}

/** A file with holes may be far larger than what it takes: it keeps them. */
function copyContent(source: string | Buffer, to: string | Buffer, stats: MergedFile["stats"]): void {
  const sparse = stats.blocks * 512n < stats.size && stats.size > 4096n;
  if (!sparse) {
    copyFileSync(source, to, fsConstants.COPYFILE_EXCL | fsConstants.COPYFILE_FICLONE);
    return;
  }
  const from = openSync(source, fsConstants.O_RDONLY | fsConstants.O_NOFOLLOW);
  const into = openSync(to, "wx", 0o600);
  try {
    ftruncateSync(into, Number(stats.size));
    const buffer = Buffer.allocUnsafe(piece);
    for (let run = nextData(from, 0); run !== undefined; run = nextData(from, run.end)) {
      for (let at = run.start; at < run.end; ) {
        const got = readSync(from, buffer, 0, Math.min(piece, run.end - at), at);
        if (got === 0) break;
        for (let done = 0; done < got; ) done += writeSync(into, buffer, done, got - done, at + done);
        at += got;
      }
    }
  } finally {
    closeSync(into);
    closeSync(from);
  }
}
