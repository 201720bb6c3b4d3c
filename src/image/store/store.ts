import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { makeStore } from "../../base/store.ts";
import { quote } from "../../base/text.ts";
import { algorithmOf, encodedOf } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";
import type { FileSpan } from "../image.ts";
import { waitForLock } from "./lock.ts";

/**
 * The image store: a directory that is an OCI image layout (image-spec image-layout.md) with three things more: `partial/` (downloads that are not
 * whole yet), `leases/` (what running processes need) and `lock`. docs/store.md says what is promised of it.
 */
export type Store = { readonly path: string };

/** The store in a directory that need not be there: then it holds nothing. */
export function storeAt(path: string): Store {
  return { path };
}

/** Make what is missing of the store's directory, mode 0700. Errors: "host.store-unwritable". */
export function makeStoreReady({ path }: Store): void {
  for (const folder of ["blobs/sha256", "blobs/sha512", "partial", "leases"]) makeStore(join(path, folder));
  const layout = join(path, "oci-layout");
  // Several processes may come to a new store at once; what a killed one leaves of this, `image prune` removes.
  const draft = join(path, "partial", `oci-layout-${process.pid}`);
  if (!existsSync(layout)) writeWhole(layout, JSON.stringify({ imageLayoutVersion: "1.0.0" }), draft);
}

/** Where the blob of a digest is, or would be. */
export function blobPath({ path }: Store, digest: Digest): string {
  return join(path, "blobs", algorithmOf(digest), encodedOf(digest));
}

/** Where the download of a digest grows. */
export function partialPath({ path }: Store, digest: Digest): string {
  return join(path, "partial", `${algorithmOf(digest)}-${encodedOf(digest)}`);
}

/** The blob's bytes, or undefined when the store has it not. What is there is whole: it was verified before it got its name. */
export function findBlob(store: Store, digest: Digest): FileSpan | undefined {
  const path = blobPath(store, digest);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? { path, offset: 0, length: stat.size } : undefined;
}

/** Run `action` as the only process that changes names and leases or removes blobs: for moments, never during a download. */
export async function locked<T>(store: Store, action: () => T, options: Cancel = {}): Promise<T> {
  const fd = inStore(store, () => openSync(join(store.path, "lock"), "a", 0o600));
  try {
    await waitForLock(fd, options);
    return inStore(store, action);
  } finally {
    closeSync(fd);
  }
}

/** Write a file whole or not at all, on the disk before it has its name. For one writer of a draft at a time. */
export function writeWhole(path: string, text: string, draft = `${path}.new`): void {
  const fd = openSync(draft, "w", 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  syncDirectory(dirname(path));
}

/** Have the names in a directory survive a power cut (fsync(2), of directories). */
export function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Run what reads or writes the store, the kernel's refusals as errors that name it: "image.store-full", "host.store-unwritable". */
export function inStore<T>(store: Store, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storeError(store, error);
  }
}

/** The error of node:fs as one of the store; every other error is given back as it is. */
export function storeError({ path }: Store, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof OcilabError) return error;
  const full = ["ENOSPC", "EDQUOT", "EFBIG"].includes(errno);
  const refused = ["EACCES", "EPERM", "EROFS"].includes(errno);
  if (!full && !refused) return error;
  return new OcilabError(full ? "image.store-full" : "host.store-unwritable", {
    doing: `write into the image store ${quote(path)}`,
    got: `the kernel answered ${errno}`,
    hint: full
      ? "`ocilab image prune` removes what no image needs; or set OCILAB_HOME to a place with room"
      : undefined,
    facts: { store: path, errno },
    cause: error,
  });
}
