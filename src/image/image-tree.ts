import { createHash } from "node:crypto";
import { OcilabError } from "../base/errors.ts";
import { parseDigest } from "../oci/digest.ts";
import type { Descriptor, ImageManifest } from "../oci/image.ts";
import { documentKind, mediaTypes } from "../oci/media-types.ts";
import { indexOf, manifestOf, type ReadDocument } from "./documents.ts";
import { isAttestation, mostIndexes, mostManifests } from "./sources/index-walk.ts";

/** Everything that an index reaches (image-spec image-index.md): images of all platforms, attestations, artifacts. */
export type ImageTree = {
  /** An index, or the manifest of an image that has one platform. */
  readonly root: Descriptor;
  /** Indexes and manifests, each once, the root first. */
  readonly documents: readonly Descriptor[];
  /** The manifests that are images and no attestations, in the order of the index. */
  readonly images: readonly { readonly descriptor: Descriptor; readonly manifest: ImageManifest }[];
  /** Configurations, layers and what else is named, each once; not what a manifest only points to by `urls`. */
  readonly blobs: readonly Descriptor[];
};

type Walk = Generator<{ readonly target: Descriptor; readonly what: string }, ImageTree, string>;

/** Read the tree below a root. Errors: those of `read` and of the documents; "image.bad-document" beyond 100 indexes or 1,000 manifests. */
export async function readTree(
  root: Descriptor,
  { read, doing }: { readonly read: ReadDocument; readonly doing: string },
): Promise<ImageTree> {
  const walk = walkTree(root, doing);
  let step = walk.next();
  while (step.done !== true) step = walk.next(await read(step.value.target, step.value.what));
  return step.value;
}

/** The same where all documents lie in files. */
export function readTreeSync(
  root: Descriptor,
  { read, doing }: { readonly read: (target: Descriptor) => string; readonly doing: string },
): ImageTree {
  const walk = walkTree(root, doing);
  let step = walk.next();
  while (step.done !== true) step = walk.next(read(step.value.target));
  return step.value;
}

/** An index of manifests that have none, as a descriptor that carries it in itself (image-spec descriptor.md#embedded-content). */
export function indexAround(manifests: readonly Descriptor[]): Descriptor {
  const plain = manifests.map(({ annotations: _names, data: _data, ...manifest }) => manifest);
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: plain };
  const bytes = Buffer.from(JSON.stringify(index));
  const digest = parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  return { mediaType: mediaTypes.index, digest, size: bytes.length, data: bytes.toString("base64") };
}

function* walkTree(root: Descriptor, doing: string): Walk {
  const documents = new Map<string, Descriptor>();
  const blobs = new Map<string, Descriptor>();
  const images: ImageTree["images"][number][] = [];
  const count = { index: 0, manifest: 0 };
  const queue = [root];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const kind = documentKind(next.mediaType);
    if (documents.has(next.digest)) continue;
    if (kind !== "index" && kind !== "manifest") {
      blobs.set(next.digest, next);
      continue;
    }
    documents.set(next.digest, next);
    count[kind] += 1;
    if (count.index > mostIndexes || count.manifest > mostManifests) throw tooMany(doing);
    const text = yield { target: next, what: kind };
    if (kind === "index") {
      queue.push(...indexOf(text, next).manifests);
      continue;
    }
    const manifest = manifestOf(text, next);
    if (isImage(next, manifest)) images.push({ descriptor: next, manifest });
    for (const blob of [manifest.config, ...manifest.layers])
      if (!isElsewhere(blob)) blobs.set(blob.digest, blob);
  }
  return { root, documents: [...documents.values()], images, blobs: [...blobs.values()] };
}

function isImage(descriptor: Descriptor, { config }: ImageManifest): boolean {
  return !isAttestation(descriptor) && documentKind(config.mediaType) === "config";
}

/** Layers that must not be pushed anywhere, as those of old Windows images: registries do not have them. */
function isElsewhere({ urls = [] }: Descriptor): boolean {
  return urls.length > 0;
}

function tooMany(doing: string): OcilabError {
  const got = `its indexes hold more than ${mostIndexes} indexes or ${mostManifests} manifests`;
  return new OcilabError("image.bad-document", { doing, got });
}
