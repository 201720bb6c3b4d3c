import type { Cancel } from "../../../base/brand.ts";
import type { Answer } from "./ask.ts";
import { type Notices, tooQuiet, whileWaiting } from "./passing.ts";

type Silence = Cancel & { readonly silence: number; readonly notices?: Notices | undefined };

/**
 * The chunks of a body. Silence is measured only while a chunk is waited for, so that a reader may take its time. Errors: `Passing` when
 * nothing comes for `silence` milliseconds, the connection's own errors raw, the signal's reason. Leaving the loop early closes the connection.
 */
export async function* chunksOf(
  { url, body }: Answer,
  { silence, notices, doing, signal }: Silence & { readonly doing: string },
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const abort = (): void => void body.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      using _waiting = whileWaiting(url, doing, { notices, silence });
      const timer = setTimeout(() => body.destroy(tooQuiet(url, doing)), silence);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      signal?.throwIfAborted();
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    body.destroy();
  }
}

/** A body of at most `most` bytes; what is more is cut off. Errors as of `chunksOf`. */
export async function bytesOf(
  answer: Answer,
  { most, ...rest }: Silence & { readonly most: number; readonly doing: string },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(answer, rest)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** The same as text. */
export async function textOf(
  answer: Answer,
  options: Cancel & { readonly most: number; readonly silence: number },
): Promise<string> {
  return (await bytesOf(answer, { doing: "read an answer", ...options })).toString("utf8");
}
