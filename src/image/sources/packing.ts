import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { unzstd } from "../blobs/zstd.ts";
import { badArchive } from "./tar-members.ts";

/** How the bytes begin: a tar file has no mark at its start. */
export type Packing = "gzip" | "zstd" | "xz" | "bzip2" | "none";

/** The packing that the first bytes of a file show. */
export function packingOf(head: Buffer): Packing {
  const starts: readonly [Packing, string][] = [
    ["gzip", "1f8b"],
    ["zstd", "28b52ffd"],
    ["xz", "fd377a585a00"],
    ["bzip2", "425a68"],
  ];
  const hex = head.toString("hex", 0, 8);
  return starts.find(([, start]) => hex.startsWith(start))?.[0] ?? "none";
}

/** Unpacks a stream; stopping early closes the stream too. */
export type Unpack = (packed: Readable) => AsyncIterable<Buffer>;

/** How to unpack, or undefined where there is no need. Error "image.bad-archive" for a packing that is not read here. */
export function unpackingOf(packing: Packing, path: string): Unpack | undefined {
  switch (packing) {
    case "none":
      return undefined;
    case "gzip":
      return gunzip;
    case "zstd":
      return unzstd;
    case "xz":
    case "bzip2":
      throw new OcilabError("image.bad-archive", {
        doing: `read the archive ${quote(path)}`,
        got: `it is compressed with ${packing}, which is not read here`,
        hint: `decompress it first: ${packing} -dk FILE`,
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
