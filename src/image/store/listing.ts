import { readFileSync } from "node:fs";
import { chainIds } from "../../oci/chain-id.ts";
import type { Digest, ImageConfig, ImageManifest } from "../../oci/image.ts";
import { parseImageConfig, parseManifest } from "../../oci/parse.ts";
import { shortName } from "../../oci/registry-name.ts";
import { readImages, type StoredImage } from "./names.ts";
import { blobPath, type Store } from "./store.ts";

/** An image of the store with what its documents say; `damaged` where they cannot be read. */
export type ListedImage = StoredImage & {
  /** Bytes of its manifest, configuration and layers as stored; those that it shares with other images count too. */
  readonly size: number;
  /** When it was made, RFC 3339; null when it does not say. */
  readonly created: string | null;
  readonly damaged: boolean;
};

/** Every image of the store, the newest first (by when it was pulled). Manifests and configurations are read, not verified. */
export function listImages(store: Store): readonly ListedImage[] {
  return readImages(store)
    .map((image) => ({ ...image, ...factsOf(store, image) }))
    .sort((a, b) => b.pulled.localeCompare(a.pulled));
}

/** The names of the store's images as docker shows them, each once, sorted. */
export function storedNames(store: Store): readonly string[] {
  const names = readImages(store).flatMap(({ name }) => (name === undefined ? [] : [shortName(name)]));
  return [...new Set(names)].toSorted();
}

/** The chain-ids of an image's layers: names of their snapshots. None where its configuration cannot be read. */
export function chainsOf(store: Store, { config }: StoredImage): readonly Digest[] {
  try {
    const text = readFileSync(blobPath(store, config), "utf8");
    return chainIds(parseImageConfig(text, { name: "a configuration" }).rootfs.diff_ids);
  } catch {
    return [];
  }
}

function factsOf(store: Store, image: StoredImage): Pick<ListedImage, "size" | "created" | "damaged"> {
  try {
    const read = (digest: Digest): string => readFileSync(blobPath(store, digest), "utf8");
    const manifest: ImageManifest = parseManifest(read(image.manifest.digest), { name: "a manifest" });
    const config: ImageConfig = parseImageConfig(read(image.config), { name: "a configuration" });
    const layers = new Map(manifest.layers.map(({ digest, size }) => [digest, size]));
    const parts = [image.manifest.size, manifest.config.size, ...layers.values()];
    return {
      size: parts.reduce((sum, size) => sum + size, 0),
      created: config.created ?? null,
      damaged: false,
    };
  } catch {
    return { size: image.manifest.size, created: null, damaged: true };
  }
}
