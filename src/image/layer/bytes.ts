import { Refusal } from "./refusal.ts";

/** Where an archive's bytes come from: fills the front of `into` and says how much, 0 at the end. Blocks until there is something. */
export type ReadBytes = (into: Buffer) => number;

/** A buffered, blocking reader. What it returns lies in its buffer and is good until the next call. */
export type ByteReader = {
  /** Exactly 512 bytes, or undefined when the bytes are at their end; a part of a block is an error. */
  block(): Buffer | undefined;
  /** Between 1 and `most` bytes; none left is an error. */
  some(most: number): Buffer;
  /** Read to the end and drop it. */
  drain(): void;
};

const bufferSize = 512 * 1024;

export function byteReader(read: ReadBytes): ByteReader {
  const buffer = Buffer.allocUnsafeSlow(bufferSize);
  let [start, end] = [0, 0];

  /** Have at least `least` bytes ready, unless the bytes end before. */
  const ready = (least: number): number => {
    if (end - start >= least) return end - start;
    buffer.copyWithin(0, start, end);
    [start, end] = [0, end - start];
    while (end < least) {
      const got = read(buffer.subarray(end));
      if (got === 0) break;
      end += got;
    }
    return end - start;
  };
  const taken = (length: number): Buffer => {
    start += length;
    return buffer.subarray(start - length, start);
  };
  return {
    block() {
      const there = ready(512);
      if (there === 0) return undefined;
      if (there < 512) throw cutShort();
      return taken(512);
    },
    some(most) {
      const there = ready(1);
      if (there === 0) throw cutShort();
      return taken(Math.min(most, there));
    },
    drain() {
      start = end;
      while (ready(1) > 0) start = end;
    },
  };
}

function cutShort(): Refusal {
  return new Refusal("layer.malformed-archive", "is cut short: the archive ends inside it");
}
