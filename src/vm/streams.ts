import type { Duplex, Readable, Writable } from "node:stream";
import { errnoOf } from "../base/errors.ts";

/**
 * Write what comes from a channel to a stream until the end mark, which is not written. Waits when the stream is slow; when its reader is gone,
 * calls `onClosed` and goes on reading to nowhere, so that the machine does not stand still.
 */
export async function pumpUntil(
  from: Duplex,
  to: Writable,
  rules: { readonly end: string; onClosed(): void },
): Promise<void> {
  const cut = endCutter(Buffer.from(rules.end));
  let open = true;
  const onError = (): void => {
    open = false;
    rules.onClosed();
  };
  to.once("error", onError);
  try {
    for await (const chunk of from) {
      const { data, done } = cut(chunk as Buffer);
      if (open && data.length > 0 && !to.write(data)) await writable(to);
      if (done) return;
    }
  } finally {
    to.off("error", onError);
  }
}

/** Resolves when a stream takes data again, or never will. */
async function writable(to: Writable): Promise<void> {
  const events = ["drain", "close", "error"];
  let done = (): void => {};
  const once = new Promise<void>((resolve) => {
    done = resolve;
  });
  for (const name of events) to.on(name, done);
  await once;
  for (const name of events) to.off(name, done);
}

/**
 * Chunks in, chunks out without the end mark, which counts only as the very last bytes. Only bytes that can be the beginning of the mark are
 * held back: a prompt must not wait for the next key.
 */
export function endCutter(end: Buffer): (chunk: Buffer) => { readonly data: Buffer; readonly done: boolean } {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const all = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const kept = beginningAtEnd(all, end);
    const done = kept === end.length;
    held = done ? Buffer.alloc(0) : all.subarray(all.length - kept);
    return { data: all.subarray(0, all.length - kept), done };
  };
}

/** How many of the last bytes are the first of the mark. */
function beginningAtEnd(all: Buffer, end: Buffer): number {
  let length = Math.min(end.length, all.length);
  while (length > 0 && !all.subarray(all.length - length).equals(end.subarray(0, length))) length -= 1;
  return length;
}

/** The lines that come from a channel, without their ends, until it closes; how it closed says nothing that QEMU's end does not say. */
export async function* linesOf(from: Duplex): AsyncGenerator<string, void, undefined> {
  let rest = "";
  try {
    for await (const chunk of from) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** Feed a channel from a stream; its end closes the channel. Disposing of it lets go of the stream. */
export function feed(from: Readable, to: Duplex): Disposable {
  from.pipe(to);
  return {
    [Symbol.dispose]() {
      from.unpipe(to);
      from.pause();
    },
  };
}
