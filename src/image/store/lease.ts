import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { namesIn } from "../../base/directory.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";
import { tryLock } from "./lock.ts";
import { locked, type Store } from "./store.ts";

/** A process's word that it needs some blobs: whatever becomes of their names, nobody removes them until it is disposed of or the process ends. */
export type Lease = AsyncDisposable & {
  /** From here on these are needed, whether they are there already or not. */
  hold(digests: readonly Digest[]): Promise<void>;
};

/**
 * Take a lease: a file of digests that is locked for as long as it counts (flock(2)), so that a killed process needs nothing any more.
 * It is made and added to under the store's lock, as blobs are removed under it: what is found after `hold` stays.
 */
export async function takeLease(store: Store, options: Cancel = {}): Promise<Lease> {
  const path = join(store.path, "leases", randomBytes(8).toString("hex"));
  const fd = await locked(
    store,
    () => {
      const opened = openSync(path, "ax", 0o600);
      tryLock(opened);
      return opened;
    },
    options,
  );
  let open = true;
  return {
    hold: (digests) =>
      locked(store, () => void writeSync(fd, digests.map((digest) => `${digest}\n`).join("")), options),
    async [Symbol.asyncDispose]() {
      if (!open) return;
      open = false;
      rmSync(path, { force: true });
      closeSync(fd);
    },
  };
}

/** What running processes need. Leases of processes that are gone are removed on the way. Call it under the store's lock. */
export function leasedDigests(store: Store): ReadonlySet<Digest> {
  const needed = new Set<Digest>();
  for (const name of namesIn(join(store.path, "leases"))) {
    const path = join(store.path, "leases", name);
    for (const line of linesIfAlive(path)) if (isDigest(line)) needed.add(line);
  }
  return needed;
}

function linesIfAlive(path: string): readonly string[] {
  let fd: number;
  try {
    fd = openSync(path, "r+");
  } catch {
    return [];
  }
  try {
    if (!tryLock(fd)) return readFileSync(path, "utf8").split("\n");
    rmSync(path, { force: true });
    return [];
  } finally {
    closeSync(fd);
  }
}
