import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { nearest, quote } from "../../base/text.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Descriptor, Digest, Platform } from "../../oci/image.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { parseIndex } from "../../oci/parse.ts";
import { choosePlatform, formatPlatform } from "../../oci/platform.ts";
import { shortName } from "../../oci/registry-name.ts";
import { longName } from "../sources/naming.ts";
import { type Store, writeWhole } from "./store.ts";

/** One image of the store: a manifest, and the name it goes by. Two platforms of one name are two entries. */
export type StoredImage = {
  /** In docker's long form ("docker.io/library/alpine:3.20"); undefined for one whose name now means another image, or was taken off. */
  readonly name: string | undefined;
  readonly manifest: Descriptor;
  /** Digest of the configuration: what docker calls the image id. */
  readonly config: Digest;
  readonly platform: Platform;
  /** When it was pulled, RFC 3339, UTC. */
  readonly pulled: string;
  /** The index that it was pulled with, for all platforms at once: all that this reaches is in the store. */
  readonly index?: Descriptor | undefined;
};

const nameKey = "org.opencontainers.image.ref.name";
const configKey = "dev.ocilab.config";
const pulledKey = "dev.ocilab.pulled";
const indexKey = "dev.ocilab.index";

/** Every image of the store, oldest first; a store that is not there has none. Errors: "spec.bad-json", "spec.invalid" for a damaged index.json. */
export function readImages({ path }: Store): readonly StoredImage[] {
  const file = join(path, "index.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
  return parseIndex(text, { name: quote(file) }).manifests.flatMap((manifest) => imageOf(manifest) ?? []);
}

/** Write the store's images. Only under the store's lock. */
export function writeImages({ path }: Store, images: readonly StoredImage[]): void {
  const manifests = images.map(({ name, manifest, config, platform, pulled, index }) => ({
    ...manifest,
    platform,
    annotations: {
      ...(name === undefined ? {} : { [nameKey]: name }),
      [configKey]: config,
      [pulledKey]: pulled,
      ...(index === undefined ? {} : { [indexKey]: `${index.mediaType} ${index.digest} ${index.size}` }),
    },
  }));
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  writeWhole(join(path, "index.json"), `${JSON.stringify(index, null, 2)}\n`);
}

/** The images with one more. It takes its name, for its platform, from the one that had it, which stays without a name; the same image keeps its index. Pure. */
export function withImage(images: readonly StoredImage[], added: StoredImage): readonly StoredImage[] {
  const isReplaced = (image: StoredImage): boolean => image.name === added.name && samePlatform(image, added);
  const others = images.map((image) => (isReplaced(image) ? { ...image, name: undefined } : image));
  const same = images.find((image) => isReplaced(image) && image.manifest.digest === added.manifest.digest);
  return tidied([...others, added.index === undefined ? { ...added, index: same?.index } : added]);
}

/** Without entries that say nothing: an image that has a name needs no nameless entry. Pure. */
export function tidied(images: readonly StoredImage[]): readonly StoredImage[] {
  return images.filter(({ name, manifest }, at) => {
    if (name !== undefined) return true;
    return !images.some(
      (other, index) => other.manifest.digest === manifest.digest && (other.name !== undefined || index < at),
    );
  });
}

/**
 * The images that a text means: a name in any form that docker takes, one of localhost where docker.io has none (the same name may be there for several
 * platforms), NAME@DIGEST of a manifest that any tag of NAME has; else a digest or the beginning of one (six digits and more), of a manifest or a configuration. Pure.
 */
export function imagesMeant<Image extends StoredImage>(
  images: readonly Image[],
  text: string,
): { readonly by: "name" | "digest"; readonly found: readonly Image[] } {
  const names = [longName(text), `localhost/${longName(text).replace(/^docker\.io\/(library\/)?/, "")}`];
  for (const name of names) {
    const found = images.filter((image) => image.name === name);
    if (found.length > 0) return { by: "name", found };
  }
  const [named = "", pinned] = text.split("@", 2);
  const kept = images.filter(
    ({ name, manifest }) =>
      manifest.digest === pinned &&
      name !== undefined &&
      repositoryOf(name) === repositoryOf(longName(named)),
  );
  if (kept.length > 0) return { by: "name", found: kept };
  const hex = /^@?(?:sha256:|sha512:)?([0-9a-f]{6,128})$/.exec(text)?.[1];
  const begins = (digest: string): boolean => digest.slice(digest.indexOf(":") + 1).startsWith(hex ?? " ");
  return {
    by: "digest",
    found: images.filter(({ manifest, config }) => begins(manifest.digest) || begins(config)),
  };
}

/** The one of several images that suits a platform; where the platform is not asked for, the only one. Pure. */
export function imageFor(images: readonly StoredImage[], platform: Platform): StoredImage | undefined {
  const chosen = choosePlatform(
    images.map((image) => ({ ...image.manifest, platform: image.platform })),
    platform,
  );
  return images.find(({ manifest }) => manifest.digest === chosen?.digest);
}

/** The images that a text means; at least one. Errors: "image.no-such-name" with the nearest name, "image.ambiguous" when a digest's beginning fits several. */
export function imagesNamedInStore(
  images: readonly StoredImage[],
  text: string,
  doing: string,
): readonly StoredImage[] {
  const { by, found } = imagesMeant(images, text);
  const digests = [...new Set(found.map(({ manifest }) => manifest.digest))];
  if (by === "digest" && digests.length > 1) throw severalDigests(digests, { text, doing });
  if (found.length > 0) return found;
  const names = images.flatMap(({ name }) =>
    name === undefined ? [] : [shortName(name), name.replace(/^localhost\//, "")],
  );
  const near = nearest(text, names) ?? nearest(shortName(longName(text)), names);
  throw new OcilabError("image.no-such-name", {
    doing,
    got: `there is no image ${quote(text)} in the store`,
    hint:
      near === undefined
        ? "`ocilab image list` says what there is"
        : `did you mean ${quote(shortName(near))}?`,
    facts: { name: text, ...(near === undefined ? {} : { nearest: near }) },
  });
}

/** The error of a digest's beginning that fits several. */
export function severalDigests(
  digests: readonly Digest[],
  { text, doing }: { readonly text: string; readonly doing: string },
): OcilabError {
  return new OcilabError("image.ambiguous", {
    doing,
    got: `${quote(text)} is the beginning of ${digests.length} digests`,
    hint: "write more digits of it, or the image's name",
    facts: { digests },
  });
}

/** Without tag and digest. */
function repositoryOf(name: string): string {
  return name.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

function samePlatform(a: StoredImage, b: StoredImage): boolean {
  const version = ({ platform }: StoredImage): string =>
    [platform["os.version"] ?? "", ...(platform["os.features"] ?? [])].join(" ");
  return formatPlatform(a.platform) === formatPlatform(b.platform) && version(a) === version(b);
}

/** An entry that another program wrote: it stays out of our lists where it lacks what we need. */
function imageOf({ annotations = {}, platform, ...manifest }: Descriptor): StoredImage | undefined {
  const config = annotations[configKey];
  if (platform === undefined || config === undefined) return undefined;
  return {
    name: annotations[nameKey],
    manifest,
    config: config as Digest,
    platform,
    pulled: annotations[pulledKey] ?? "",
    ...indexIn(annotations[indexKey]),
  };
}

function indexIn(text: string | undefined): Pick<StoredImage, "index"> {
  const [mediaType = "", digest = "", size = ""] = text?.split(" ") ?? [];
  if (!isDigest(digest) || !/^\d{1,10}$/.test(size)) return {};
  return { index: { mediaType, digest, size: Number(size) } };
}
