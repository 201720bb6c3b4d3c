import { Refusal } from "./refusal.ts";

/** Where an archive's bytes come from: the next few, at least one, none at the end; good until the next call. Blocks until there are some. */
export type NextBytes = () => Buffer;

/** A blocking reader that copies nothing but what lies across two pieces. What it returns is good until the next call. */
export class ByteReader {
  /** Where the block lies that `block` has found. */
  bytes: Buffer = Buffer.alloc(0);
  readonly #next: NextBytes;
  readonly #joined = Buffer.alloc(512);
  #piece = this.bytes;
  #at = 0;

  constructor(next: NextBytes) {
    this.#next = next;
  }

  /** Where exactly 512 bytes begin in `bytes`, or -1 when they are at their end; a part of a block is an error. */
  block(): number {
    if (this.#piece.length - this.#at < 512) return this.#join();
    this.bytes = this.#piece;
    this.#at += 512;
    return this.#at - 512;
  }

  /** Between 1 and `most` bytes; none left is an error. */
  some(most: number): Buffer {
    if (this.#at === this.#piece.length && !this.#more()) throw cutShort();
    const from = this.#at;
    this.#at = Math.min(from + most, this.#piece.length);
    return this.#piece.subarray(from, this.#at);
  }

  /** Pass over `length` bytes, as `some` would. */
  skip(length: number): void {
    for (let left = length; left > 0; ) {
      if (this.#at === this.#piece.length && !this.#more()) throw cutShort();
      const step = Math.min(left, this.#piece.length - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  /** Read to the end and drop it. */
  drain(): void {
    while (this.#more());
  }

  #join(): number {
    let have = 0;
    while (have < 512 && (this.#at < this.#piece.length || this.#more())) {
      const got = this.#piece.copy(this.#joined, have, this.#at);
      this.#at += got;
      have += got;
    }
    if (have > 0 && have < 512) throw cutShort();
    this.bytes = this.#joined;
    return have === 0 ? -1 : 0;
  }

  #more(): boolean {
    this.#piece = this.#next();
    this.#at = 0;
    return this.#piece.length > 0;
  }
}

function cutShort(): Refusal {
  return new Refusal("layer.malformed-archive", "is cut short: the archive ends inside it");
}
