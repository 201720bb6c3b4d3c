import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import type { Digest } from "../../oci/image.ts";
import { openLocks } from "./locks.ts";
import { listChainIds, readSnapshot, snapshotDirectory } from "./snapshot.ts";
import { usedChainIds } from "./uses.ts";

/** What was removed, and how many bytes the archives had that it came from. */
export type PrunedSnapshots = { readonly removed: readonly Digest[]; readonly bytes: number };

/**
 * Remove snapshots that are neither in `keep` (chain-ids, `chainIds` has them of an image) nor used by a bundle, mounted or not, nor part of an overlay
 * that is mounted anywhere. Waits for those who are making or mounting some. Killed meanwhile, it has removed some of them, each as a whole.
 */
export async function pruneSnapshots(
  options: Cancel & {
    /** `configuration.snapshots`; that it is not there is fine. */
    readonly snapshots: string;
    readonly keep: ReadonlySet<Digest>;
    /** Say what would be removed, and remove nothing. */
    readonly dryRun?: boolean;
  },
): Promise<PrunedSnapshots> {
  const { snapshots, keep, signal } = options;
  if (!existsSync(snapshots)) return { removed: [], bytes: 0 };
  using _locks = await openLocks(join(snapshots, "lock"), { kind: "exclusive", signal });
  sweepTemporary(snapshots);
  const used = usedChainIds(snapshots);
  const removed = listChainIds(snapshots).filter((chainId) => !keep.has(chainId) && !used.has(chainId));
  let bytes = 0;
  await using trash = temporaryDirectory(snapshots);
  for (const chainId of removed) {
    signal?.throwIfAborted();
    bytes += readSnapshot(snapshots, chainId)?.layer.bytes ?? 0;
    if (options.dryRun === true) continue;
    const directory = snapshotDirectory(snapshots, chainId);
    renameSync(directory, join(trash.path, chainId.replace(":", "-")));
  }
  return { removed, bytes };
}
