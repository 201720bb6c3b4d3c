import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { algorithmOf, encodedOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/image.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { shortName } from "../../oci/registry-name.ts";
import type { Image } from "../image.ts";

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

/** The blobs of an image as files of a layout, verified while they are read: manifest, configuration, then layers, base first, each once. */
export function blobParts(image: Image): readonly Part[] {
  const { manifestDescriptor, manifest, layers } = image;
  const documents = [manifestDescriptor, manifest.config].map((target) => ({
    target,
    open: (options: Cancel) => image.fetch(target, options),
  }));
  const blobs = [...documents, ...layers.map((layer) => ({ target: layer.descriptor, open: layer.open }))];
  const once = new Map(blobs.map((blob) => [blob.target.digest, blob]));
  return [...once.values()].map(({ target, open }) => ({
    path: blobName(target),
    size: target.size,
    open: (options) => verified(target, open, options),
  }));
}

/** The documents of an OCI layout of one image (image-spec image-layout.md). */
export function layoutParts(image: Image, names: ExportNames): readonly Part[] {
  return [
    document("oci-layout", { imageLayoutVersion: "1.0.0" }),
    document("index.json", {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [namedManifest(image, names)],
    }),
  ];
}

/** The manifest's descriptor as an index names it. */
export function namedManifest(image: Image, { tag, name }: ExportNames): Descriptor {
  const { mediaType, digest, size } = image.manifestDescriptor;
  const annotations = {
    ...(name === undefined ? {} : { "io.containerd.image.name": name }),
    ...(tag === undefined ? {} : { "org.opencontainers.image.ref.name": tag }),
  };
  const { os, architecture, variant } = image.platform;
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  return {
    mediaType,
    digest,
    size,
    platform,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** What makes a docker archive of a layout: docker reads this, and finds the blobs where docker 25 and later put them. */
export function dockerParts(image: Image, { name }: ExportNames): readonly Part[] {
  const entry = {
    Config: blobName(image.manifest.config),
    RepoTags: name === undefined ? null : [shortName(name)],
    Layers: image.layers.map(({ descriptor }) => blobName(descriptor)),
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
