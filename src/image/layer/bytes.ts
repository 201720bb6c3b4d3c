import { Refusal } from "./refusal.ts";

/** Where an archive's bytes come from: fills the front of `into` and says how much, 0 at the end. Blocks until there is something. */
export type ReadBytes = (into: Buffer) => number;

/** A buffered, blocking reader. What it returns lies in its buffer and is good until the next call. */
export class ByteReader {
  readonly #read: ReadBytes;
  readonly #buffer = Buffer.allocUnsafeSlow(512 * 1024);
  #start = 0;
  #end = 0;

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** Exactly 512 bytes, or undefined when the bytes are at their end; a part of a block is an error. */
  block(): Buffer | undefined {
    const there = this.#ready(512);
    if (there === 0) return undefined;
    if (there < 512) throw cutShort();
    return this.#take(512);
  }

  /** Between 1 and `most` bytes; none left is an error. */
  some(most: number): Buffer {
    const there = this.#ready(1);
    if (there === 0) throw cutShort();
    return this.#take(Math.min(most, there));
  }

  /** Read to the end and drop it. */
  drain(): void {
    do this.#start = this.#end;
    while (this.#ready(1) > 0);
  }

  /** Have at least `least` bytes ready, unless the bytes end before; how many there are. */
  #ready(least: number): number {
    if (this.#end - this.#start >= least) return this.#end - this.#start;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    while (this.#end < least) {
      const got = this.#read(this.#buffer.subarray(this.#end));
      if (got === 0) break;
      this.#end += got;
    }
    return this.#end;
  }

  #take(length: number): Buffer {
    this.#start += length;
    return this.#buffer.subarray(this.#start - length, this.#start);
  }
}

function cutShort(): Refusal {
  return new Refusal("layer.malformed-archive", "is cut short: the archive ends inside it");
}
