import { gzipSync } from "node:zlib";
import { memberBytes, paxData, tarOf } from "../layers.ts";
import { type Attack, limit, one } from "./attack.ts";

export function bombs(): readonly Attack[] {
  const megabyte = gzipSync(Buffer.alloc(2 ** 20));
  const zeros = memberBytes({ name: "zeros", size: 300 * 2 ** 20 });
  const stored = Buffer.concat([
    gzipSync(zeros),
    ...Array.from({ length: 300 }, () => megabyte),
    gzipSync(Buffer.alloc(1024)),
  ]);
  const many = Array.from({ length: 3000 }, (_, at) => ({ name: `many/${at}` }));
  const attributes = Object.fromEntries(
    Array.from({ length: 3000 }, (_, at) => [`SCHILY.xattr.user.a${at}`, "x".repeat(300)]),
  );
  return [
    {
      name: "bomb of zeros by ratio",
      layers: [{ tar: Buffer.alloc(0), stored }],
      refused: limit,
      says: /"zeros".*--limit ratio/,
    },
    {
      name: "bomb of zeros by size",
      layers: [{ tar: Buffer.alloc(0), stored }],
      limits: { bytes: 2 ** 25 },
      refused: limit,
      says: /"zeros".*--limit bytes/,
    },
    {
      name: "bomb behind the archive's end",
      layers: [{ tar: Buffer.alloc(0), stored: Buffer.concat([gzipSync(tarOf([])), stored]) }],
      refused: limit,
      says: /--limit ratio/,
    },
    {
      name: "bomb by size over two layers",
      layers: [0, 1].map((at) => ({ tar: tarOf([{ name: `f${at}`, data: Buffer.alloc(2 ** 20) }]) })),
      limits: { bytes: 1.5 * 2 ** 20 },
      refused: limit,
      says: /layer 2 of 2/,
    },
    {
      name: "bomb by holes",
      layers: one({ name: "s", data: "", pax: { "GNU.sparse.map": "", "GNU.sparse.size": "8796093022208" } }),
      refused: limit,
      says: /--limit bytes/,
    },
    {
      name: "bomb by count",
      layers: [{ tar: tarOf(many) }],
      limits: { entries: 2999 },
      refused: limit,
      says: /2999 entries/,
    },
    {
      name: "bomb by one PAX header",
      layers: one({ name: "p", type: "x", data: paxData({ comment: "x".repeat(2 ** 20) }) }, { name: "f" }),
      refused: limit,
      says: /extended header of 10485\d\d bytes/,
    },
    {
      name: "PAX header that claims 8 GiB",
      layers: one({ name: "p", type: "x", size: 2 ** 33 - 1 }),
      refused: limit,
      says: /extended header/,
    },
    {
      name: "GNU long name of 2 MiB",
      layers: one({ name: "L", type: "L", data: "x".repeat(2 ** 21) }, { name: "f" }),
      refused: limit,
      says: /extended header/,
    },
    {
      name: "sparse map of two million lines",
      layers: one({
        name: "s",
        data: "9999999\n".padEnd(2 ** 21, "0\n1\n"),
        pax: { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" },
      }),
      refused: limit,
      says: /sparse map/,
    },
    {
      name: "bomb by attributes",
      layers: one({ name: "f", pax: attributes }),
      limits: {},
      harmless: { f: "file" },
    },
    {
      name: "deep directories by the hundred",
      layers: [
        {
          tar: tarOf(
            Array.from({ length: 300 }, (_, at) => ({
              name: "x",
              pax: { path: `${at}/${"d/".repeat(400)}x` },
            })),
          ),
        },
      ],
      harmless: { "299": "directory" },
    },
  ];
}
