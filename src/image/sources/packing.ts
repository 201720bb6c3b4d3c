import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { unzstd } from "../blobs/zstd.ts";
import { type Compression, recogniseCompression } from "../layer/compression.ts";
import { Refusal } from "../layer/refusal.ts";
import { badArchive } from "./tar-members.ts";

/** Unpacks a stream; stopping early closes the stream too. */
export type Unpack = (packed: Readable) => AsyncIterable<Buffer>;

/** What only a program of its own unpacks: how it begins, and the program with its Debian package. */
const programs = [
  { magic: "fd377a585a00", program: "xz", package: "xz-utils" },
  { magic: "425a68", program: "bzip2", package: "bzip2" },
  { magic: "04224d18", program: "lz4", package: "lz4" },
] as const;
type Program = (typeof programs)[number];

/** How to unpack an archive that begins so, or undefined where there is no need. Error "image.bad-archive" for what is not read here. */
export function unpackingOf(head: Buffer, archive: string): Unpack | undefined {
  const program = programs.find(({ magic }) => head.toString("hex").startsWith(magic));
  if (program !== undefined) return (packed) => byProgram(packed, program, archive);
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

async function* byProgram(packed: Readable, by: Program, archive: string): AsyncGenerator<Buffer> {
  const child = spawn(by.program, ["-dc"], { stdio: ["pipe", "pipe", "pipe"], cwd: "/" });
  const ended = endOf(child);
  const feeding = pipeline(packed, child.stdin).catch((error: unknown) => error);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const { exitCode, missing, words } = await ended;
    if (missing) throw programMissing(by, archive);
    if (exitCode !== 0)
      throw badArchive(archive, `it cannot be decompressed: ${by.program} says ${quote(words)}`);
    const fault = await feeding;
    if (fault !== undefined) throw fault;
  } finally {
    child.kill("SIGKILL");
    packed.destroy();
  }
}

type End = { readonly exitCode: number | null; readonly missing: boolean; readonly words: string };

/** How a decompressor ended. Never rejects. */
async function endOf(child: ChildProcess): Promise<End> {
  let words = "";
  child.stderr?.on("data", (piece: Buffer) => {
    words = (words + piece.toString("utf8")).slice(0, 1000);
  });
  try {
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { exitCode, missing: false, words: words.trim() };
  } catch (error) {
    return { exitCode: null, missing: true, words: String(error) };
  }
}

function programMissing(by: Program, archive: string): OcilabError {
  return new OcilabError("host.program-missing", {
    doing: `decompress ${quote(archive)}`,
    got: `it is compressed with ${by.program}, and there is no such program in PATH`,
    hint: `install the Debian package ${by.package}, or decompress it first`,
  });
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
