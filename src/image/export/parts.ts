import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { algorithmOf, encodedOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor, ImageManifest, ImageReference } from "../../oci/image.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { shortName } from "../../oci/registry-name.ts";
import { embedded } from "../blobs/read.ts";
import type { Image, ImageSource } from "../image.ts";
import type { ImageTree } from "../image-tree.ts";

/** A file of what is exported: a document that is made here, or a blob of the image. */
export type Part = { readonly path: string; readonly size: number } & (
  | { readonly bytes: Buffer }
  | { readonly open: (options: Cancel) => AsyncIterable<Buffer> }
);

/** What an image is called in what is exported. */
export type ExportNames = {
  /** org.opencontainers.image.ref.name. */
  readonly tag: string | undefined;
  /** In docker's long form. */
  readonly name: string | undefined;
};

/** What is exported: the descriptor that gets the name, and all blobs that it reaches, itself among them. */
export type Content = {
  readonly reference: ImageReference;
  readonly root: Descriptor;
  readonly blobs: readonly Blob[];
  /** Of an image of one platform: what a docker archive lists. */
  readonly manifest: ImageManifest | undefined;
};
type Blob = { readonly target: Descriptor; readonly open: (options: Cancel) => Promise<Readable> };

/** An opened image: manifest, configuration, then layers, base first, each blob once. */
export function contentOf(image: Image): Content {
  const { reference, manifestDescriptor, manifest, layers, platform } = image;
  const documents = [manifestDescriptor, manifest.config].map((target) => ({
    target,
    open: (options: Cancel) => image.fetch(target, options),
  }));
  const all = [...documents, ...layers.map((layer) => ({ target: layer.descriptor, open: layer.open }))];
  const blobs = [...new Map(all.map((blob) => [blob.target.digest, blob])).values()];
  const { os, architecture, variant } = platform;
  const root = {
    ...plain(manifestDescriptor),
    platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
  };
  return { reference, root, blobs, manifest };
}

/** A whole index with all that it reaches. */
export function contentOfTree(tree: ImageTree, source: ImageSource, reference: ImageReference): Content {
  const blobs = [...tree.documents, ...tree.blobs].map((target) => ({
    target,
    open: async (options: Cancel) => embedded(target) ?? (await source.fetch(target, options)),
  }));
  const only = tree.images.find(({ descriptor }) => descriptor.digest === tree.root.digest);
  return { reference, root: plain(tree.root), blobs, manifest: only?.manifest };
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

/** The blobs as files of a layout, verified while they are read. */
export function blobParts({ blobs }: Content): readonly Part[] {
  return blobs.map(({ target, open }) => ({
    path: blobName(target),
    size: target.size,
    open: (options) => verified(target, open, options),
  }));
}

/** The documents of an OCI layout of one name (image-spec image-layout.md). */
export function layoutParts(content: Content, names: ExportNames): readonly Part[] {
  return [
    document("oci-layout", { imageLayoutVersion: "1.0.0" }),
    document("index.json", {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [namedRoot(content, names)],
    }),
  ];
}

/** The descriptor of what is exported, as an index names it. */
export function namedRoot({ root }: Content, { tag, name }: ExportNames): Descriptor {
  const annotations = {
    ...(name === undefined ? {} : { "io.containerd.image.name": name }),
    ...(tag === undefined ? {} : { "org.opencontainers.image.ref.name": tag }),
  };
  return Object.keys(annotations).length === 0 ? root : { ...root, annotations };
}

/** What makes a docker archive of a layout: docker reads this, and finds the blobs where docker 25 and later put them. */
export function dockerParts(manifest: ImageManifest, { name }: ExportNames): readonly Part[] {
  const entry = {
    Config: blobName(manifest.config),
    RepoTags: name === undefined ? null : [shortName(name)],
    Layers: manifest.layers.map(blobName),
  };
  return [document("manifest.json", [entry])];
}

/** A JSON document as a file. */
export function document(path: string, value: unknown): Part {
  const bytes = Buffer.from(JSON.stringify(value));
  return { path, size: bytes.length, bytes };
}

/** The bytes of a part. */
export function bytesOf(part: Part, options: Cancel): AsyncIterable<Buffer> | Iterable<Buffer> {
  return "bytes" in part ? [part.bytes] : part.open(options);
}

function blobName({ digest }: Descriptor): string {
  const parsed = parseDigest(digest);
  return `blobs/${algorithmOf(parsed)}/${encodedOf(parsed)}`;
}

async function* verified(
  target: Descriptor,
  open: (options: Cancel) => Promise<Readable>,
  options: Cancel,
): AsyncGenerator<Buffer> {
  const hash = createHash(algorithmOf(target.digest));
  let size = 0;
  for await (const chunk of (await open(options)) as AsyncIterable<Buffer>) {
    options.signal?.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
    if (size > target.size) break;
    yield chunk;
  }
  const doing = `export the blob ${target.digest}`;
  const hint = "if it is in the store, `ocilab pull --verify` fetches it again";
  if (size !== target.size)
    throw new OcilabError("image.wrong-size", {
      doing,
      got: `its descriptor says ${target.size} bytes, there are ${size > target.size ? "more" : size}`,
      hint,
    });
  const digest = `${algorithmOf(target.digest)}:${hash.digest("hex")}`;
  if (digest !== target.digest)
    throw new OcilabError("image.wrong-digest", { doing, got: `its bytes have the digest ${digest}`, hint });
}
