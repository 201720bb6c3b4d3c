import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { printable } from "../../base/text.ts";
import { openPipe, peekSocket, widenPipe } from "../../linux/pipe.ts";
import type { ReadBytes } from "./bytes.ts";
import {
  type Compression,
  type Decompressor,
  findDecompressor,
  magicLength,
  nobody,
  recogniseCompression,
} from "./compression.ts";
import type { LayerJob } from "./job.ts";
import { Refusal } from "./refusal.ts";

/** A stored layer, opened: its uncompressed bytes. Dispose of it in any case. */
export type StoredLayer = {
  readonly compression: Compression;
  readonly decompressor: string;
  readonly read: ReadBytes;
  /** Wait for the decompressor's end. Errors: Refusal "layer.broken-compression" when it found the data damaged. */
  finish(): Promise<void>;
  [Symbol.dispose](): void;
};

/**
 * Open a layer as it is stored. What lies in a file is verified whole before its first byte is interpreted.
 * Errors: Refusal "layer.digest-mismatch", "layer.size-mismatch", "layer.unknown-compression".
 */
export function openStored(
  layer: LayerJob,
  options: { readonly path: string; readonly helper: string },
): StoredLayer {
  const { from } = layer;
  const fd = from.kind === "file" ? openSync(from.path, "r") : from.fd;
  try {
    const first = from.kind === "file" ? verifyFile(fd, layer, from.offset) : peekSocket(fd, magicLength);
    const compression = recogniseCompression(first);
    if (compression === "none") return uncompressed(fd, layer);
    return decompressed(fd, { compression, by: findDecompressor(compression, options) });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Check size and digest of the bytes in the file; returns the first few. */
function verifyFile(fd: number, layer: LayerJob, offset: number): Buffer {
  const there = fstatSync(fd).size - offset;
  if (there < layer.size) {
    throw new Refusal(
      "layer.size-mismatch",
      `it has ${Math.max(0, there)} bytes, the image promises ${layer.size}`,
    );
  }
  const [algorithm = "sha256"] = layer.digest.split(":");
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  const read = readSpan(fd, offset, layer.size);
  for (let got = read(buffer); got > 0; got = read(buffer)) hash.update(buffer.subarray(0, got));
  const digest = `${algorithm}:${hash.digest("hex")}`;
  if (digest !== layer.digest)
    throw new Refusal("layer.digest-mismatch", `its bytes have the digest ${digest}`);
  return buffer.subarray(0, readSync(fd, buffer, 0, Math.min(magicLength, layer.size), offset));
}

function uncompressed(fd: number, layer: LayerJob): StoredLayer {
  const { from } = layer;
  return {
    compression: "none",
    decompressor: "none",
    read: from.kind === "file" ? readSpan(fd, from.offset, layer.size) : (into) => readSync(fd, into),
    finish: async () => {},
    [Symbol.dispose]: () => closeSync(fd),
  };
}

function decompressed(
  fd: number,
  options: { readonly compression: Compression; readonly by: Decompressor },
): StoredLayer {
  const pipe = openPipe();
  widenPipe(pipe.read, 1024 * 1024);
  const child = start(options.by, fd, pipe.write);
  closeSync(pipe.write);
  const ended = endOf(child);
  return {
    compression: options.compression,
    decompressor: options.by.name,
    read: (into) => readSync(pipe.read, into),
    async finish() {
      const words = await ended;
      if (words !== undefined)
        throw new Refusal("layer.broken-compression", `${options.by.name} says: ${words}`);
      drain(fd);
    },
    [Symbol.dispose]() {
      closeSync(pipe.read);
      child.kill("SIGKILL");
      closeSync(fd);
    },
  };
}

function start(by: Decompressor, input: number, output: number): ChildProcess {
  const ids = by.unprivileged ? nobody() : undefined;
  return spawn(by.file, by.args, { stdio: [input, output, "pipe"], cwd: "/", ...ids });
}

/** What a failed decompressor said, or undefined when it ended well. Never rejects. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  let words = "";
  child.stderr?.on("data", (piece: Buffer) => {
    words = (words + piece.toString("utf8")).slice(0, 1000);
  });
  try {
    const [exitCode, signal] = await once(child, "close");
    return exitCode === 0
      ? undefined
      : printable(words.trim()) || `nothing, but ended with ${signal ?? exitCode}`;
  } catch (error) {
    return String(error);
  }
}

/** Whoever feeds us waits until all is taken, also what a decompressor leaves behind its end of data. */
function drain(fd: number): void {
  const buffer = Buffer.allocUnsafe(65_536);
  while (readSync(fd, buffer) > 0);
}

function readSpan(fd: number, offset: number, length: number): ReadBytes {
  let done = 0;
  return (into) => {
    const most = Math.min(into.length, length - done);
    const got = most === 0 ? 0 : readSync(fd, into, 0, most, offset + done);
    done += got;
    return got;
  };
}
