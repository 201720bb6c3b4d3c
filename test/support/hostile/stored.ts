import { gzipSync, zstdCompressSync } from "node:zlib";
import type { LayerErrorCode } from "../../../src/image/layer/refusal.ts";
import { sha256, tarOf } from "../layers.ts";
import type { Attack, HostileLayer } from "./attack.ts";

export function storedAttacks(): readonly Attack[] {
  const tar = tarOf([
    { name: "f", data: Buffer.from(Array.from({ length: 9000 }, (_, at) => (at * at * 7919) >> 5)) },
  ]);
  const gzip = gzipSync(tar);
  const zstd = zstdCompressSync(tar);
  const wrong = `sha256:${"0".repeat(64)}`;
  const damaged = Buffer.from(gzip);
  damaged[2000] = (damaged[2000] ?? 0) ^ 0xff;
  const both = (
    name: string,
    layer: HostileLayer,
    ends: { refused: LayerErrorCode; says: RegExp },
  ): readonly Attack[] => [
    { name, layers: [layer], ...ends },
    { name: `${name}, fed`, layers: [{ ...layer, fed: true }], ...ends },
  ];
  return [
    ...both(
      "gzip cut short",
      { tar, stored: gzip.subarray(0, gzip.length - 900) },
      { refused: "layer.broken-compression", says: /says: / },
    ),
    ...both(
      "zstd cut short",
      { tar, stored: zstd.subarray(0, zstd.length - 900) },
      { refused: "layer.broken-compression", says: /zstd says/ },
    ),
    ...both(
      "gzip damaged",
      { tar, stored: damaged },
      { refused: "layer.broken-compression", says: /says: / },
    ),
    ...both(
      "digest wrong",
      { tar, stored: gzip, digest: wrong },
      { refused: "layer.digest-mismatch", says: /have the digest sha256:/ },
    ),
    ...both(
      "diff-id wrong",
      { tar, stored: gzip, diffId: wrong },
      { refused: "layer.digest-mismatch", says: /the diff-id sha256:/ },
    ),
    ...both(
      "diff-id wrong, uncompressed",
      { tar, stored: tar, diffId: wrong },
      { refused: "layer.digest-mismatch", says: /diff-id/ },
    ),
    ...both(
      "shorter than promised",
      { tar, stored: gzip, size: gzip.length + 1 },
      { refused: "layer.size-mismatch", says: /promises/ },
    ),
    ...both(
      "longer than promised",
      { tar, stored: gzip, size: gzip.length - 1 },
      { refused: "layer.size-mismatch", says: /promises/ },
    ).slice(1),
    ...both(
      "compressed with xz",
      { tar, stored: Buffer.from("fd377a585a0000000000", "hex") },
      { refused: "layer.unknown-compression", says: /xz/ },
    ),
    ...both(
      "compressed with bzip2",
      { tar, stored: Buffer.from("425a6839000000000000", "hex") },
      { refused: "layer.unknown-compression", says: /bzip2/ },
    ),
    {
      name: "gzip of two members",
      layers: [{ tar, stored: Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]) }],
      harmless: { f: "file" },
    },
    {
      name: "zstd of two frames, one to skip",
      layers: [
        {
          tar,
          stored: Buffer.concat([
            Buffer.from("502a4d1803000000aabbcc", "hex"),
            zstdCompressSync(tar.subarray(0, 700)),
            zstdCompressSync(tar.subarray(700)),
          ]),
        },
      ],
      harmless: { f: "file" },
    },
    { name: "empty layer", layers: [{ tar: Buffer.alloc(0), stored: Buffer.alloc(0) }], harmless: {} },
    {
      name: "second layer wrong",
      layers: [{ tar }, { tar, digest: sha256(Buffer.of(1)) }],
      refused: "layer.digest-mismatch",
      says: /layer 2 of 2/,
    },
  ];
}
