import { pruneSnapshots } from "../image/snapshots/prune.ts";
import { pruneStore } from "../image/store/garbage.ts";
import { chainsOf } from "../image/store/listing.ts";
import { readImages } from "../image/store/names.ts";
import { storeAt } from "../image/store/store.ts";
import type { Context } from "./command.ts";
import { type RemovalValue, removalValue } from "./render/removal.ts";

/** Remove what no image needs, then the unpacked layers that no image of the store and no bundle has. Errors: those of pruneStore. */
export async function prune(
  { all, dryRun }: { readonly all: boolean; readonly dryRun: boolean },
  { signal, configuration }: Context,
): Promise<RemovalValue> {
  const store = storeAt(configuration.store);
  const removed = await pruneStore(store, { signal, all, dryRun });
  const gone = new Set(removed.images.map(({ manifest }) => manifest.digest));
  const left = readImages(store).filter(({ manifest }) => !gone.has(manifest.digest));
  const keep = new Set(left.flatMap((image) => chainsOf(store, image)));
  const { snapshots } = configuration;
  return removalValue(removed, await pruneSnapshots({ snapshots, keep, dryRun, signal }));
}
