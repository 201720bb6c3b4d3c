import { once } from "node:events";
import { createZstdDecompress, type ZstdDecompress } from "node:zlib";

/**
 * Decompress zstd, every frame of it (RFC 8878, section 3: frames may follow one another, skippable ones among them). Node's own decompressor
 * ends after the first frame when the next begins in the same chunk, and says nothing of it. Rejects with zlib's error for cut or bad data.
 */
export async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | undefined> => {
    const { done, value } = await chunks.next();
    return done === true ? undefined : value;
  };
  try {
    for (let held = await next(); held !== undefined; ) {
      const frame = createZstdDecompress();
      const feeding = feed(frame, held, next);
      feeding.catch((error: Error) => frame.destroy(error));
      yield* frame as AsyncIterable<Buffer>;
      held = await feeding;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Write chunks until the decompressor ends or there are no more; what it left of the last chunk, or the chunk after it. */
async function feed(
  frame: ZstdDecompress,
  first: Buffer,
  next: () => Promise<Buffer | undefined>,
): Promise<Buffer | undefined> {
  const ended = once(frame, "close");
  let written = 0;
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await next()) {
    if (frame.readableEnded || frame.destroyed) return chunk;
    written += chunk.length;
    const taken = new Promise((resolve) => frame.write(chunk, resolve));
    await Promise.race([taken, ended]);
    const left = written - frame.bytesWritten;
    if (left > 0) return chunk.subarray(chunk.length - left);
  }
  frame.end();
  return undefined;
}
