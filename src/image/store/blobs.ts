import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { algorithmOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor, Digest } from "../../oci/image.ts";
import { tryLock } from "./lock.ts";
import { blobPath, findBlob, partialPath, type Store, storeError, syncDirectory } from "./store.ts";

/** The bytes of a blob from `offset` on. */
export type FetchFrom = (
  target: Descriptor,
  options: Cancel & { readonly offset: number },
) => Promise<AsyncIterable<Buffer>>;

/** What a blob's download tells on its way. */
export type BlobHooks = {
  /** The bytes from the start on that lie in the file `fd`, now and at once. `fresh`: none of them are from an earlier download. */
  readonly onBytes?: (bytes: number, file: { readonly path: string; readonly fresh: boolean }) => void;
  /** Another process downloads the same blob: it is waited for. */
  readonly onWait?: () => void;
};

/** How the blob came to be there. */
export type Arrived = "there" | "fetched" | "elsewhere";

/**
 * Have a blob in the store, whole: its size and digest were verified while it was written, it was on the disk (fsync) before it got its name.
 * What an earlier download left is continued; when the whole is wrong then, it is fetched from the beginning, once. Any number of processes may do
 * this at once: one downloads. `verify` reads what is there already, and replaces it when it is damaged.
 * Errors: "image.wrong-digest", "image.wrong-size", "image.store-full", and those of `fetch`. What had come until then is kept, but not on a full disk.
 */
export async function storeBlob(
  store: Store,
  target: Descriptor,
  options: Cancel & BlobHooks & { readonly fetch: FetchFrom; readonly verify?: boolean },
): Promise<Arrived> {
  if (await isThere(store, target, options)) return "there";
  using partial = await ownPartial(store, parseDigest(target.digest), options);
  if (partial === undefined) return "elsewhere";
  try {
    await fill(partial, target, options);
    await promisify(fsync)(partial.fd);
    const path = blobPath(store, target.digest);
    renameSync(partial.path, path);
    syncDirectory(dirname(path));
    return "fetched";
  } catch (error) {
    options.signal?.throwIfAborted();
    if (["ENOSPC", "EDQUOT"].includes(errnoOf(error) ?? "")) rmSync(partial.path, { force: true });
    throw storeError(store, error);
  }
}

/** Whether a blob's bytes are those of its digest. */
export async function isIntact(store: Store, digest: Digest, { signal }: Cancel = {}): Promise<boolean> {
  const hash = createHash(algorithmOf(digest));
  const bytes = createReadStream(blobPath(store, digest), {
    highWaterMark: 1 << 20,
    ...(signal && { signal }),
  });
  for await (const chunk of bytes as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex") === digest.slice(digest.indexOf(":") + 1);
}

async function isThere(
  store: Store,
  target: Descriptor,
  options: Cancel & { readonly verify?: boolean },
): Promise<boolean> {
  const digest = parseDigest(target.digest);
  const found = findBlob(store, digest);
  if (found === undefined) return false;
  if (found.length === target.size && options.verify !== true) return true;
  if (!(await isIntact(store, digest, options))) {
    log.warn("a blob of the store is damaged and is fetched again", { digest });
    rmSync(found.path, { force: true });
    return false;
  }
  if (found.length === target.size) return true;
  throw wrongSize(target, found.length);
}

type Partial = Disposable & { readonly path: string; readonly fd: number };

/** The partial file of a digest, locked for us; undefined when another process has brought the blob meanwhile. */
async function ownPartial(
  store: Store,
  digest: Digest,
  { signal, onWait }: Cancel & BlobHooks,
): Promise<Partial | undefined> {
  const path = partialPath(store, digest);
  let waited = false;
  for (;;) {
    const fd = openPartial(store, path);
    if (tryLock(fd) && isStill(fd, path)) {
      if (findBlob(store, digest) === undefined) return { path, fd, [Symbol.dispose]: () => closeSync(fd) };
      rmSync(path, { force: true });
    }
    closeSync(fd);
    if (findBlob(store, digest) !== undefined) return undefined;
    if (!waited) onWait?.();
    waited = true;
    await delay(50, undefined, signal === undefined ? {} : { signal });
  }
}

function openPartial(store: Store, path: string): number {
  try {
    // Not "a+", which always writes at the end: damaged bytes are written over.
    return openSync(path, 0o2 | 0o100, 0o600);
  } catch (error) {
    throw storeError(store, error);
  }
}

/** Whether the file that we have open is the one that has the name: another process may have given it its final name, or removed it. */
function isStill(fd: number, path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

async function fill(
  partial: Partial,
  target: Descriptor,
  options: Cancel & BlobHooks & { readonly fetch: FetchFrom },
): Promise<void> {
  const hash = createHash(algorithmOf(target.digest));
  const kept = Math.min(fstatSync(partial.fd).size, target.size);
  readInto(hash, partial.fd, kept);
  if (kept > 0) log.debug("continue a download", { digest: target.digest, from: kept });
  if (await append(partial, target, { ...options, hash, kept })) return;
  ftruncateSync(partial.fd, 0);
  if (kept > 0) {
    log.info("what an earlier download left was damaged: fetch it from the beginning", {
      digest: target.digest,
    });
    if (await append(partial, target, { ...options, hash: createHash(algorithmOf(target.digest)), kept: 0 }))
      return;
  }
  rmSync(partial.path, { force: true });
  throw new OcilabError("image.wrong-digest", {
    doing: `fetch the blob ${target.digest}`,
    got: "the bytes that came have another digest",
    facts: { expected: target.digest },
  });
}

function readInto(hash: Hash, fd: number, length: number): void {
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  for (let at = 0; at < length; ) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, length - at), at);
    if (got === 0) return;
    hash.update(buffer.subarray(0, got));
    at += got;
  }
}

/** Write what is missing; whether the whole has the digest. */
async function append(
  partial: Partial,
  target: Descriptor,
  {
    hash,
    kept,
    fetch,
    signal,
    onBytes,
  }: Cancel & BlobHooks & { readonly fetch: FetchFrom; readonly hash: Hash; readonly kept: number },
): Promise<boolean> {
  const file = { path: partial.path, fresh: kept === 0 };
  let at = kept;
  onBytes?.(at, file);
  if (at < target.size || target.size === 0) {
    const stream = await fetch(target, { signal, offset: at });
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      if (at + chunk.length > target.size) throw wrongSize(target, undefined);
      for (let done = 0; done < chunk.length; )
        done += writeSync(partial.fd, chunk, done, chunk.length - done, at + done);
      hash.update(chunk);
      at += chunk.length;
      onBytes?.(at, file);
    }
  }
  if (at < target.size) throw wrongSize(target, at);
  ftruncateSync(partial.fd, target.size);
  return `${algorithmOf(target.digest)}:${hash.digest("hex")}` === target.digest;
}

function wrongSize(target: Descriptor, got: number | undefined): OcilabError {
  return new OcilabError("image.wrong-size", {
    doing: `fetch the blob ${target.digest}`,
    got: `its descriptor says ${target.size} bytes, there are ${got ?? "more"}`,
    facts: { ...target },
  });
}
