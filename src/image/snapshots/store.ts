import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { makeStore } from "../../base/store.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { chainIds } from "../../oci/chain-id.ts";
import type { LayerBlob } from "../image.ts";
import type { LayerResult, Usage } from "../layer/job.ts";
import { defaultLimits, type LayerLimits } from "../layer/limits.ts";
import { stageLayers, type UnpackOptions, type UnpackResult } from "../layer/unpack.ts";
import { type Locks, openLocks } from "./locks.ts";
import { formatSnapshot, readChain, type Snapshot, snapshotDirectory } from "./snapshot.ts";
import { parseStage } from "./stages.ts";

/** Snapshots of all layers of an image, base first, and how many of them there were already. */
export type ImageSnapshots = {
  readonly snapshots: readonly Snapshot[];
  readonly reused: number;
  readonly result: UnpackResult;
};

/** An opened store. While it is open none of its snapshots is removed; dispose of it when they are mounted and `useSnapshots` knows of it, or copied. */
export type SnapshotStore = Disposable & {
  readonly directory: string;
  /** Those of an image that are there already, base first; all of them or fewer. */
  find(layers: readonly LayerBlob[]): readonly Snapshot[];
  /**
   * Snapshots of all layers, made where they are missing. Each is whole or absent, whenever this process is killed; of several processes that want
   * one, one makes it and the others wait. What was made before an error or an abort stays, for the next time.
   * Errors: those of unpackLayers, "layer.no-snapshot".
   */
  make(
    layers: readonly LayerBlob[],
    options: Pick<UnpackOptions, "signal" | "limits" | "onLayer">,
  ): Promise<ImageSnapshots>;
};

/** Open, and make if need be, the store of snapshots at `configuration.snapshots`; root's only. What killed processes left in it is removed. Errors: "host.store-unwritable". */
export async function openSnapshots(directory: string, options: Cancel = {}): Promise<SnapshotStore> {
  makeStore(directory);
  sweep(directory);
  const locks = await openLocks(join(directory, "lock"), { kind: "shared", signal: options.signal });
  const find = (layers: readonly LayerBlob[]): readonly Snapshot[] =>
    readChain(directory, chainIds(layers.map(({ diffId }) => diffId)));
  return {
    directory,
    find,
    make: (layers, given) => make(layers, { ...given, directory, locks, find }),
    [Symbol.dispose]: () => locks[Symbol.dispose](),
  };
}

/** The helper of a killed process may still be writing: then the next time removes the rest. */
function sweep(directory: string): void {
  try {
    sweepTemporary(directory);
  } catch (error) {
    log.debug("what a killed process left cannot be removed yet", { directory, error: String(error) });
  }
}

type Making = Pick<UnpackOptions, "signal" | "limits" | "onLayer"> &
  Pick<SnapshotStore, "directory" | "find"> & { readonly locks: Locks };

async function make(layers: readonly LayerBlob[], making: Making): Promise<ImageSnapshots> {
  const { directory, locks, find, signal } = making;
  const chain = chainIds(layers.map(({ diffId }) => diffId));
  const missing = chain.slice(find(layers).length);
  for (const chainId of missing) await locks.take(chainId, { signal });
  try {
    const there = find(layers);
    const peakMemory = there.length === layers.length ? 0 : await stage(layers, there, making);
    const snapshots = readChain(directory, chain);
    const result = { ...resultOf(snapshots, making), peakMemory };
    return { snapshots, reused: there.length, result };
  } finally {
    for (const chainId of missing) locks.give(chainId);
  }
}

/** Make what is missing above `there`; returns the helper's peak of memory. */
async function stage(
  layers: readonly LayerBlob[],
  there: readonly Snapshot[],
  { directory, locks, signal, limits, onLayer }: Making,
): Promise<number> {
  await using draft = temporaryDirectory(directory);
  const chain = chainIds(layers.map(({ diffId }) => diffId));
  const wanted = layers.slice(there.length);
  const drafts = wanted.map((_, index) => join(draft.path, `${index}`));
  for (const path of drafts) mkdirSync(path, { mode: 0o700 });
  let index = 0;
  const publish = (layer: LayerResult): void => {
    const [from = "", chainId] = [drafts[index], chain[there.length + index]];
    const diffId = wanted[index]?.diffId;
    index += 1;
    if (chainId === undefined || diffId === undefined) return;
    const { lostAttributes } = parseStage(join(from, "stage.json"));
    const under = { ...defaultLimits, ...limits };
    const text = formatSnapshot({ chainId, diffId, layer, lostAttributes, limits: under });
    writeFileSync(join(from, "snapshot.json"), text, { mode: 0o600 });
    moveIntoPlace(from, snapshotDirectory(directory, chainId), draft.path);
    locks.give(chainId);
    onLayer?.(layer);
  };
  const lower = there.map(({ fs }) => fs).reverse();
  const { peakMemory } = await stageLayers(
    wanted,
    { lower, links: there.at(-1)?.stage, drafts },
    { signal, used: usedBy(there), onLayer: publish, ...(limits === undefined ? {} : { limits }) },
  );
  return peakMemory;
}

/** The lock is ours and there was no whole snapshot: what has the name nevertheless was damaged by somebody, and goes. */
function moveIntoPlace(from: string, to: string, draft: string): void {
  try {
    renameSync(from, to);
  } catch {
    renameSync(to, join(draft, `damaged-${process.hrtime.bigint()}`));
    renameSync(from, to);
  }
}

/** What unpacking all of them came to. A limit that was higher when they were made holds now. */
function resultOf(
  snapshots: readonly Snapshot[],
  { limits }: Making,
): Pick<UnpackResult, "layers" | "lostAttributes"> {
  checkLimits(usedBy(snapshots), { ...defaultLimits, ...limits });
  const { lostAttributes = [] } = snapshots.at(-1) ?? {};
  return { layers: snapshots.map(({ layer }) => layer), lostAttributes };
}

function usedBy(snapshots: readonly Snapshot[]): Usage {
  return snapshots.reduce(
    (sum, { layer }) => ({ bytes: sum.bytes + layer.bytes, entries: sum.entries + layer.entries }),
    { bytes: 0, entries: 0 },
  );
}

function checkLimits(used: Usage, limits: LayerLimits): void {
  for (const limit of ["bytes", "entries"] as const) {
    if (used[limit] <= limits[limit]) continue;
    throw new OcilabError("layer.limit", {
      doing: "use unpacked layers",
      got: `they take the image beyond ${limits[limit]} ${limit} (limit: ${limit})`,
    });
  }
}
