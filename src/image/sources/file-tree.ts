import { createReadStream, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { FileSpan } from "../image.ts";

/**
 * The files of a layout or archive by their names in it ("blobs/sha256/HEX"), wherever their bytes lie.
 * Disposing of it removes what opening it made; the spans are good until then.
 */
export type FileTree = AsyncDisposable & {
  /** What the user named. */
  readonly path: string;
  /** Where the regular file of this name lies, links followed, or undefined when there is none. */
  locate(name: string): FileSpan | undefined;
  /** The place of a file for messages, whether it exists or not. */
  place(name: string): string;
};

/** The files below a directory. Links are followed as the system does. */
export function directoryTree(path: string): FileTree {
  return {
    path,
    locate: (name) => locateFile(resolve(path, name)),
    place: (name) => quote(join(path, name)),
    async [Symbol.asyncDispose]() {},
  };
}

/** The bytes of a span as a stream. It ends early when the file has been cut meanwhile. */
export function streamSpan(span: FileSpan, options: Cancel = {}): Readable {
  if (span.length === 0) return Readable.from([]);
  const end = span.offset + span.length - 1;
  return createReadStream(span.path, { start: span.offset, end, ...signalOf(options) });
}

/** The signal as node:fs takes it: absent, not undefined. */
export function signalOf({ signal }: Cancel): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** At most `length` bytes of a file from `offset` on: fewer only where the file ends. */
export async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  await using file = await open(path, "r");
  return await readFully(file, offset, length);
}

/** At most `length` bytes of an open file from `offset` on: fewer only where the file ends. */
export async function readFully(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let have = 0;
  for (let got = -1; got !== 0 && have < length; have += got) {
    got = (await file.read(buffer, have, length - have, offset + have)).bytesRead;
  }
  return buffer.subarray(0, have);
}

/** `stat` that answers undefined when there is nothing by that name. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}

function locateFile(path: string): FileSpan | undefined {
  const stat = statOf(path);
  return stat?.isFile() ? { path, offset: 0, length: stat.size } : undefined;
}
