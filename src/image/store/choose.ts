import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { nearest, quote } from "../../base/text.ts";
import type { ImageReference, Platform } from "../../oci/image.ts";
import { platformOf } from "../../oci/platform.ts";
import { formatReference } from "../../oci/reference.ts";
import { readRegistryName, shortName } from "../../oci/registry-name.ts";
import type { ImageSource } from "../image.ts";
import { imageFor, imagesMeant, readImages, type StoredImage, severalDigests } from "./names.ts";
import type { StoreOptions } from "./policy.ts";
import { pullingSource } from "./pulling.ts";
import { storeAt } from "./store.ts";
import { sharedIndex, storedSource } from "./stored.ts";

export type Chosen = { readonly reference: ImageReference; readonly source: ImageSource };

/**
 * The stored image that a name, digest or id means, as a source; undefined when it has to come from its registry: there is none for the platform,
 * or the policy is "always"; with `whole`, there is not the whole index. What has a digest or a name of localhost can come from nowhere else. Errors: "image.not-stored" under "never",
 * "image.ambiguous" for the beginning of several digests.
 */
export function storedFor(
  text: string,
  { directory, pull = "missing", whole = false }: StoreOptions,
  platform: Platform = platformOf(process.arch),
): Chosen | undefined {
  const store = storeAt(directory);
  const bare = text.replace(/^docker:\/\//, "");
  const images = readImages(store);
  const { by, found } = imagesMeant(images, bare);
  const [first] = found;
  const chosen = (image: StoredImage): Chosen => ({
    reference: referenceTo(image),
    source: storedSource(store, found),
  });
  if (first !== undefined && by === "digest") {
    const digests = [...new Set(found.map(({ manifest }) => manifest.digest))];
    if (digests.length === 1) return chosen(first);
    throw severalDigests(digests, { text: bare, doing: `open the image ${quote(text)}` });
  }
  if (first?.name?.startsWith("localhost/") === true) return chosen(first);
  const suits = whole
    ? sharedIndex(found) || pull === "never"
      ? first
      : undefined
    : imageFor(found, platform);
  if (suits !== undefined && pull !== "always") return chosen(suits);
  if (pull === "never") throw notStored(text, { images, meant: found });
  return undefined;
}

/** A registry's image on its way into the store; an abort ends the downloads, also those that nobody reads yet. */
export function pulledFrom(
  source: ImageSource,
  reference: ImageReference,
  { directory, onEvent, signal }: StoreOptions & Cancel,
): ImageSource {
  return pullingSource(source, {
    store: storeAt(directory),
    name: formatReference(reference),
    onEvent,
    signal,
  });
}

function referenceTo({ name, manifest }: StoredImage): ImageReference {
  const reading = readRegistryName(name ?? `localhost/unnamed@${manifest.digest}`);
  if (reading.ok) return reading.reference;
  return { kind: "registry", host: "localhost", repository: "unnamed", digest: manifest.digest };
}

function notStored(
  text: string,
  { images, meant }: { readonly images: readonly StoredImage[]; readonly meant: readonly StoredImage[] },
): OcilabError {
  const names = images.flatMap(({ name }) => (name === undefined ? [] : [shortName(name)]));
  const near = nearest(text, names);
  return new OcilabError("image.not-stored", {
    doing: `open the image ${quote(text)}`,
    got:
      meant.length > 0
        ? "the store has it for other platforms only"
        : "it is not in the store, and --pull is never",
    hint: near === undefined ? undefined : `did you mean ${quote(near)}?`,
    facts: { name: text },
  });
}
