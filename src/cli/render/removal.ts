import type { Removed } from "../../image/store/garbage.ts";
import type { StoredImage } from "../../image/store/names.ts";
import type { Digest } from "../../oci/image.ts";
import { oneLine, type Terminal } from "./terminal.ts";
import { bytes, count } from "./value.ts";

/** What `image remove` and `image prune` return. */
export type RemovalValue = {
  /** Names that were taken off. */
  readonly untagged: readonly string[];
  /** Manifests of images that are gone. */
  readonly images: readonly Digest[];
  readonly blobs: readonly { readonly digest: Digest; readonly size: number }[];
  /** Downloads that were not whole. */
  readonly partials: readonly { readonly digest: Digest; readonly size: number }[];
  /** Chain-ids of unpacked layers that are gone. */
  readonly snapshots: readonly Digest[];
  /** Bytes that are free again; those of unpacked layers are counted as in their archives. */
  readonly bytes: number;
};

/** A removal as plain data. */
export function removalValue(
  removed: Removed & { readonly untagged?: readonly StoredImage[] },
  unpacked: { readonly removed: readonly Digest[]; readonly bytes: number } = { removed: [], bytes: 0 },
): RemovalValue {
  const { images, blobs, partials, bytes: size } = removed;
  const names = (removed.untagged ?? images).flatMap(({ name }) => name ?? []);
  return {
    untagged: [...new Set(names)],
    images: [...new Set(images.map(({ manifest }) => manifest.digest))],
    blobs,
    partials,
    snapshots: unpacked.removed,
    bytes: size + unpacked.bytes,
  };
}

/** A removal as docker tells it, and what it freed; with `dryRun` what it would be. */
export function renderRemoval(value: RemovalValue & { readonly dryRun?: boolean }, _: Terminal): string {
  const would = value.dryRun === true ? "would be " : "";
  const lines = [
    ...value.untagged.map((name) => `${would}untagged ${oneLine(name)}`),
    ...value.images.map((digest) => `${would}removed ${digest}`),
  ];
  const parts = [
    value.blobs.length === 0 ? [] : [count(value.blobs.length, "blob")],
    value.partials.length === 0 ? [] : [count(value.partials.length, "unfinished download")],
    value.snapshots.length === 0 ? [] : [count(value.snapshots.length, "unpacked layer")],
  ].flat();
  const freed =
    parts.length === 0
      ? "nothing to free"
      : `${parts.join(", ")} ${would}removed, ${bytes(value.bytes)} ${would === "" ? "freed" : "would be free"}`;
  return [...lines, freed].map((line) => `${line}\n`).join("");
}
