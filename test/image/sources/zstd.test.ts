import { zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { unzstd } from "../../../src/image/blobs/zstd.ts";

const parts = ["", "a", "hello ".repeat(1000), "x".repeat(3 << 20)].map((text) => Buffer.from(text));
const skippable = Buffer.from("502a4d18040000000a0b0c0d", "hex");
const frames = Buffer.concat([skippable, ...parts.map((part) => zstdCompressSync(part)), skippable]);

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("zstd", () => {
  test.each([1, 7, 64, 100, 65_536, frames.length])(
    "all frames are read from chunks of %i bytes",
    async (size) => {
      expect((await collect(unzstd(cut(frames, size)))).equals(Buffer.concat(parts))).toBe(true);
    },
  );

  test("nothing is nothing", async () => {
    expect(await collect(unzstd(cut(Buffer.alloc(0), 1)))).toHaveLength(0);
  });

  test.each([10, 4000])("a cut end is an error, %i bytes short", async (short) => {
    const bytes = zstdCompressSync(
      Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 251)),
      {},
    );
    const most = Math.min(short, bytes.length - 5);
    await expect(collect(unzstd(cut(bytes.subarray(0, -most), 1000)))).rejects.toThrow();
  });

  test("what is no zstd is an error", async () => {
    await expect(collect(unzstd(cut(Buffer.from("hello"), 2)))).rejects.toThrow();
    await expect(collect(unzstd(cut(Buffer.concat([frames, Buffer.from("junk")]), 50)))).rejects.toThrow();
  });

  test("a reader may stop in the middle", async () => {
    for await (const _ of unzstd(cut(frames, 100))) break;
  });
});
