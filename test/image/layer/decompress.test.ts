import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { repository } from "../../support/needs.ts";

const helper = join(repository, "src/image/layer/helper.ts");
const skippable = Buffer.from("502a4d1804000000abcdef01", "hex");
const [first, second] = [Buffer.alloc(300_000, "first "), Buffer.from("second")];

/** What the helper makes of it as decompressor: exit code and bytes. */
function decompress(kind: string, input: Buffer): readonly [number | null, Buffer] {
  const { status, stdout } = spawnSync(process.execPath, [helper, "--decompress", kind], { input });
  return [status, stdout];
}

const rows: readonly (readonly [string, "gzip" | "zstd", readonly Buffer[]])[] = [
  ["one gzip member", "gzip", [gzipSync(first)]],
  ["two gzip members", "gzip", [gzipSync(first), gzipSync(second)]],
  ["one zstd frame", "zstd", [zstdCompressSync(first)]],
  ["two zstd frames in one chunk", "zstd", [zstdCompressSync(first), zstdCompressSync(second)]],
  ["a skippable zstd frame before", "zstd", [skippable, zstdCompressSync(first)]],
  ["a skippable zstd frame between", "zstd", [zstdCompressSync(first), skippable, zstdCompressSync(second)]],
];

test.each(rows)("%s comes out whole", (title, kind, pieces) => {
  const [status, bytes] = decompress(kind, Buffer.concat(pieces));
  expect(status).toBe(0);
  expect(bytes.equals(title.match(/two|between/) ? Buffer.concat([first, second]) : first)).toBe(true);
});

test.each([
  ["gzip", gzipSync(first)],
  ["zstd", zstdCompressSync(first)],
])("a cut %s stream is an error", (kind, whole) => {
  expect(decompress(kind, whole.subarray(0, whole.length - 5))[0]).toBe(1);
});
