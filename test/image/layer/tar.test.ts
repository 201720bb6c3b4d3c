import { describe, expect, test } from "vitest";
import { ByteReader } from "../../../src/image/layer/bytes.ts";
import type { TarEntry } from "../../../src/image/layer/entry.ts";
import { readNumber } from "../../../src/image/layer/header.ts";
import { parsePax } from "../../../src/image/layer/pax.ts";
import { TarReader } from "../../../src/image/layer/tar.ts";
import { base256, type Member, paxData, tarOf } from "../../support/layers.ts";

type Read = Partial<TarEntry> & { readonly data?: string };

/** Read an archive that arrives `step` bytes at a time. */
function read(archive: Buffer, step = archive.length): readonly Read[] {
  let at = 0;
  const tar = new TarReader(
    new ByteReader(() => {
      at += step;
      return archive.subarray(at - step, at);
    }),
    { headerBytes: 4096 },
  );
  const entries: Read[] = [];
  for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
    const whole = Buffer.alloc(entry.size, ".");
    tar.data((piece, position) => piece.copy(whole, position));
    entries.push({ ...entry, data: whole.toString("latin1") });
  }
  return entries;
}

const gnu = "ustar  \0";
const v7 = "\0".repeat(8);

describe("a tar archive is read", () => {
  const rows: readonly (readonly [string, readonly Member[], readonly Read[]])[] = [
    ["nothing", [], []],
    [
      "a file",
      [{ name: "f", data: "abc", mode: 0o4755, uid: 5, gid: 6, mtime: 7 }],
      [
        {
          type: "file",
          name: "f",
          size: 3,
          data: "abc",
          mode: 0o4755,
          uid: 5,
          gid: 6,
          mtime: 7_000_000_000n,
          atime: undefined,
        },
      ],
    ],
    ["a directory", [{ name: "d/" }], [{ type: "directory", name: "d/", size: 0 }]],
    [
      "links",
      [
        { name: "s", type: "2", link: "../x" },
        { name: "h", type: "1", link: "f" },
      ],
      [
        { type: "symlink", linkName: "../x" },
        { type: "hard-link", linkName: "f" },
      ],
    ],
    [
      "nodes",
      [
        { name: "c", type: "3", major: 1, minor: 3 },
        { name: "b", type: "4", major: 8, minor: 17 },
        { name: "p", type: "6" },
      ],
      [{ type: "character", major: 1, minor: 3 }, { type: "block", major: 8, minor: 17 }, { type: "fifo" }],
    ],
    ["a contiguous file", [{ name: "f", type: "7", data: "x" }], [{ type: "file", data: "x" }]],
    [
      "v7 without magic",
      [
        { name: "d/", type: "\0", magic: v7 },
        { name: "f", type: "\0", magic: v7, data: "x" },
      ],
      [{ type: "directory" }, { type: "file", data: "x" }],
    ],
    ["a ustar prefix", [{ name: "f", prefix: "a/b" }], [{ name: "a/b/f" }]],
    [
      "no prefix in GNU's format",
      [{ name: "f", magic: gnu, raw: { 345: Buffer.from("00000000011\0") } }],
      [{ name: "f", atime: 9_000_000_000n }],
    ],
    [
      "names of all 100 bytes",
      [{ name: "n".repeat(100), type: "2", link: "l".repeat(100) }],
      [{ name: "n".repeat(100), linkName: "l".repeat(100) }],
    ],
    ["names of any bytes", [{ name: "\xff\x01\n" }], [{ name: "\xff\x01\n" }]],
    [
      "GNU long names",
      [
        { name: "L", type: "L", data: "n\0" },
        { name: "K", type: "K", data: "k\0junk" },
        { name: "x", type: "2" },
        { name: "y" },
      ],
      [
        { name: "n", linkName: "k" },
        { name: "y", linkName: "" },
      ],
    ],
    [
      "a GNU long name over PAX",
      [
        { name: "L", type: "L", data: "gnu" },
        { name: "x", pax: { path: "pax" } },
      ],
      [{ name: "gnu" }],
    ],
    [
      "PAX over the header",
      [
        {
          name: "x",
          data: "abc",
          size: 0,
          pax: { path: "p", size: "3", uid: "4000000000", gid: "7", mtime: "1.5", atime: "-2.25" },
        },
      ],
      [
        {
          name: "p",
          size: 3,
          data: "abc",
          uid: 4_000_000_000,
          gid: 7,
          mtime: 1_500_000_000n,
          atime: -2_250_000_000n,
        },
      ],
    ],
    [
      "empty PAX values as if they were not there",
      [{ name: "x", uid: 3, pax: { path: "", uid: "" } }],
      [{ name: "x", uid: 3 }],
    ],
    [
      "PAX for one entry only",
      [{ name: "x", pax: { path: "p" } }, { name: "y" }],
      [{ name: "p" }, { name: "y" }],
    ],
    [
      "global PAX for all that follow",
      [
        { name: "g", type: "g", data: paxData({ uid: "9", mtime: "3" }) },
        { name: "x" },
        { name: "y", pax: { uid: "1" } },
      ],
      [
        { uid: 9, mtime: 3_000_000_000n },
        { uid: 1, mtime: 3_000_000_000n },
      ],
    ],
    [
      "attributes",
      [{ name: "x", pax: { "SCHILY.xattr.user.a=b": "v", "LIBARCHIVE.xattr.user.%25": "AAE" } }],
      [],
    ],
    [
      "base-256 numbers",
      [{ name: "x", raw: { 108: base256(4_000_000_000n, 8), 136: base256(-1n, 12) } }],
      [{ uid: 4_000_000_000, mtime: -1_000_000_000n }],
    ],
    [
      "a size on a link, that nothing follows",
      [{ name: "h", type: "1", link: "f", size: 512 }, { name: "f" }],
      [{ type: "hard-link", size: 0 }, { name: "f" }],
    ],
    [
      "old GNU sparse files",
      [
        {
          name: "s",
          type: "S",
          magic: gnu,
          data: "ab",
          raw: {
            386: Buffer.from("00000000001\x0000000000001\x0000000000005\x0000000000001\x00", "latin1"),
            483: Buffer.from("00000000007\0"),
          },
        },
      ],
      [{ type: "file", size: 7, data: ".a...b." }],
    ],
    [
      "PAX 0.1 sparse files",
      [
        {
          name: "GNUSparse.0/s",
          data: "ab",
          pax: { "GNU.sparse.name": "s", "GNU.sparse.size": "4", "GNU.sparse.map": "0,1,3,1" },
        },
      ],
      [{ name: "s", size: 4, data: "a..b" }],
    ],
    [
      "PAX 1.0 sparse files",
      [
        {
          name: "x",
          data: `${"1\n2\n2\n".padEnd(512, "\0")}ab`,
          pax: { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "5" },
        },
      ],
      [{ size: 5, data: "..ab." }],
    ],
  ];
  test.each(rows)("%s", (_, members, expected) => {
    const entries = read(tarOf(members));
    if (expected.length > 0) expect(entries).toMatchObject(expected);
    expect(read(tarOf(members), 7)).toEqual(entries);
    expect(read(tarOf(members), 511)).toEqual(entries);
  });

  test("attributes as bytes, SCHILY's before libarchive's", () => {
    const [entry] = read(
      tarOf([
        {
          name: "x",
          pax: {
            "LIBARCHIVE.xattr.user.%25": "AAE",
            "SCHILY.xattr.user.a": "\xff\n=",
            "LIBARCHIVE.xattr.user.a": "AAE",
          },
        },
      ]),
    );
    expect([...(entry?.attributes ?? [])]).toEqual([
      ["user.%", Buffer.from([0, 1])],
      ["user.a", Buffer.from("\xff\n=", "latin1")],
    ]);
  });

  test("an old GNU sparse map that goes on in more blocks", () => {
    const stretch = (at: number) => `${at.toString(8).padStart(11, "0")}\x0000000000001\x00`;
    const inHeader = Buffer.from([0, 2, 4, 6].map(stretch).join(""), "latin1");
    const more = Buffer.alloc(512);
    more.write([8, 10].map(stretch).join(""), 0, "latin1");
    const whole = tarOf([
      {
        name: "s",
        type: "S",
        magic: gnu,
        data: "abcdef",
        raw: { 386: inHeader, 482: Buffer.of(1), 483: Buffer.from("00000000013\0") },
      },
    ]);
    const [entry] = read(Buffer.concat([whole.subarray(0, 512), more, whole.subarray(512)]));
    expect(entry?.data).toBe("a.b.c.d.e.f");
  });

  test.each([
    ["without an end", (tar: Buffer) => tar.subarray(0, 512)],
    ["with half an end", (tar: Buffer) => tar.subarray(0, 1024)],
    ["with more behind its end", (tar: Buffer) => Buffer.concat([tar, Buffer.from("rubbish")])],
  ])("%s", (_, cut) => {
    expect(read(cut(tarOf([{ name: "f" }])))).toMatchObject([{ name: "f" }]);
  });
});

