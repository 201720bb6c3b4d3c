import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { unzstd } from "../blobs/zstd.ts";
import { type Compression, recogniseCompression } from "../layer/compression.ts";
import { Refusal } from "../layer/refusal.ts";
import { badArchive } from "./tar-members.ts";

/** Unpacks a stream; stopping early closes the stream too. */
export type Unpack = (packed: Readable) => AsyncIterable<Buffer>;

/** How to unpack an archive that begins so, or undefined where there is no need. Error "image.bad-archive" for what is not read here. */
export function unpackingOf(head: Buffer, archive: string): Unpack | undefined {
  switch (compressionOf(head, archive)) {
    case "none":
      return undefined;
    case "gzip":
      return gunzip;
    case "zstd":
      return unzstd;
  }
}

function compressionOf(head: Buffer, archive: string): Compression {
  try {
    return recogniseCompression(head);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new OcilabError("image.bad-archive", {
      doing: `read the archive ${quote(archive)}`,
      got: error.because,
      hint: "decompress it first",
      cause: error,
    });
  }
}

function gunzip(packed: Readable): AsyncIterable<Buffer> {
  const plain = createGunzip();
  packed.on("error", (error) => plain.destroy(error));
  plain.on("close", () => packed.destroy());
  return packed.pipe(plain);
}

/** The error of packed bytes that are cut or wrong; what is no error of theirs is given back as it is. */
export function unpackError(error: unknown, archive: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof OcilabError || !/^(Z_|ZSTD_|ERR_)/.test(code ?? "")) return error;
  return badArchive(
    archive,
    `it cannot be decompressed: ${error instanceof Error ? error.message : "?"}`,
    error,
  );
}
