import type { IdMaps } from "../../linux/sub-ids.ts";
import type { Digest } from "../../oci/image.ts";
import type { FileSpan } from "../image.ts";
import type { StagesJob } from "../snapshots/stages.ts";
import type { Compression } from "./compression.ts";
import type { LayerLimits } from "./limits.ts";
import type { LayerErrorCode } from "./refusal.ts";

/** What has been used of the limits, over all layers of an image. */
export type Usage = { bytes: number; entries: number };

/** One layer for the helper: bytes from a file, or from a descriptor that it inherits, which `unpackLayers` verifies as it feeds it. */
export type LayerJob = {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Bytes as stored. */
  readonly size: number;
  readonly from: ({ readonly kind: "file" } & FileSpan) | { readonly kind: "fed"; readonly fd: number };
};

/** What the helper is told: one line of JSON on its stdin, which then stays open. */
export type Job = {
  readonly target: string;
  readonly layers: readonly LayerJob[];
  readonly limits: LayerLimits;
  /** What layers below those here have used of the limits. */
  readonly used?: Usage;
  /** Each layer goes into a directory of its own, not all into `target`. */
  readonly stages?: StagesJob;
  /** The maps of the user namespace that the helper is in, when it works for an ordinary user. */
  readonly maps?: IdMaps;
};

/** What one layer came to. */
export type LayerResult = {
  readonly digest: Digest;
  readonly entries: number;
  /** Bytes of the uncompressed archive. */
  readonly bytes: number;
  readonly compression: Compression;
  /** What decompressed it: "igzip", "zstd", "node:zlib" or "none". */
  readonly decompressor: string;
};

/** What the helper says: lines of JSON on its stdout. The last one is "done" or "failed". */
export type Report =
  | { readonly kind: "begun"; readonly index: number }
  | { readonly kind: "layer"; readonly index: number; readonly layer: LayerResult }
  | { readonly kind: "done"; readonly lostAttributes: readonly string[]; readonly peakMemory: number }
  | {
      readonly kind: "failed";
      readonly index: number;
      readonly code: LayerErrorCode;
      readonly doing: string;
      readonly got: string;
      readonly facts: Readonly<Record<string, unknown>>;
    };
