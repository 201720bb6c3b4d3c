import { closeSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf } from "../../base/errors.ts";
import type { Descriptor } from "../../oci/image.ts";
import { streamSpan } from "../sources/file-tree.ts";
import { type Arrived, type BlobHooks, type FetchFrom, storeBlob } from "./blobs.ts";
import { blobPath, findBlob, type Store } from "./store.ts";

/** A blob on its way into the store. */
export type Arrival = {
  readonly target: Descriptor;
  /** Settles when it is there, or will not be. */
  readonly done: Promise<Arrived>;
  /** Bytes that have come. */
  readonly bytes: () => number;
  /** Whether somebody who followed it went away before its end. */
  readonly left: () => boolean;
  /** Its bytes, each as soon as it is there; ends when the whole is verified and in its place, and fails with the download. */
  stream(options?: Cancel): Readable;
};

type State = {
  bytes: number;
  file: string | undefined;
  ended: boolean;
  error: unknown;
  wake: () => void;
};

/** Begin to bring a blob into the store, when `turn` resolves; see `storeBlob`. */
export function beginArrival(
  store: Store,
  target: Descriptor,
  options: Cancel &
    BlobHooks & { readonly fetch: FetchFrom; readonly verify?: boolean; readonly turn: Promise<unknown> },
): Arrival {
  const state: State = {
    bytes: 0,
    file: undefined,
    ended: false,
    error: undefined,
    wake: () => {},
  };
  const followers: { begun: boolean; stream: Readable }[] = [];
  const hooks: BlobHooks = {
    ...options,
    onBytes(bytes, file) {
      // Bytes of an earlier download are not handed on before the whole is verified: they may be damaged.
      state.file = file.fresh ? file.path : undefined;
      state.bytes = bytes;
      options.onBytes?.(bytes, file);
      state.wake();
    },
  };
  const done = options.turn.then(() => storeBlob(store, target, { ...options, ...hooks }));
  const settle = (error: unknown): void => {
    Object.assign(state, { ended: true, error });
    state.wake();
  };
  done.then(() => settle(undefined), settle);
  return {
    target,
    done,
    bytes: () => (state.ended && state.error === undefined ? target.size : state.bytes),
    left: () => followers.some(({ begun, stream }) => begun && stream.destroyed && !stream.readableEnded),
    stream(asked = {}) {
      const follower = { begun: false, stream: Readable.from([]) };
      const bytes = follow(store, target, { state, ...asked, onBegin: () => (follower.begun = true) });
      follower.stream = Readable.from(bytes, { highWaterMark: 4 });
      followers.push(follower);
      return follower.stream;
    },
  };
}

const pieceSize = 256 * 1024;

async function* follow(
  store: Store,
  target: Descriptor,
  { state, signal, onBegin }: Cancel & { readonly state: State; readonly onBegin: () => void },
): AsyncGenerator<Buffer> {
  onBegin();
  let at = 0;
  let fd: number | undefined;
  const wake = new Waker(state, signal);
  try {
    for (; !state.ended; await wake.next) {
      signal?.throwIfAborted();
      wake.arm();
      if (state.file === undefined || at >= state.bytes) continue;
      fd ??= openGrowing(state.file, blobPath(store, target.digest));
      for (; at < state.bytes; ) {
        const piece = Buffer.allocUnsafe(Math.min(pieceSize, state.bytes - at));
        const got = readSync(fd, piece, 0, piece.length, at);
        at += got;
        if (got === 0) break;
        yield piece.subarray(0, got);
      }
    }
    if (state.error !== undefined) throw state.error;
  } finally {
    wake.disarm();
    if (fd !== undefined) closeSync(fd);
  }
  const whole = findBlob(store, target.digest);
  if (whole === undefined || at >= whole.length) return;
  const rest = { path: whole.path, offset: at, length: whole.length - at };
  yield* streamSpan(rest, { signal }) as AsyncIterable<Buffer>;
}

/** Several may follow one blob: each adds itself to those that are woken. */
class Waker {
  next: Promise<void> = Promise.resolve();
  #resolve: () => void = () => {};
  readonly #onAbort = (): void => this.#resolve();
  readonly #signal: AbortSignal | undefined;
  readonly #state: State;
  #armed = true;

  constructor(state: State, signal: AbortSignal | undefined) {
    const others = state.wake;
    this.#state = state;
    this.#signal = signal;
    state.wake = () => {
      others();
      if (this.#armed) this.#resolve();
    };
    signal?.addEventListener("abort", this.#onAbort);
  }

  /** From here on `next` resolves with the next news. Nothing that came before it is lost: look at the state after arming. */
  arm(): void {
    this.next = this.#state.ended
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#resolve = resolve;
        });
  }

  disarm(): void {
    this.#armed = false;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** The download gets its final name at some moment, with the same bytes. */
function openGrowing(partial: string, whole: string): number {
  try {
    return openSync(partial, "r");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return openSync(whole, "r");
  }
}
