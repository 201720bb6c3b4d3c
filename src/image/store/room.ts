import { statfsSync, statSync } from "node:fs";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { Descriptor } from "../../oci/image.ts";
import { findBlob, partialPath, type Store } from "./store.ts";

/** Refuse blobs for whose missing bytes there is no room. Error "image.store-full". */
export function refuseWithoutRoom(store: Store, blobs: readonly Descriptor[]): void {
  const needed = blobs.reduce((sum, { digest, size }) => {
    if (findBlob(store, digest) !== undefined) return sum;
    return (
      sum + size - Math.min(size, statSync(partialPath(store, digest), { throwIfNoEntry: false })?.size ?? 0)
    );
  }, 0);
  const { bavail, bsize } = statfsSync(store.path);
  const free = bavail * bsize;
  if (needed <= free) return;
  throw new OcilabError("image.store-full", {
    doing: `pull into the image store ${quote(store.path)}`,
    got: `the image needs ${needed} bytes more, there is room for ${free}`,
    facts: { store: store.path, needed, free },
  });
}
