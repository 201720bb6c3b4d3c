import { createReadStream } from "node:fs";
import type { Cancel } from "../../base/brand.ts";
import type { ImageReference } from "../../oci/image.ts";
import { magicLength } from "../layer/compression.ts";
import { inside, openArchive } from "./archive.ts";
import { readAt, signalOf } from "./file-tree.ts";
import { unpackError, unpackingOf } from "./packing.ts";
import { type TarReader, walkTar } from "./tar-members.ts";

/** The two kinds of archive that images come in. */
export type ArchiveKind = Extract<ImageReference["kind"], `${string}-archive`>;

/**
 * What an archive is by the names in it. Docker from 25 on writes archives that are both kinds: they count as OCI archives, whose index vouches for
 * every byte. Undefined for an archive of anything else.
 */
export function archiveKind(has: (name: string) => boolean): ArchiveKind | undefined {
  if (has("index.json") && (has("oci-layout") || !has("manifest.json"))) return "oci-archive";
  return has("manifest.json") || has("repositories") ? "docker-archive" : undefined;
}

/** The kind of an archive that is a regular file. A compressed one is decompressed on the way and not kept. Error "image.bad-archive". */
export async function recogniseArchive(path: string, options: Cancel = {}): Promise<ArchiveKind | undefined> {
  const unpack = unpackingOf(await readAt(path, 0, magicLength), path);
  if (unpack === undefined) {
    await using files = await openArchive(path, { ...options, temporary: "" });
    return archiveKind((name) => files.locate(name) !== undefined);
  }
  const names = new Set<string>();
  const packed = createReadStream(path, signalOf(options));
  try {
    for await (const { name } of walkTar(streamReader(unpack(packed)), path)) names.add(inside(name) ?? "");
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unpackError(error, path);
  } finally {
    packed.destroy();
  }
  return archiveKind((name) => names.has(name));
}

/** Reads a stream at growing offsets; what lies between is dropped. */
function streamReader(stream: AsyncIterable<Buffer>): TarReader {
  const chunks = stream[Symbol.asyncIterator]();
  let start = 0;
  let held: Buffer = Buffer.alloc(0);
  return async (offset, length) => {
    for (;;) {
      const skip = Math.min(held.length, offset - start);
      held = held.subarray(skip);
      start += skip;
      if (start === offset && held.length >= length) return held.subarray(0, length);
      const next = await chunks.next();
      if (next.done === true) return start === offset ? held : Buffer.alloc(0);
      held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    }
  };
}
