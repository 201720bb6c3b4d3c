import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { isDigest, parseDigest } from "../../oci/digest.ts";
import type { Descriptor, Digest, ImageManifest } from "../../oci/image.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { readDocument } from "../blobs/read.ts";
import { configOf } from "../documents.ts";
import type { FileSpan, ImageSource } from "../image.ts";
import { type Compression, magicLength, recogniseCompression } from "../layer/compression.ts";
import { Refusal } from "../layer/refusal.ts";
import type { ArchiveTree } from "./archive.ts";
import { type DockerEntry, parseDockerManifest } from "./docker-manifest.ts";
import { readAt, streamSpan } from "./file-tree.ts";
import { ambiguous, imagesNamed } from "./naming.ts";
import { readSmallFile } from "./small-file.ts";

/**
 * The images of a docker archive: manifest.json names the configuration and the layers of each (docker save from 1.10 on, skopeo, buildah, podman).
 * There is no OCI manifest in it, so `resolve` writes one; the digests in it come from the members' names where those are digests, from the
 * configuration's diff_ids for plain layers, and from the bytes otherwise. Owns `files`: disposing of the source disposes of it.
 */
export function dockerArchiveSource(files: ArchiveTree): ImageSource {
  const spans = new Map<Digest, FileSpan>();
  const made = new Map<Digest, Buffer>();
  return {
    async resolve(reference, _platform, options = {}) {
      const doing = `find the image in ${quote(files.path)}`;
      const entry = chosenEntry(
        await readEntries(files, doing),
        "tag" in reference ? reference.tag : undefined,
        doing,
      );
      const bytes = Buffer.from(JSON.stringify(await manifestOf(entry, { files, spans, options })));
      const digest = await digestOf([bytes]);
      made.set(digest, bytes);
      return { mediaType: mediaTypes.manifest, digest, size: bytes.length };
    },
    async fetch(target, options = {}) {
      options.signal?.throwIfAborted();
      const bytes = made.get(target.digest);
      if (bytes !== undefined) return Readable.from([bytes]);
      const span = spans.get(target.digest);
      if (span !== undefined) return streamSpan(span, options);
      const got = `no member of ${quote(files.path)} has this digest`;
      throw new OcilabError("image.blob-missing", { doing: `read the blob ${target.digest}`, got });
    },
    locate: async (target) => spans.get(target.digest),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

async function readEntries(files: ArchiveTree, doing: string): Promise<readonly DockerEntry[]> {
  const text = await readSmallFile(files, "manifest.json");
  if (text !== undefined) return parseDockerManifest(text, files.place("manifest.json"));
  const old = files.locate("repositories") !== undefined;
  const isOci = files.locate("index.json") !== undefined;
  throw new OcilabError("image.unrecognised", {
    doing,
    got: old
      ? "it is what a docker older than 1.10 saved: it has no manifest.json"
      : `there is no file ${files.place("manifest.json")}`,
    hint: old
      ? "load it into a newer docker and save it again"
      : isOci
        ? "it looks like an OCI archive: name it oci-archive:FILE, or by its path alone"
        : undefined,
  });
}

/** An entry by name, by the digest of its configuration, or by its number ("@0", as in skopeo's docker-archive:PATH:@INDEX). */
function chosenEntry(entries: readonly DockerEntry[], tag: string | undefined, doing: string): DockerEntry {
  const numbered = /^@(\d+)$/.exec(tag ?? "")?.[1];
  const byNumber = numbered === undefined ? undefined : entries[Number(numbered)];
  if (byNumber !== undefined) return byNumber;
  const images = entries.map((value) => ({ names: value.names, digest: digestInName(value.config), value }));
  const found = imagesNamed(images, tag, doing);
  const [first] = found;
  const same = found.every(({ value }) => value.config === first?.value.config);
  if (first === undefined || !same) throw ambiguous(found, doing);
  return first.value;
}

type Context = {
  readonly files: ArchiveTree;
  readonly spans: Map<Digest, FileSpan>;
  readonly options: Cancel;
};

async function manifestOf(entry: DockerEntry, context: Context): Promise<ImageManifest> {
  const { span, digest } = await digestedMember(entry.config, "configuration", context);
  const config = { mediaType: mediaTypes.config, digest, size: span.length };
  const store = { fetch: async (_target: Descriptor, options?: Cancel) => streamSpan(span, options) };
  const text = await readDocument(store, config, { ...context.options, what: "configuration" });
  const diffIds = configOf(text, config).rootfs.diff_ids ?? [];
  if (diffIds.length !== entry.layers.length) {
    const got = `manifest.json lists ${entry.layers.length} layers, the configuration ${diffIds.length} diff_ids`;
    throw new OcilabError("image.layer-count", { doing: `read ${quote(context.files.path)}`, got });
  }
  const layers: Descriptor[] = [];
  for (const [at, diffId] of diffIds.entries())
    layers.push(await layerOf(entry.layers[at] ?? "", diffId, context));
  return { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
}

async function layerOf(name: string, diffId: Digest, context: Context): Promise<Descriptor> {
  const span = locate(name, "layer", context);
  const packing = compressionOf(
    await readAt(span.path, span.offset, Math.min(span.length, magicLength)),
    name,
    context,
  );
  if (packing === "none") {
    context.spans.set(diffId, span);
    return { mediaType: mediaTypes.layer, digest: diffId, size: span.length };
  }
  const mediaType = packing === "gzip" ? mediaTypes.layerGzip : mediaTypes.layerZstd;
  const { digest } = await digestedMember(name, "layer", context);
  return { mediaType, digest, size: span.length };
}

function compressionOf(head: Buffer, name: string, { files }: Context): Compression {
  try {
    return recogniseCompression(head);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const got = `the layer ${quote(name)} cannot be unpacked: ${error.because}`;
    throw new OcilabError("image.unknown-layer", { doing: `read ${quote(files.path)}`, got, cause: error });
  }
}

/** A member, found and entered under its digest: that of its name, or else of its bytes. */
async function digestedMember(
  name: string,
  what: string,
  context: Context,
): Promise<{ readonly span: FileSpan; readonly digest: Digest }> {
  const span = locate(name, what, context);
  const digest = digestInName(name) ?? (await digestOf(streamSpan(span, context.options)));
  context.spans.set(digest, span);
  return { span, digest };
}

function locate(name: string, what: string, { files }: Context): FileSpan {
  const span = files.locate(name);
  if (span !== undefined) return span;
  const got = `manifest.json names the ${what} ${quote(name)}, which is not there`;
  throw new OcilabError("image.blob-missing", { doing: `read ${quote(files.path)}`, got, facts: { name } });
}

/**
 * "HEX.json" (docker save, skopeo), "blobs/sha256/HEX" (docker 25 and later) and "sha256:HEX" (crane, kaniko) say their digest;
 * other names say nothing ("HEX.tar" is a diff-id, "HEX.tar.gz" and "config.json" are whatever their makers wish).
 */
function digestInName(name: string): Digest | undefined {
  const hex = /^(?:\.\/)?(?:(?:blobs\/sha256\/|sha256:)([0-9a-f]{64})|([0-9a-f]{64})\.json)$/.exec(name);
  const digest = `sha256:${hex?.[1] ?? hex?.[2] ?? ""}`;
  return isDigest(digest) ? digest : undefined;
}

/** The sha256 of chunks: a pass over the bytes, for members whose names do not say it. */
async function digestOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return parseDigest(`sha256:${hash.digest("hex")}`);
}
