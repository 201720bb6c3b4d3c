import type { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import type { Descriptor } from "../../oci/image.ts";
import { documentKind } from "../../oci/media-types.ts";
import { embedded } from "../blobs/read.ts";
import type { ImageSource } from "../image.ts";
import { streamSpan } from "../sources/file-tree.ts";

/** A blob from an offset on, whatever the source can: embedded bytes, a file here, a source that resumes, or bytes passed over. */
export async function fetchFrom(
  inner: ImageSource,
  target: Descriptor,
  { signal, offset }: Cancel & { readonly offset: number },
): Promise<AsyncIterable<Buffer>> {
  const inside = embedded(target);
  if (inside !== undefined) return skipped(inside, offset);
  // A document is fetched whole: sources verify it before they hand it on.
  const document = documentKind(target.mediaType) !== undefined;
  if (inner.resumes === true && !document) return await inner.fetch(target, { signal, offset });
  const span = await inner.locate?.(target);
  if (span !== undefined && span.length >= offset)
    return streamSpan(
      { path: span.path, offset: span.offset + offset, length: span.length - offset },
      { signal },
    );
  return skipped(await inner.fetch(target, { signal }), offset);
}

async function* skipped(stream: Readable, offset: number): AsyncGenerator<Buffer> {
  let left = offset;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
