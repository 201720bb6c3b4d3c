/**
 * What the thread that reads and digests a layer (stream-thread.ts) and the thread that unpacks it (stream.ts) share: a ring of bytes and
 * some words beside it. Counts of bytes grow and wrap at 2^32; the ring's size is a power of two, so that their differences stay right.
 */
export const ringSize = 4 * 2 ** 20;

/** Indices into the shared words. */
export const word = {
  /** What the reading thread is to do: one of `command`. It goes back to `idle` by itself. */
  command: 0,
  /** Bytes that have been read, and may be taken. */
  head: 1,
  /** Bytes that have been taken, and may be written over. */
  tail: 2,
  /** One of `state`. */
  state: 3,
  /** Changes whenever `head` or `state` do: the unpacking thread waits for that. */
  published: 4,
  /** Changes whenever `tail` or `stop` do: the reading thread waits for that. */
  released: 5,
  /** Not 0: read no further. */
  stop: 6,
  fd: 7,
  /** Index into `algorithms`. */
  algorithm: 8,
  /** Bytes of the digest that stands in `digest`. */
  digestLength: 9,
} as const;

export const command = { idle: 0, read: 1, quit: 2 } as const;
export const state = { running: 0, ended: 1, failed: 2, stopped: 3 } as const;
/** Those that digests may name (image-spec descriptor.md#registered-algorithms). */
export const algorithms = ["sha256", "sha384", "sha512"] as const;

/** The shared memory: the ring, the words, where in the file to read (`span`: offset and length; offset -1 for a stream), digest or error. */
export type Shared = {
  readonly ring: Uint8Array<SharedArrayBuffer>;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly span: Float64Array<SharedArrayBuffer>;
  readonly said: Uint8Array<SharedArrayBuffer>;
};

export function newShared(): Shared {
  return {
    ring: new Uint8Array(new SharedArrayBuffer(ringSize)),
    words: new Int32Array(new SharedArrayBuffer(64)),
    span: new Float64Array(new SharedArrayBuffer(16)),
    said: new Uint8Array(new SharedArrayBuffer(256)),
  };
}
