import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, createWriteStream, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Cancel } from "../../base/brand.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { printable } from "../../base/text.ts";
import { openPipe, widenPipe } from "../../linux/pipe.ts";
import type { FileSpan, LayerBlob } from "../image.ts";
import type { NextBytes } from "../layer/bytes.ts";
import { findDecompressor, magicLength, nobody, recogniseCompression } from "../layer/compression.ts";
import { isReadable } from "../layer/feed.ts";
import { helperCommand } from "../layer/launch.ts";
import { Refusal } from "../layer/refusal.ts";

/** A layer's uncompressed bytes, to be read once, blocking. Dispose of it in any case. */
export type LayerBytes = AsyncDisposable & {
  readonly next: NextBytes;
  /** Bytes that `next` has given. */
  readonly count: () => number;
  /** After an error in what `next` gave: throws instead what the decompressor says, when that is why the bytes ended. */
  blame(): Promise<void>;
  /** Once `next` has given none. Errors: Refusal "layer.broken-compression", and "layer.digest-mismatch" where they are not those of the diff-id. */
  finish(): Promise<void>;
};

const pieceSize = 512 * 1024;

/**
 * Open a layer wherever it is. One that no program can read where it lies (compressed inside an archive, or not in a file at all) is first written
 * out below `temporary`. Errors: Refusal "layer.unknown-compression", and those of the source.
 */
export async function openLayerBytes(
  layer: LayerBlob,
  options: Cancel & { readonly temporary: string },
): Promise<LayerBytes> {
  if (layer.span !== undefined && isReadable(layer)) return open(layer, layer.span);
  sweepTemporary(options.temporary);
  const place = temporaryDirectory(options.temporary);
  try {
    const path = join(place.path, "layer");
    await pipeline(await layer.open(options), createWriteStream(path), { signal: options.signal });
    const bytes = open(layer, { path, offset: 0, length: layer.descriptor.size });
    return {
      ...bytes,
      [Symbol.asyncDispose]: async () => {
        await bytes[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

function open(layer: LayerBlob, span: FileSpan): LayerBytes {
  const fd = openSync(span.path, "r");
  try {
    const head = Buffer.alloc(Math.min(magicLength, span.length));
    readSync(fd, head, 0, head.length, span.offset);
    const compression = recogniseCompression(head);
    if (compression === "none")
      return digested(layer, { read: spanReader(fd, span), end: async () => {}, close: () => closeSync(fd) });
    const helper = helperCommand().at(-1) ?? "";
    const by = findDecompressor(compression, { path: process.env["PATH"] ?? "", helper });
    const pipe = openPipe();
    widenPipe(pipe.read, 1 << 20);
    const ids = by.unprivileged ? nobody() : undefined;
    const child = spawn(by.file, by.args, { stdio: [fd, pipe.write, "pipe"], cwd: "/", ...ids });
    closeSync(pipe.write);
    closeSync(fd);
    return digested(layer, fromChild(child, { pipe: pipe.read, name: by.name }));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

type Source = {
  readonly read: (into: Buffer) => number;
  readonly end: () => Promise<void>;
  readonly close: () => void;
};

function digested({ diffId }: LayerBlob, { read, end, close }: Source): LayerBytes {
  const [algorithm = "sha256"] = diffId.split(":");
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  let count = 0;
  let ended = false;
  return {
    next() {
      const piece = buffer.subarray(0, read(buffer));
      hash.update(piece);
      count += piece.length;
      ended = piece.length === 0;
      return piece;
    },
    count: () => count,
    async blame() {
      if (ended) await end();
    },
    async finish() {
      await end();
      const digest = `${algorithm}:${hash.digest("hex")}`;
      if (digest === diffId) return;
      throw new Refusal(
        "layer.digest-mismatch",
        `uncompressed it has the diff-id ${digest}, the image promises ${diffId}`,
      );
    },
    [Symbol.asyncDispose]: async () => close(),
  };
}

function fromChild(
  child: ChildProcess,
  { pipe, name }: { readonly pipe: number; readonly name: string },
): Source {
  let words = "";
  child.stderr?.on("data", (piece: Buffer) => {
    words = (words + piece.toString("utf8")).slice(0, 1000);
  });
  const ended = once(child, "close").then(
    ([exitCode, signal]) =>
      exitCode === 0 ? undefined : printable(words.trim()) || `nothing, but ended with ${signal ?? exitCode}`,
    String,
  );
  return {
    read: (into) => readSync(pipe, into),
    async end() {
      const said = await ended;
      if (said !== undefined) throw new Refusal("layer.broken-compression", `${name} says: ${said}`);
    },
    close() {
      closeSync(pipe);
      child.kill("SIGKILL");
    },
  };
}

function spanReader(fd: number, { offset, length }: FileSpan): (into: Buffer) => number {
  let done = 0;
  return (into) => {
    const most = Math.min(into.length, length - done);
    const got = most === 0 ? 0 : readSync(fd, into, 0, most, offset + done);
    done += got;
    return got;
  };
}
