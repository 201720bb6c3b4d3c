import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readSync } from "node:fs";
import { printable } from "../../base/text.ts";
import { openPipe, peekSocket, shutSocket, widenPipe } from "../../linux/pipe.ts";
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
import type { ByteSource } from "./stream.ts";

/** A stored layer, opened: where its uncompressed bytes are. Dispose of it in any case, when nobody reads them any more. */
export type StoredLayer = {
  readonly compression: Compression;
  readonly decompressor: string;
  readonly bytes: ByteSource;
  /** Wait for the decompressor's end. Errors: Refusal "layer.broken-compression" when it found the data damaged. */
  finish(): Promise<void>;
  [Symbol.dispose](): void;
};

/** Open a layer as it is stored. Its bytes are not verified here: `unpackLayers` does. Errors: Refusal "layer.unknown-compression". */
export function openStored(
  layer: LayerJob,
  options: { readonly path: string; readonly helper: string },
): StoredLayer {
  const { from } = layer;
  const fd = from.kind === "file" ? openSync(from.path, "r") : from.fd;
  try {
    const first = from.kind === "file" ? firstBytes(fd, from) : peekSocket(fd, magicLength);
    const compression = recogniseCompression(first);
    if (compression === "none") return uncompressed(fd, layer);
    return decompressed(fd, { compression, by: findDecompressor(compression, options) });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function firstBytes(fd: number, { offset, length }: { offset: number; length: number }): Buffer {
  const first = Buffer.alloc(Math.min(magicLength, length));
  return first.subarray(0, readSync(fd, first, 0, first.length, offset));
}

function uncompressed(fd: number, { from, size }: LayerJob): StoredLayer {
  const bytes: ByteSource =
    from.kind === "file"
      ? { fd, span: { offset: from.offset, length: size }, interrupt: () => {} }
      : { fd, interrupt: () => shutSocket(fd) };
  return {
    compression: "none",
    decompressor: "none",
    bytes,
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
    bytes: { fd: pipe.read, interrupt: () => void child.kill("SIGKILL") },
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
