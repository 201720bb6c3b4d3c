import { createHash } from "node:crypto";
import { once } from "node:events";
import { readSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { NextBytes } from "./bytes.ts";
import { Refusal } from "./refusal.ts";
import { algorithms, command, newShared, ringSize, state, word } from "./stream-protocol.ts";

/** Bytes to read: a run of a file, or a stream to its end. Whoever gives them keeps `fd` open until the stream is disposed of. */
export type ByteSource = {
  readonly fd: number;
  readonly span?: { readonly offset: number; readonly length: number };
  /** Make a read that waits return. */
  interrupt(): void;
};

/** A layer's uncompressed bytes: `next` yields them, `digest` is theirs once `next` has yielded none, and before they end an error. */
export type LayerStream = Disposable & { readonly next: NextBytes; readonly digest: () => string };

/** What reads and digests, one layer after the other: this thread itself, or one of its own. */
export type Streams = {
  /** Wait until no file is needed any more: chroot only then. */
  ready(): Promise<void>;
  /** `check` is called whenever the wait for bytes is long, and before each piece. The stream before must be disposed of. Errors: Refusal for an unknown algorithm. */
  begin(source: ByteSource, options: { readonly algorithm: string; readonly check: () => void }): LayerStream;
  /** No layer follows. */
  quit(): void;
};

/** The largest piece that is handed out, so that the ring is refilled while it is written. */
const piece = 512 * 1024;

/** Bytes of a stored layer from which on a thread is worth its start, which costs as much as digesting 60 MB. */
const threadFrom = 16 * 2 ** 20;

/** A way to read layers of these sizes, as stored. */
export function openStreams(sizes: readonly number[]): Streams {
  if (sizes.some((size) => size >= threadFrom)) return startThread();
  return { ready: async () => {}, begin: readHere, quit: () => {} };
}

function readHere(
  { fd, span }: ByteSource,
  { algorithm, check }: { readonly algorithm: string; readonly check: () => void },
): LayerStream {
  refuseUnknown(algorithm);
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafeSlow(piece);
  let done = 0;
  return {
    next() {
      check();
      const most = Math.min(piece, span === undefined ? piece : span.length - done);
      const got = readSync(fd, buffer, 0, most, span === undefined ? null : span.offset + done);
      done += got;
      const bytes = buffer.subarray(0, got);
      hash.update(bytes);
      return bytes;
    },
    digest: () => `${algorithm}:${hash.digest("hex")}`,
    [Symbol.dispose]: () => {},
  };
}

function refuseUnknown(algorithm: string): number {
  const known = algorithms.indexOf(algorithm as (typeof algorithms)[number]);
  if (known !== -1) return known;
  throw new Refusal("layer.digest-mismatch", `its diff-id is of the kind ${algorithm}`);
}

/** The thread's file in dist/, where scripts/build.ts puts it beside the helper. */
const builtName = "layer-stream-thread.js";

function startThread(): Streams {
  const shared = newShared();
  const { words } = shared;
  const fromSource = import.meta.url.endsWith(".ts");
  const file = fromSource
    ? new URL("./stream-thread.ts", import.meta.url)
    : new URL(`./${builtName}`, import.meta.url);
  const worker = new Worker(file, { workerData: shared });
  const started = once(worker, "message");
  started.catch(() => {});
  return {
    async ready() {
      await started;
      worker.unref();
    },
    begin(source, { algorithm, check }) {
      const known = refuseUnknown(algorithm);
      const { fd, span = { offset: -1, length: 0 } } = source;
      for (const at of [word.head, word.tail, word.state, word.stop]) words[at] = 0;
      words[word.fd] = fd;
      words[word.algorithm] = known;
      shared.span.set([span.offset, span.length]);
      tell(words, command.read);
      return streamOf(shared, { source, algorithm, check });
    },
    quit: () => tell(words, command.quit),
  };
}

type Given = { readonly source: ByteSource; readonly algorithm: string; readonly check: () => void };

function streamOf({ words, ring, said }: ReturnType<typeof newShared>, given: Given): LayerStream {
  const { source, algorithm, check } = given;
  const bytes = Buffer.from(ring.buffer);
  let taken = 0;
  const running = (): boolean => Atomics.load(words, word.state) === state.running;
  return {
    next() {
      free(words, taken);
      const there = awaitBytes(words, { taken, check });
      const at = taken & (ringSize - 1);
      const length = Math.min(there, piece, ringSize - at);
      taken += length;
      if (length === 0 && words[word.state] === state.failed) throw new Error(saidText(words, said));
      return bytes.subarray(at, at + length);
    },
    digest: () => `${algorithm}:${Buffer.from(said.subarray(0, words[word.digestLength])).toString("hex")}`,
    [Symbol.dispose]() {
      if (!running()) return;
      Atomics.store(words, word.stop, 1);
      release(words, taken);
      source.interrupt();
      for (let seen = Atomics.load(words, word.published); running(); ) {
        Atomics.wait(words, word.published, seen);
        seen = Atomics.load(words, word.published);
      }
    },
  };
}

/** How many bytes there are beyond the `taken`; 0 at the end. */
function awaitBytes(words: Int32Array, { taken, check }: Pick<Given, "check"> & { taken: number }): number {
  for (;;) {
    check();
    const seen = Atomics.load(words, word.published);
    const over = Atomics.load(words, word.state) !== state.running;
    const there = (Atomics.load(words, word.head) - taken) | 0;
    if (there > 0 || over) return there;
    Atomics.wait(words, word.published, seen, 1000);
  }
}

/** The reading thread is woken only for half a ring: each time costs as much as a few files. */
function free(words: Int32Array, taken: number): void {
  if (((Atomics.load(words, word.head) - taken) | 0) <= ringSize / 2) release(words, taken);
}

function release(words: Int32Array, taken: number): void {
  Atomics.store(words, word.tail, taken | 0);
  Atomics.add(words, word.released, 1);
  Atomics.notify(words, word.released);
}

function tell(words: Int32Array, what: number): void {
  Atomics.store(words, word.command, what);
  Atomics.notify(words, word.command);
}

function saidText(words: Int32Array, said: Uint8Array): string {
  return Buffer.from(said.subarray(0, words[word.digestLength])).toString("utf8");
}
