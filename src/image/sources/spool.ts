import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, statfsSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { quote } from "../../base/text.ts";
import { parseDigest } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";
import type { FileSpan } from "../image.ts";
import { signalOf } from "./file-tree.ts";

/** Bytes in a file, with their sha256. Disposing of it removes the file if it was made for this. */
export type Spooled = AsyncDisposable & { readonly span: FileSpan; readonly digest: Digest };

export type WriteOptions = Cancel & {
  /** What the bytes are of, for messages: a path or a name. */
  readonly what: string;
  /** At most so many bytes; default 64 GiB. There may be room for less. */
  readonly most?: number | undefined;
};

/**
 * Write a stream to a file of its own below `temporary`, all or nothing, and digest it on the way. What a killed process left there is
 * removed first. Errors: "image.archive-too-large" where there is no room, those of the stream.
 */
export async function spool(
  source: AsyncIterable<Buffer>,
  options: WriteOptions & { readonly temporary: string },
): Promise<Spooled> {
  sweepTemporary(options.temporary);
  const place = temporaryDirectory(options.temporary);
  const path = `${place.path}/spooled.tar`;
  const hash = createHash("sha256");
  let length = 0;
  const digested = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      length += chunk.length;
      yield chunk;
    }
  };
  try {
    await writeOut(digested(), path, options);
    const digest = parseDigest(`sha256:${hash.digest("hex")}`);
    return {
      span: { path, offset: 0, length },
      digest,
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

/** A regular file as it lies there, digested in one pass. */
export async function digested(path: string, options: Cancel = {}): Promise<Spooled> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...signalOf(options) })) {
    hash.update(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  const digest = parseDigest(`sha256:${hash.digest("hex")}`);
  return { span: { path, offset: 0, length }, digest, async [Symbol.asyncDispose]() {} };
}

/** Write a stream to a new file, no more than there is room for. Errors: "image.archive-too-large", those of the stream. */
export async function writeOut(
  source: AsyncIterable<Buffer>,
  file: string,
  options: WriteOptions,
): Promise<void> {
  const { bavail, bsize } = statfsSync(file.slice(0, file.lastIndexOf("/")));
  const most = Math.min(options.most ?? 64 * 2 ** 30, Math.floor(bavail * bsize * 0.9));
  const target = createWriteStream(file, { flags: "wx", mode: 0o600, highWaterMark: 1 << 20 });
  try {
    await pipeline(bounded(source, most, options.what), target, signalOf(options));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** Passes on bytes up to a limit. */
async function* bounded(source: AsyncIterable<Buffer>, most: number, what: string): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > most) {
      const got = `it comes to more than ${most} bytes, for which there is no room`;
      throw new OcilabError("image.archive-too-large", { doing: `read the archive ${quote(what)}`, got });
    }
    yield chunk;
  }
}
