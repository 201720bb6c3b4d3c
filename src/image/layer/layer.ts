import type { Rootfs } from "./apply.ts";
import { ByteReader, type NextBytes } from "./bytes.ts";
import type { TarEntry } from "./entry.ts";
import type { LayerJob, Usage } from "./job.ts";
import type { LayerLimits } from "./limits.ts";
import { planEntry } from "./plan.ts";
import { quoteName, Refusal } from "./refusal.ts";
import { TarReader } from "./tar.ts";

/** The layer's bytes as they went by, counted. */
export type Measured = {
  readonly next: NextBytes;
  readonly bytes: () => number;
  /** Whether they have been read to their end. */
  readonly ended: () => boolean;
};

/** Apply one uncompressed archive to `rootfs`, to the end of its bytes. Errors: Refusal, naming the entry; or the kernel's, likewise. */
export function applyLayer(
  rootfs: Rootfs,
  archive: Measured,
  options: {
    readonly limits: LayerLimits;
    readonly usage: Usage;
    /** What is made of an entry before it is applied, where not everything can be. */
    readonly adapt?: ((entry: TarEntry) => TarEntry) | undefined;
  },
): void {
  const { limits, usage, adapt = (entry: TarEntry) => entry } = options;
  const bytes = new ByteReader(archive.next);
  const tar = new TarReader(bytes, limits);
  rootfs.beginLayer();
  try {
    for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
      countEntry(usage, entry, limits);
      const change = planEntry(entry, limits);
      if (change.kind === "refuse") throw new Refusal("layer.refused-entry", change.because);
      rootfs.apply(change, adapt(entry), (write) => tar.data(write));
    }
  } catch (error) {
    throw named(error, tar.name);
  }
  rootfs.endLayer();
  bytes.drain();
}

/** Count one entry against the limits, and the bytes that a sparse file has besides those of the archive. Errors: Refusal "layer.limit". */
export function countEntry(usage: Usage, entry: TarEntry, limits: LayerLimits): void {
  if (++usage.entries > limits.entries) throw over("entries", limits.entries);
  if (entry.sparse !== undefined) count(usage, entry.size, limits);
}

/** Wrap a source of uncompressed bytes: count them against the limits. `size`: bytes of the layer as stored. Errors of `next`: Refusal "layer.limit". */
export function measure(
  next: NextBytes,
  { size }: Pick<LayerJob, "size">,
  options: { readonly limits: LayerLimits; readonly usage: Usage },
): Measured {
  const { limits, usage } = options;
  const most = Math.max(limits.ratioFrom, size * limits.ratio);
  let bytes = 0;
  let ended = false;
  return {
    next() {
      const piece = next();
      bytes += piece.length;
      ended = piece.length === 0;
      count(usage, piece.length, limits);
      if (bytes > most)
        throw new Refusal(
          "layer.limit",
          `it grows beyond ${limits.ratio} times its ${size} bytes (--limit ratio)`,
        );
      return piece;
    },
    bytes: () => bytes,
    ended: () => ended,
  };
}

function count(usage: Usage, bytes: number, limits: LayerLimits): void {
  usage.bytes += bytes;
  if (usage.bytes > limits.bytes) throw over("bytes", limits.bytes);
}

function over(limit: "bytes" | "entries", most: number): Refusal {
  return new Refusal("layer.limit", `takes the image beyond ${most} ${limit} (--limit ${limit})`);
}

function named(error: unknown, name: string): unknown {
  if (name === "" || !(error instanceof Error)) return error;
  const because = error instanceof Refusal ? error.because : `could not be written: ${error.message}`;
  const code = error instanceof Refusal ? error.code : "layer.write-failed";
  return new Refusal(code, `the entry ${quoteName(name)} ${because}`, error);
}
