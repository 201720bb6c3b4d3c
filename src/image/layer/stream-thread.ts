/** The thread that reads a layer's uncompressed bytes into the ring and digests them, while another one unpacks them. Started by stream.ts. */
import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { algorithms, command, ringSize, type Shared, state, word } from "./stream-protocol.ts";

const { ring, words, span, said } = workerData as Shared;
/** Bytes that are read at once at most, and that the ring must have room for before more are read. */
const step = 256 * 1024;

parentPort?.postMessage("ready");
for (;;) {
  Atomics.wait(words, word.command, command.idle);
  if (Atomics.load(words, word.command) === command.quit) break;
  Atomics.store(words, word.command, command.idle);
  end(run());
}

/** Read to the end, to an error or until told to stop; what came of it. */
function run(): number {
  const hash = createHash(algorithms[words[word.algorithm] ?? 0] ?? "sha256");
  try {
    for (let read = 0; ; ) {
      if (!awaitRoom(read)) return state.stopped;
      const at = read & (ringSize - 1);
      const got = readSome(at, Math.min(step, ringSize - at), read);
      const before = read;
      read += got;
      publish(got === 0 ? read : read - (read % 512));
      if (got > 0) hash.update(ring.subarray(before & (ringSize - 1), (before & (ringSize - 1)) + got));
      else {
        words[word.digestLength] = hash.digest().copy(said);
        return state.ended;
      }
    }
  } catch (error) {
    words[word.digestLength] = Buffer.from(String(error)).copy(said);
    return state.failed;
  }
}

/** `read` is an exact number: it has no end that a layer could reach. */
function awaitRoom(read: number): boolean {
  for (;;) {
    const seen = Atomics.load(words, word.released);
    if (Atomics.load(words, word.stop) !== 0) return false;
    const waiting = (read - Atomics.load(words, word.tail)) | 0;
    if (ringSize - waiting >= step) return true;
    Atomics.wait(words, word.released, seen);
  }
}

function readSome(at: number, most: number, done: number): number {
  const [offset = -1, length = 0] = span;
  const fd = words[word.fd] ?? -1;
  if (offset < 0) return readSync(fd, ring, at, most, null);
  const wanted = Math.min(most, length - done);
  return wanted === 0 ? 0 : readSync(fd, ring, at, wanted, offset + done);
}

function publish(head: number): void {
  if (Atomics.exchange(words, word.head, head | 0) !== (head | 0)) wake();
}

function end(how: number): void {
  Atomics.store(words, word.state, how);
  wake();
}

function wake(): void {
  Atomics.add(words, word.published, 1);
  Atomics.notify(words, word.published);
}
