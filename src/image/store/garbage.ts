import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { namesIn } from "../../base/directory.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Descriptor, Digest } from "../../oci/image.ts";
import { parseManifest } from "../../oci/parse.ts";
import { readTreeSync } from "../image-tree.ts";
import { leasedDigests } from "./lease.ts";
import { tryLock } from "./lock.ts";
import { readImages, type StoredImage, tidied, writeImages } from "./names.ts";
import { blobPath, locked, type Store } from "./store.ts";

/** What was removed, and the bytes that were freed. */
export type Removed = {
  readonly images: readonly StoredImage[];
  readonly blobs: readonly { readonly digest: Digest; readonly size: number }[];
  /** Downloads that were not whole. */
  readonly partials: readonly { readonly digest: Digest; readonly size: number }[];
  readonly bytes: number;
};

/**
 * Remove what no image needs: images without a name (with `all`: every image), blobs that no image that stays reaches, downloads that nobody continues.
 * What a running process holds a lease on stays, with its image. Names go before blobs, so that a killed prune leaves nothing that has a name and no
 * bytes. Errors: "image.store-damaged" when a manifest cannot be read: then it is not known what it needs, and nothing is removed.
 */
export async function pruneStore(
  store: Store,
  options: Cancel & { readonly all?: boolean; readonly dryRun?: boolean } = {},
): Promise<Removed> {
  if (!existsSync(store.path)) return { images: [], blobs: [], partials: [], bytes: 0 };
  return await locked(
    store,
    () => {
      const leased = leasedDigests(store);
      const images = readImages(store);
      const gone = images.filter(
        ({ name, manifest }) => (name === undefined || options.all === true) && !leased.has(manifest.digest),
      );
      return discard(store, { images, gone, leased, dryRun: options.dryRun === true });
    },
    options,
  );
}

/** Take names off, and remove the images that have none left, with the blobs that only they need. Errors as of `pruneStore`. */
export async function removeNames(
  store: Store,
  choose: (images: readonly StoredImage[]) => readonly StoredImage[],
  options: Cancel & { readonly untagOnly?: boolean } = {},
): Promise<Removed & { readonly untagged: readonly StoredImage[] }> {
  if (!existsSync(store.path)) choose([]);
  return await locked(
    store,
    () => {
      const images = readImages(store);
      const chosen = choose(images);
      const left = images.map((image) => (chosen.includes(image) ? { ...image, name: undefined } : image));
      const untagged = chosen.filter(({ name }) => name !== undefined);
      if (options.untagOnly === true) {
        writeImages(store, tidied(left));
        return { images: [], blobs: [], partials: [], bytes: 0, untagged };
      }
      const leased = leasedDigests(store);
      const digests = chosen.map(({ manifest }) => manifest.digest);
      const gone = tidied(left).filter(
        ({ name, manifest }) =>
          name === undefined && digests.includes(manifest.digest) && !leased.has(manifest.digest),
      );
      return { ...discard(store, { images: tidied(left), gone, leased, dryRun: false }), untagged };
    },
    options,
  );
}

/** The digests that an image's manifest reaches, itself among them, and those of the index that it was pulled with. Errors: "image.store-damaged". */
export function reachOf(store: Store, { manifest, name, index }: StoredImage): readonly Digest[] {
  try {
    const read = ({ digest }: Descriptor): string => readFileSync(blobPath(store, digest), "utf8");
    const { config, layers } = parseManifest(read(manifest), { name: `the manifest ${manifest.digest}` });
    const own = [manifest.digest, config.digest, ...layers.map(({ digest }) => digest)];
    if (index === undefined) return own;
    const { documents, blobs } = readTreeSync(index, { read, doing: `read the index ${index.digest}` });
    return [...own, ...[...documents, ...blobs].map(({ digest }) => digest)];
  } catch (cause) {
    throw new OcilabError("image.store-damaged", {
      doing: `find what the image ${quote(name ?? manifest.digest)} needs`,
      got: cause instanceof Error ? cause.message : String(cause),
      hint: `pull it again, or take it out of ${quote(join(store.path, "index.json"))}`,
      cause,
    });
  }
}

type Plan = {
  readonly images: readonly StoredImage[];
  readonly gone: readonly StoredImage[];
  readonly leased: ReadonlySet<Digest>;
  readonly dryRun: boolean;
};

function discard(store: Store, { images, gone, leased, dryRun }: Plan): Removed {
  const kept = images.filter((image) => !gone.includes(image));
  const needed = new Set([...leased, ...kept.flatMap((image) => reachOf(store, image))]);
  const unneeded = (folder: string, digestOf: (name: string) => string, algorithm = "") =>
    namesIn(join(store.path, folder)).flatMap((name) => {
      const digest = digestOf(name);
      if (isDigest(digest) && needed.has(digest)) return [];
      const path = join(store.path, folder, name);
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      return [{ path, digest: (isDigest(digest) ? digest : `${algorithm}${name}`) as Digest, size }];
    });
  const blobs = ["sha256", "sha512"].flatMap((algorithm) =>
    unneeded(`blobs/${algorithm}`, (name) => `${algorithm}:${name}`, `${algorithm}:`),
  );
  const partials = unneeded("partial", (name) => name.replace("-", ":")).filter(({ path }) => isFree(path));
  if (!dryRun) {
    writeImages(store, kept);
    for (const { path } of [...blobs, ...partials]) rmSync(path, { force: true, recursive: true });
  }
  const bare = (list: typeof blobs) => list.map(({ digest, size }) => ({ digest, size }));
  const bytes = [...blobs, ...partials].reduce((sum, { size }) => sum + size, 0);
  return { images: gone, blobs: bare(blobs), partials: bare(partials), bytes };
}

/** Nobody writes it: a pull that takes no lease on it, or an older ocilab, would still hold its lock. */
function isFree(path: string): boolean {
  const fd = openSync(path, "r+");
  try {
    return tryLock(fd);
  } finally {
    closeSync(fd);
  }
}
