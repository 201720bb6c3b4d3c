import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { Descriptor, ImageConfig, Platform } from "../../oci/image.ts";
import { documentKind } from "../../oci/media-types.ts";
import { choosePlatform, formatPlatform } from "../../oci/platform.ts";
import { configOf, indexOf, manifestOf, type ReadDocument } from "../documents.ts";

/** Indexes in one another, and manifests in them: real images have one index and a few dozen manifests. */
export const mostIndexes = 100;
export const mostManifests = 1000;

/**
 * The manifest that a chain of indexes holds for a platform (image-spec image-index.md; indexes may hold indexes). Attestations are passed over.
 * Errors: "image.no-such-platform" lists the platforms there are; "image.not-an-image"; "image.bad-document" beyond 100 indexes or 1000 manifests.
 */
export async function manifestFor(
  roots: readonly Descriptor[],
  wanted: Platform,
  { read, doing }: { readonly read: ReadDocument; readonly doing: string },
): Promise<Descriptor> {
  const leaves = await manifestsBelow(roots, read, doing);
  const [first, ...others] = leaves;
  if (first === undefined) throw noImage(doing);
  if (others.every(({ digest }) => digest === first.digest)) return first;
  const images: Descriptor[] = [];
  for (const leaf of leaves) {
    const image = await withPlatform(leaf, read);
    if (image !== undefined) images.push(image);
  }
  const chosen = choosePlatform(images, wanted);
  if (chosen !== undefined) return chosen;
  throw noPlatform(wanted, { doing, there: images.map(({ platform }) => platform) });
}

/** The platform that a configuration names. */
export function platformIn({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * A manifest that was the only one is taken unasked: its configuration says what it is for. One that says nothing is for every platform.
 * Errors: "image.no-such-platform".
 */
export function refuseOtherPlatform(
  config: ImageConfig,
  asked: { readonly platform: Platform; readonly manifestDescriptor: Descriptor; readonly doing: string },
): void {
  if (config.architecture === "" && config.os === "") return;
  const there = platformIn(config);
  const { platform, manifestDescriptor, doing } = asked;
  if (choosePlatform([{ ...manifestDescriptor, platform: there }], platform) !== undefined) return;
  throw noPlatform(platform, { doing, there: [there] });
}

/** The error of an image that has nothing for the platform. */
export function noPlatform(
  wanted: Platform,
  { doing, there }: { readonly doing: string; readonly there: readonly (Platform | undefined)[] },
): OcilabError {
  const names = [
    ...new Set(there.flatMap((platform) => (platform === undefined ? [] : [formatPlatform(platform)]))),
  ];
  return new OcilabError("image.no-such-platform", {
    doing,
    got: `it has nothing for ${formatPlatform(wanted)}, only for ${names.map((name) => quote(name)).join(", ") || "unnamed platforms"}`,
    hint:
      names[0] === undefined
        ? undefined
        : `take one of them with --platform, for example --platform ${names[0]}`,
    facts: { wanted: formatPlatform(wanted), platforms: names },
  });
}

async function manifestsBelow(
  roots: readonly Descriptor[],
  read: ReadDocument,
  doing: string,
): Promise<readonly Descriptor[]> {
  const leaves: Descriptor[] = [];
  const seen = new Set<string>();
  const queue = [...roots];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (isAttestation(next)) continue;
    if (documentKind(next.mediaType) !== "index") {
      if (leaves.push(next) > mostManifests) throw tooMany(`${mostManifests} manifests`, doing);
    } else if (!seen.has(next.digest)) {
      seen.add(next.digest);
      if (seen.size > mostIndexes) throw tooMany(`${mostIndexes} indexes`, doing);
      queue.unshift(...indexOf(await read(next, "index"), next).manifests);
    }
  }
  return leaves;
}

/** BuildKit puts attestations into the index beside the images, with the platform unknown/unknown. */
export function isAttestation({ annotations, platform }: Descriptor): boolean {
  if (annotations?.["vnd.docker.reference.type"] === "attestation-manifest") return true;
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

/** A manifest's descriptor with the platform that its configuration names, where it has none; undefined for what is no image. */
async function withPlatform(leaf: Descriptor, read: ReadDocument): Promise<Descriptor | undefined> {
  if (leaf.platform !== undefined) return leaf;
  if (documentKind(leaf.mediaType) !== "manifest") return undefined;
  const { config } = manifestOf(await read(leaf, "manifest"), leaf);
  if (documentKind(config.mediaType) !== "config") return undefined;
  return { ...leaf, platform: platformIn(configOf(await read(config, "configuration"), config)) };
}

function tooMany(what: string, doing: string): OcilabError {
  return new OcilabError("image.bad-document", { doing, got: `its indexes hold more than ${what}` });
}

/** The error of an index without images. */
export function noImage(doing: string): OcilabError {
  return new OcilabError("image.not-an-image", {
    doing,
    got: "it holds no image manifest, only attestations or nothing",
  });
}