describe("numbers", () => {
  test.each([
    [Buffer.from("0000644\0"), 0o644],
    [Buffer.from("   644 \0"), 0o644],
    [Buffer.from("77777777"), 0o77777777],
    [Buffer.from("\0\0\0\0\0\0\0\0"), 0],
    [base256(5n, 8), 5],
    [base256(-5n, 8), -5],
    [base256(2n ** 53n - 1n, 12), 2 ** 53 - 1],
  ])("%s", (bytes, expected) => {
    expect(readNumber(bytes, 0, bytes.length, "field")).toBe(expected);
  });
  test.each([
    Buffer.from("0000 644"),
    Buffer.from("0000648\0"),
    Buffer.from("-000644\0"),
    base256(2n ** 53n, 12),
  ])("%s is refused", (bytes) => {
    expect(() => readNumber(bytes, 0, bytes.length, "field")).toThrow(/has a field/);
  });
});

describe("PAX records", () => {
  test.each([
    ["0", 0n],
    ["1.", 1_000_000_000n],
    ["1.000000001", 1_000_000_001n],
    ["1.0000000019", 1_000_000_001n],
    ["-0.5", -500_000_000n],
    ["-1.25", -1_250_000_000n],
  ])("time %s", (text, expected) => {
    expect(parsePax(paxData({ mtime: text })).mtime).toBe(expected);
  });
  test.each(
    [
      "",
      "5",
      "5 ",
      "6 a=b",
      "5 a=b\n6 c=d",
      "05 a=b\n",
      "6 =abc\n",
      "4 a\n",
      "-5 a=b\n",
      "99999999999 a=b\n",
      "7 a\0=b\n",
      "5 ab\n\n",
    ].slice(1),
  )("%j is refused", (text) => {
    expect(() => parsePax(Buffer.from(text))).toThrow(/PAX record/);
  });
});
