import { rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { quote } from "../base/text.ts";
import type { LayerBlob } from "../image/image.ts";
import { type UnpackOptions, type UnpackResult, unpackLayers } from "../image/layer/unpack.ts";
import { copySnapshots } from "../image/snapshots/copy.ts";
import { stricterLimit } from "../image/snapshots/snapshot.ts";
import { openSnapshots, type SnapshotStore } from "../image/snapshots/store.ts";
import { forgetUse, useSnapshots } from "../image/snapshots/uses.ts";
import { makeOverlay, overlayFault, overlayFile } from "./overlay.ts";

/** How a root filesystem came to be: by an overlay mount of unpacked layers, as a copy of them, or unpacked where it is. */
export type RootfsKind = "overlay" | "copied" | "unpacked";

/** `reused`: how many of its layers had been unpacked before. */
export type RootfsResult = UnpackResult & { readonly kind: RootfsKind; readonly reused: number };

export type RootfsWish = {
  /** `configuration.snapshots`. */
  readonly snapshots: string;
  /** A directory with files of its own, not a mount. */
  readonly copy: boolean;
};

type Options = Pick<UnpackOptions, "signal" | "limits" | "onLayer" | "maps"> & {
  /** Left out: unpacked where it is, and nothing is kept. */
  readonly rootfs?: RootfsWish | undefined;
  /** Where the draft will stand. */
  readonly path: string;
};

/** Dispose of it when the draft is in its place: until then nobody removes what it stands on. */
export type MadeRootfs = Disposable & { readonly result: RootfsResult };

/**
 * Make DRAFT/rootfs, an empty directory, the root filesystem of these layers: by default an overlay mount, and a copy where overlayfs cannot write
 * into the draft or hold these layers, or a limit is stricter than when they were unpacked, which is logged. A copy is made of unpacked layers when they are all there, else of the layers themselves.
 * Errors: those of unpackLayers and openSnapshots, "bundle.unwritable".
 */
export async function makeRootfs(
  layers: readonly LayerBlob[],
  draft: string,
  options: Options,
): Promise<MadeRootfs> {
  const { rootfs: wish, maps, signal } = options;
  const isRoot = process.geteuid?.() === 0 && maps === undefined;
  if (wish === undefined || !isRoot || layers.length === 0) return held(await unpack(layers, draft, options));
  const store = await openSnapshots(wish.snapshots, { signal });
  try {
    const stricter = stricterLimit(store.find(layers), options.limits);
    if (stricter !== undefined) {
      log.info("the rootfs is a copy: its layers were unpacked under a wider limit", { limit: stricter });
      return held(await unpack(layers, draft, options), store);
    }
    const fault = wish.copy ? undefined : overlayFault(draft);
    if (fault !== undefined) log.info("the rootfs is a copy: no overlay can be mounted there", { fault });
    const overlay =
      wish.copy || fault !== undefined ? undefined : await mount(layers, draft, { ...options, store });
    return held(overlay ?? (await copy(layers, draft, { ...options, store })), store);
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}

function held(result: RootfsResult, store?: SnapshotStore): MadeRootfs {
  return { result, [Symbol.dispose]: () => store?.[Symbol.dispose]() };
}

type Stored = Options & { readonly store: SnapshotStore };

/** Undefined when these layers, or the store's file system, are not for overlayfs. */
async function mount(
  layers: readonly LayerBlob[],
  draft: string,
  { store, path, ...options }: Stored,
): Promise<RootfsResult | undefined> {
  try {
    const { snapshots, reused, result } = await store.make(layers, options);
    useSnapshots(store.directory, overlayFile(path));
    makeOverlay(draft, { snapshots, store: store.directory });
    return { ...result, kind: "overlay", reused };
  } catch (error) {
    const ours =
      error instanceof OcilabError ? error.code === "layer.no-snapshot" : errnoOf(error) !== undefined;
    if (!ours || !(error instanceof Error)) throw error;
    log.info("the rootfs is a copy: its layers cannot be mounted", { fault: error.message });
    forgetUse(store.directory, overlayFile(path));
    rmSync(join(draft, "overlay"), { recursive: true, force: true });
    return undefined;
  }
}

async function copy(
  layers: readonly LayerBlob[],
  draft: string,
  { store, ...options }: Stored,
): Promise<RootfsResult> {
  if (store.find(layers).length < layers.length) return await unpack(layers, draft, options);
  const { snapshots, reused, result } = await store.make(layers, options);
  try {
    await copySnapshots(snapshots, join(draft, "rootfs"), { signal: options.signal });
  } catch (cause) {
    throw notCopied(cause, options.path);
  }
  return { ...result, kind: "copied", reused };
}

function notCopied(cause: unknown, path: string): unknown {
  const errno = cause instanceof OcilabError ? undefined : errnoOf(cause);
  if (errno === undefined) return cause;
  const got = `copying the unpacked layers there, the kernel answered ${errno}`;
  return new OcilabError("bundle.unwritable", { doing: `make the bundle ${quote(path)}`, got, cause });
}

async function unpack(
  layers: readonly LayerBlob[],
  draft: string,
  { signal, limits, onLayer, maps }: Options | Omit<Stored, "store">,
): Promise<RootfsResult> {
  const given = { signal, maps, ...(limits && { limits }), ...(onLayer && { onLayer }) };
  return { ...(await unpackLayers(layers, join(draft, "rootfs"), given)), kind: "unpacked", reused: 0 };
}
