import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { algorithmOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/image.ts";

/** Bytes of an index, manifest or configuration. Registries take manifests of 4 MiB; the largest real configurations have a few hundred KiB. */
export const mostDocumentBytes = 8 << 20;

/** Where blobs come from: `ImageSource` has this shape. */
export type BlobStore = { fetch(target: Descriptor, options?: Cancel): Promise<Readable> };

/**
 * The text of an index, manifest or configuration, its size and digest verified (image-spec descriptor.md#verification). Content embedded in
 * the descriptor is used instead of a fetch, and verified as well. `what` names it in messages ("manifest").
 * Errors: "image.blob-too-large" before anything is read, "image.wrong-size", "image.wrong-digest", and those of the fetch.
 */
export async function readDocument(
  store: BlobStore,
  target: Descriptor,
  options: Cancel & { readonly what: string },
): Promise<string> {
  const doing = `read the ${options.what} ${target.digest}`;
  if (target.size > mostDocumentBytes) {
    const got = `its descriptor claims ${target.size} bytes; more than ${mostDocumentBytes} are not read`;
    throw new OcilabError("image.blob-too-large", { doing, got });
  }
  const stream = embedded(target) ?? (await store.fetch(target, options));
  const bytes = await collect(stream, target.size).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    throw error;
  });
  if (bytes.length !== target.size) {
    const have = bytes.length > target.size ? "more" : `${bytes.length}`;
    const got = `its descriptor says ${target.size} bytes, there are ${have}`;
    throw new OcilabError("image.wrong-size", { doing, got, facts: { ...target } });
  }
  verifyDigest(bytes, target, doing);
  return bytes.toString("utf8");
}

/** The content that a descriptor carries in itself (image-spec descriptor.md#embedded-content), unverified, or undefined. */
export function embedded({ data }: Descriptor): Readable | undefined {
  return data === undefined ? undefined : Readable.from([Buffer.from(data, "base64")]);
}

function verifyDigest(bytes: Buffer, target: Descriptor, doing: string): void {
  const algorithm = algorithmOf(parseDigest(target.digest));
  const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
  if (digest === target.digest) return;
  const got = `its bytes have the digest ${digest}, and begin with ${quote(bytes.toString("latin1", 0, 40))}`;
  throw new OcilabError("image.wrong-digest", { doing, got, facts: { expected: target.digest, digest } });
}

/** All bytes of a stream, given up after the first chunk beyond `size`. */
async function collect(stream: Readable, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > size) break;
  }
  return Buffer.concat(chunks);
}
