import type { Cancel } from "../../base/brand.ts";
import { quote } from "../../base/text.ts";
import type { Descriptor, ImageConfig, ImageReference, Platform } from "../../oci/image.ts";
import { platformOf } from "../../oci/platform.ts";
import { formatReference } from "../../oci/reference.ts";
import { readDocument } from "../blobs/read.ts";
import { configOf, type ReadDocument } from "../documents.ts";
import type { ImageSource } from "../image.ts";
import { type ImageTree, readTree } from "../image-tree.ts";
import { findSource } from "../recognise.ts";
import { streamSpan } from "../sources/file-tree.ts";
import { noImage, platformIn } from "../sources/index-walk.ts";
import { unreadable } from "../unreadable.ts";
import { type Arrived, storeBlob } from "./blobs.ts";
import { fetchFrom } from "./fetch-from.ts";
import { type Lease, takeLease } from "./lease.ts";
import { readImages, type StoredImage, withImage, writeImages } from "./names.ts";
import { nameFor } from "./naming.ts";
import type { PullImageOptions } from "./pull.ts";
import { refuseWithoutRoom } from "./room.ts";
import { findBlob, locked, makeStoreReady } from "./store.ts";

/** What a pull of all platforms came to; `root` is an index, or the manifest of an image of one platform. */
export type PulledTree = {
  readonly name: string;
  readonly root: Descriptor;
  readonly images: readonly StoredImage[];
  readonly fetched: number;
  readonly there: number;
  readonly bytes: number;
};

/**
 * Bring an image into the store for every platform that it has: the index, what is in it (attestations too), and all their blobs. Each platform gets the
 * name, once everything is there. What a manifest only points to by `urls` stays where it is. Errors: as of `pullImage`, "image.not-an-image".
 */
export async function pullAllPlatforms(
  reference: string | ImageReference,
  options: Omit<PullImageOptions, "platform">,
): Promise<PulledTree> {
  try {
    const { store, ...direct } = options;
    const found = await findSource(reference, direct);
    await using source = found.source;
    makeStoreReady(store);
    await using lease = await takeLease(store, options);
    const name = options.name ?? nameFor(found.reference);
    return await bring(source, found.reference, { ...options, name, lease });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unreadable(error, reference);
  }
}

type Bringing = Omit<PullImageOptions, "name"> & { readonly name: string; readonly lease: Lease };

async function bring(source: ImageSource, reference: ImageReference, options: Bringing): Promise<PulledTree> {
  const { store, name, lease, signal, onEvent } = options;
  const doing = `pull ${quote(formatReference(reference))} for all platforms`;
  const deliveries = deliver(source, options);
  const fetch = async (target: Descriptor, cancel: Cancel = {}) => {
    const span = findBlob(store, target.digest);
    return span === undefined ? await source.fetch(target, cancel) : streamSpan(span, cancel);
  };
  const read: ReadDocument = async (target, what) => {
    await lease.hold([target.digest]);
    await deliveries.bring(target, { signal });
    return await readDocument({ fetch }, target, { signal, what });
  };
  const root = await rootOf(source, reference, signal);
  const tree = await readTree(root, { read, doing });
  if (tree.images.length === 0) throw noImage(doing);
  await lease.hold(tree.blobs.map(({ digest }) => digest));
  const configs = new Map<string, ImageConfig>();
  for (const { manifest } of tree.images)
    configs.set(
      manifest.config.digest,
      configOf(await read(manifest.config, "configuration"), manifest.config),
    );
  const blobs = tree.blobs.filter(({ digest }) => !configs.has(digest));
  refuseWithoutRoom(store, blobs);
  onEvent?.({ kind: "resolved", name, blobs });
  await inParallel(blobs, options, (target, cancel) => deliveries.bring(target, cancel));
  const images = storedImages(tree, { name, configs });
  await locked(store, () => writeImages(store, images.reduce(withImage, readImages(store))), options);
  return { name, root: bare(root), images, ...deliveries.counts() };
}

/** The platform is asked for where the source has one only and makes its manifest for it. */
async function rootOf(
  source: ImageSource,
  reference: ImageReference,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  const cancel = { signal };
  if (source.root !== undefined) return await source.root(reference, cancel);
  return await source.resolve(reference, platformOf(process.arch), cancel);
}

function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function storedImages(
  { root, images }: ImageTree,
  { name, configs }: { readonly name: string; readonly configs: ReadonlyMap<string, ImageConfig> },
): readonly StoredImage[] {
  const pulled = new Date().toISOString();
  const index = images.some(({ descriptor }) => descriptor.digest === root.digest) ? undefined : bare(root);
  return images.flatMap(({ descriptor, manifest }) => {
    const config = configs.get(manifest.config.digest);
    if (config === undefined) return [];
    const platform = versioned(platformIn(config), config);
    return [{ name, manifest: bare(descriptor), config: manifest.config.digest, platform, pulled, index }];
  });
}

/** An index has Windows images that differ in nothing else. */
function versioned(platform: Platform, config: ImageConfig): Platform {
  const version = config["os.version"];
  return version === undefined ? platform : { ...platform, "os.version": version };
}

function deliver(source: ImageSource, options: Bringing) {
  const { store, verify = false, onEvent } = options;
  const arrived: { readonly how: Arrived; readonly size: number }[] = [];
  return {
    async bring(target: Descriptor, { signal }: Cancel): Promise<void> {
      const how = await storeBlob(store, target, {
        signal,
        verify,
        fetch(wanted, asked) {
          onEvent?.({ kind: "begun", target });
          return fetchFrom(source, wanted, asked);
        },
        onBytes: (bytes) => onEvent?.({ kind: "bytes", target, bytes }),
        onWait: () => onEvent?.({ kind: "waiting", target }),
      });
      arrived.push({ how, size: target.size });
      onEvent?.({ kind: how === "there" ? "there" : "fetched", target });
    },
    counts() {
      const fetched = arrived.filter(({ how }) => how === "fetched");
      const bytes = fetched.reduce((sum, { size }) => sum + size, 0);
      return { fetched: fetched.length, there: arrived.length - fetched.length, bytes };
    },
  };
}

/** Work on several at once. The first failure ends the others; it is thrown when all have ended. */
async function inParallel(
  targets: readonly Descriptor[],
  { parallel = 3, signal }: Pick<Bringing, "parallel" | "signal">,
  work: (target: Descriptor, cancel: Cancel) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const cancel = { signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]) };
  const waiting = [...targets];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !cancel.signal.aborted; next = waiting.shift())
      await work(next, cancel).catch((error: unknown) => {
        failures.push(error);
        stop.abort(error);
      });
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  signal?.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
