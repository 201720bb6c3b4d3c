import { createHash } from "node:crypto";
import type { Rootfs } from "./apply.ts";
import { ByteReader, type ReadBytes } from "./bytes.ts";
import type { LayerJob } from "./job.ts";
import type { LayerLimits } from "./limits.ts";
import { planEntry } from "./plan.ts";
import { quoteName, Refusal } from "./refusal.ts";
import { TarReader } from "./tar.ts";

/** What has been used of the limits, over all layers of an image. */
export type Usage = { bytes: number; entries: number };

/** The layer's bytes as they went by, counted and digested. */
export type Measured = {
  readonly read: ReadBytes;
  readonly bytes: () => number;
  readonly digest: () => string;
};

/** Apply one uncompressed archive to `rootfs`, to the end of its bytes. Errors: Refusal, naming the entry; or the kernel's, likewise. */
export function applyLayer(
  rootfs: Rootfs,
  archive: Measured,
  options: { readonly limits: LayerLimits; readonly usage: Usage },
): void {
  const { limits, usage } = options;
  const bytes = new ByteReader(archive.read);
  const tar = new TarReader(bytes, limits);
  rootfs.beginLayer();
  try {
    for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
      if (++usage.entries > limits.entries) throw over("entries", limits.entries);
      if (entry.sparse !== undefined) count(usage, entry.size, limits);
      const change = planEntry(entry, limits);
      if (change.kind === "refuse") throw new Refusal("layer.refused-entry", change.because);
      rootfs.apply(change, entry, (write) => tar.data(write));
    }
  } catch (error) {
    throw named(error, tar.name);
  }
  rootfs.endLayer();
  bytes.drain();
}

/** Wrap a source of uncompressed bytes: `check` before each piece is read, count them against the limits, digest them with the algorithm of the layer's diff-id. */
export function measure(
  read: ReadBytes,
  layer: LayerJob,
  options: { readonly limits: LayerLimits; readonly usage: Usage; readonly check: () => void },
): Measured {
  const { limits, usage, check } = options;
  const [algorithm = "sha256"] = layer.diffId.split(":");
  const hash = createHash(algorithm);
  const most = Math.max(limits.ratioFrom, layer.size * limits.ratio);
  let bytes = 0;
  return {
    read(into) {
      check();
      const got = read(into);
      hash.update(into.subarray(0, got));
      bytes += got;
      count(usage, got, limits);
      if (bytes > most)
        throw new Refusal(
          "layer.limit",
          `it grows beyond ${limits.ratio} times its ${layer.size} bytes (limit: ratio)`,
        );
      return got;
    },
    bytes: () => bytes,
    digest: () => `${algorithm}:${hash.digest("hex")}`,
  };
}

function count(usage: Usage, bytes: number, limits: LayerLimits): void {
  usage.bytes += bytes;
  if (usage.bytes > limits.bytes) throw over("bytes", limits.bytes);
}

function over(limit: "bytes" | "entries", most: number): Refusal {
  return new Refusal("layer.limit", `takes the image beyond ${most} ${limit} (limit: ${limit})`);
}

function named(error: unknown, name: string): unknown {
  if (name === "" || !(error instanceof Error)) return error;
  const because = error instanceof Refusal ? error.because : `could not be written: ${error.message}`;
  const code = error instanceof Refusal ? error.code : "layer.write-failed";
  return new Refusal(code, `the entry ${quoteName(name)} ${because}`, error);
}
