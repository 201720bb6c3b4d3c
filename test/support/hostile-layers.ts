import { gzipSync, zstdCompressSync } from "node:zlib";
import type { LayerLimits } from "../../src/image/layer/limits.ts";
import type { LayerErrorCode } from "../../src/image/layer/refusal.ts";
import { base256, type Member, memberBytes, paxData, sha256, tarOf } from "./layers.ts";

/** A layer as an attacker stores it; what is left out is true. */
export type HostileLayer = {
  readonly tar: Buffer;
  readonly stored?: Buffer;
  readonly digest?: string;
  readonly diffId?: string;
  readonly size?: number;
  readonly fed?: boolean;
};

/** One attack: layers, and how it ends. `harmless` lists what must be in the root filesystem then: type and path. */
export type Attack = {
  readonly name: string;
  readonly layers: readonly HostileLayer[];
  readonly limits?: Partial<LayerLimits>;
} & (
  | { readonly refused: LayerErrorCode; readonly says: RegExp }
  | { readonly harmless: Readonly<Record<string, "file" | "directory" | "symlink" | "block" | "absent">> }
);

/** All attacks; `canary` is an absolute directory beside the target with a file `secret`. */
export function attacks(canary: string): readonly Attack[] {
  return [
    ...linkAttacks(canary),
    ...nameAttacks(canary),
    ...whiteoutAttacks(canary),
    ...archiveAttacks(),
    ...storedAttacks(),
    ...bombs(),
  ];
}

const one = (...members: readonly Member[]): readonly HostileLayer[] => [{ tar: tarOf(members) }];
const two = (first: readonly Member[], second: readonly Member[]): readonly HostileLayer[] => [
  { tar: tarOf(first) },
  { tar: tarOf(second) },
];
const entry = "layer.refused-entry";
const malformed = "layer.malformed-archive";
const limit = "layer.limit";

function linkAttacks(canary: string): readonly Attack[] {
  const inside = canary.slice(1);
  const loop = [
    { name: "a", type: "2", link: "b" },
    { name: "b", type: "2", link: "a" },
  ];
  const out = { name: "l", type: "2", link: canary };
  return [
    {
      name: "parent is an absolute link out",
      layers: one(out, { name: "l/new" }),
      harmless: { [`${inside}/new`]: "file", l: "symlink" },
    },
    {
      name: "parent is a link up and out",
      layers: one({ name: "d/l", type: "2", link: `../../../..${canary}` }, { name: "d/l/new" }),
      harmless: { [`${inside}/new`]: "file" },
    },
    {
      name: "link to a file, then the file",
      layers: one({ name: "l", type: "2", link: `${canary}/secret` }, { name: "l", data: "overwritten" }),
      harmless: { l: "file" },
    },
    {
      name: "link to a directory, then the directory",
      layers: one(out, { name: "l/", mode: 0o777 }, { name: "l/secret", data: "x" }),
      harmless: { l: "directory", "l/secret": "file" },
    },
    {
      name: "directory of a lower layer becomes a link out",
      layers: two(
        [{ name: "d/" }, { name: "d/x" }],
        [{ name: "d/y" }, { ...out, name: "d" }, { name: "d/secret" }],
      ),
      harmless: { d: "symlink", [`${inside}/secret`]: "file" },
    },
    {
      name: "links to links out",
      layers: one(
        out,
        { name: "m", type: "2", link: "l" },
        { name: "n", type: "2", link: "./m/." },
        { name: "n/new" },
      ),
      harmless: { [`${inside}/new`]: "file" },
    },
    {
      name: "link by way of /proc/self/root",
      layers: one({ name: "l", type: "2", link: `/proc/self/root${canary}` }, { name: "l/new" }),
      harmless: { [`proc/self/root${canary}/new`]: "file" },
    },
    {
      name: "link by way of /proc/self/cwd",
      layers: one({ name: "l", type: "2", link: "/proc/self/cwd/../.." }, { name: "l/new" }),
      harmless: { "proc/new": "file" },
    },
    {
      name: "links in a ring as parents",
      layers: one(...loop, { name: "a/x" }),
      refused: entry,
      says: /"a\/x".*links in a ring/,
    },
    {
      name: "link to itself as a parent",
      layers: one({ name: "s", type: "2", link: "s" }, { name: "s/x" }),
      refused: entry,
      says: /links in a ring/,
    },
    {
      name: "links that double a path",
      layers: one(
        { name: "d", type: "2", pax: { linkpath: `x/${"y/".repeat(1600)}` } },
        { name: "e", type: "2", link: "d/d/d" },
        { name: "e/x" },
      ),
      refused: entry,
      says: /more than 3072 bytes/,
    },
    {
      name: "link to nothing",
      layers: one({ name: "l", type: "2", link: "" }),
      refused: entry,
      says: /link to nothing/,
    },
    {
      name: "hard link up and out",
      layers: one({ name: "h", type: "1", link: `../../..${canary}/secret` }),
      refused: entry,
      says: /"h".*hard link whose target leads out/,
    },
    {
      name: "hard link to an absolute path",
      layers: one({ name: "h", type: "1", link: `${canary}/secret` }),
      refused: entry,
      says: /does not exist/,
    },
    {
      name: "hard link through a link out",
      layers: one(out, { name: "h", type: "1", link: "l/secret" }),
      refused: entry,
      says: /does not exist/,
    },
    {
      name: "hard link to a link out, then written",
      layers: one(
        { name: "l", type: "2", link: `${canary}/secret` },
        { name: "h", type: "1", link: "l" },
        { name: "h", data: "overwritten" },
      ),
      harmless: { h: "file", l: "symlink" },
    },
    {
      name: "hard link to itself",
      layers: one({ name: "h", type: "1", link: "./h" }),
      refused: entry,
      says: /to itself/,
    },
    {
      name: "hard link to itself through a link",
      layers: one(
        { name: "d/h" },
        { name: "l", type: "2", link: "d" },
        { name: "d/h", type: "1", link: "l/h" },
      ),
      refused: entry,
      says: /to itself/,
    },
    {
      name: "hard link to a directory",
      layers: one({ name: "d/" }, { name: "h", type: "1", link: "d" }),
      refused: entry,
      says: /which is a directory/,
    },
    {
      name: "hard link to the root",
      layers: one({ name: "h", type: "1", link: "/" }),
      refused: entry,
      says: /root directory/,
    },
    {
      name: "hard link into what it replaces",
      layers: one({ name: "d/x" }, { name: "d", type: "1", link: "d/x" }),
      refused: "layer.write-failed",
      says: /"d".*ENOENT/,
    },
    {
      name: "parent is a file",
      layers: one({ name: "f" }, { name: "f/x" }),
      refused: entry,
      says: /"f\/x".*no directory/,
    },
    {
      name: "parent is a device",
      layers: one({ name: "f", type: "3", major: 1, minor: 5 }, { name: "f/x" }),
      refused: entry,
      says: /no directory/,
    },
  ];
}

function nameAttacks(canary: string): readonly Attack[] {
  const long = (count: number, part: string) => Array.from({ length: count }, () => part).join("/");
  return [
    {
      name: "name with dots",
      layers: one({ name: "../canary/secret" }),
      refused: entry,
      says: /"\.\.\/canary\/secret".*leads out/,
    },
    {
      name: "name with dots inside",
      layers: one({ name: "a/../../canary/secret" }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "absolute name with dots",
      layers: one({ name: "/../canary/secret" }),
      refused: entry,
      says: /leads out/,
    },
    { name: "name of dots alone", layers: one({ name: "..", type: "5" }), refused: entry, says: /leads out/ },
    {
      name: "name with dots in PAX",
      layers: one({ name: "good", pax: { path: "../canary/new" } }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "name with dots in a GNU long name",
      layers: one({ name: "L", type: "L", data: "../canary/new\0" }, { name: "good" }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "name with dots in a prefix",
      layers: one({ name: "secret", prefix: "../canary" }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "name with dots in a sparse name",
      layers: one({
        name: "x",
        pax: { "GNU.sparse.name": "../x", "GNU.sparse.size": "0", "GNU.sparse.map": "" },
      }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "absolute name",
      layers: one({ name: `${canary}/new` }),
      harmless: { [`${canary.slice(1)}/new`]: "file" },
    },
    {
      name: "root replaced by a file",
      layers: one({ name: "./", type: "0" }),
      refused: entry,
      says: /would replace the root directory by a file/,
    },
    {
      name: "root replaced by a link",
      layers: one({ name: "/", type: "2", link: canary }),
      refused: entry,
      says: /replace the root/,
    },
    {
      name: "root replaced by way of dots",
      layers: one({ name: "a/..", type: "2", link: canary }),
      refused: entry,
      says: /replace the root/,
    },
    { name: "no name", layers: one({ name: "" }), refused: entry, says: /"" has no name|has no name/ },
    {
      name: "name with a NUL in PAX",
      layers: one({ name: "x", pax: { path: "good\0/../../bad" } }),
      refused: malformed,
      says: /PAX path with a NUL/,
    },
    {
      name: "link target with a NUL in PAX",
      layers: one({ name: "x", type: "2", pax: { linkpath: "a\0b" } }),
      refused: malformed,
      says: /PAX linkpath with a NUL/,
    },
    {
      name: "name with terminal escapes",
      layers: one({ name: "\x1b[2J\x07\r\n" }),
      harmless: { "\x1b[2J\x07\r\n": "file" },
    },
    {
      name: "refused name with terminal escapes",
      layers: one({ name: "../\x1b[2J\x07" }),
      refused: entry,
      says: /"\.\.\/\\u001b\[2J\\u0007"/,
    },
    {
      name: "name that is no UTF-8",
      layers: one({ name: "../\xff\xfe" }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "name longer than the kernel's",
      layers: one({ name: "x", pax: { path: "n".repeat(256) } }),
      refused: entry,
      says: /more than 255 bytes/,
    },
    {
      name: "path longer than the limit",
      layers: one({ name: "x", pax: { path: long(2000, "d") } }),
      refused: entry,
      says: /more than 3072 bytes/,
    },
    {
      name: "very deep path",
      layers: one({ name: "x", pax: { path: long(1500, "d") } }),
      harmless: { [long(1500, "d")]: "file" },
    },
    {
      name: "very deep path, then refused",
      layers: one({ name: "x", pax: { path: long(1500, "d") } }, { name: "../x" }),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "very long name in the message",
      layers: one({ name: "x", pax: { path: `../${"z".repeat(100_000)}` } }),
      refused: entry,
      says: /^.{100,700}$/,
    },
    {
      name: "the same name as file, directory, link and file",
      layers: one(
        { name: "x" },
        { name: "x/" },
        { name: "x/y" },
        { name: "x", type: "2", link: canary },
        { name: "x", data: "last" },
      ),
      harmless: { x: "file", "x/y": "absent" },
    },
    {
      name: "device node of a disk",
      layers: one({ name: "disk", type: "4", mode: 0o666, major: 8, minor: 0 }),
      harmless: { disk: "block" },
    },
    {
      name: "device number that no kernel has",
      layers: one({ name: "d", type: "4", raw: { 329: base256(2n ** 33n, 8) } }),
      refused: entry,
      says: /no kernel has/,
    },
    {
      name: "owner -1",
      layers: one({ name: "x", raw: { 108: base256(2n ** 32n - 1n, 8) } }),
      refused: entry,
      says: /no system has/,
    },
    {
      name: "negative owner",
      layers: one({ name: "x", raw: { 116: base256(-5n, 8) } }),
      refused: entry,
      says: /no system has/,
    },
    {
      name: "setuid root program",
      layers: one({ name: "su", mode: 0o4777, data: "x" }),
      harmless: { su: "file" },
    },
  ];
}

function whiteoutAttacks(canary: string): readonly Attack[] {
  const out = { name: "l", type: "2", link: canary };
  const lower = [{ name: "d/x" }, { name: "keep" }, out];
  return [
    {
      name: "whiteout up and out",
      layers: two(lower, [{ name: "../.wh.canary" }]),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "whiteout of dots",
      layers: two(lower, [{ name: "d/.wh..." }]),
      refused: entry,
      says: /"d\/\.wh\.\.\.".*dots/,
    },
    { name: "whiteout of a dot", layers: two(lower, [{ name: ".wh.." }]), refused: entry, says: /dots/ },
    {
      name: "whiteout of nothing",
      layers: two(lower, [{ name: "d/.wh." }]),
      refused: entry,
      says: /of nothing/,
    },
    {
      name: "whiteout through a link out",
      layers: two(lower, [{ name: "l/.wh.secret" }]),
      harmless: { keep: "file", l: "symlink" },
    },
    {
      name: "whiteout of a link out",
      layers: two(lower, [{ name: ".wh.l" }]),
      harmless: { l: "absent", keep: "file" },
    },
    {
      name: "opaque through a link out",
      layers: two(lower, [{ name: "l/.wh..wh..opq" }]),
      harmless: { keep: "file", l: "symlink" },
    },
    {
      name: "opaque root",
      layers: two(lower, [{ name: ".wh..wh..opq" }, { name: "new" }]),
      harmless: { keep: "absent", new: "file", l: "absent" },
    },
    {
      name: "opaque up and out",
      layers: two(lower, [{ name: "../canary/.wh..wh..opq" }]),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "whiteout of what the layer has just written",
      layers: two(lower, [{ name: "new/x" }, { name: ".wh.new" }]),
      harmless: { "new/x": "file" },
    },
    {
      name: "directory removed that holds links out",
      layers: two(
        [
          { ...out, name: "d/l" },
          { name: "d/m/n", type: "2", link: "../../.." },
        ],
        [{ name: ".wh.d" }],
      ),
      harmless: { d: "absent" },
    },
  ];
}

function archiveAttacks(): readonly Attack[] {
  const whole = tarOf([{ name: "f", data: "x".repeat(5000) }]);
  const sparse = (map: string, size: string, data = "abcd") =>
    one({
      name: "s",
      data,
      pax: { "GNU.sparse.map": map, "GNU.sparse.size": size, "GNU.sparse.numblocks": "1" },
    });
  const pax = (text: string) => one({ name: "p", type: "x", data: text }, { name: "f" });
  return [
    {
      name: "archive cut inside a file",
      layers: [{ tar: whole.subarray(0, 3000) }],
      refused: malformed,
      says: /"f" is cut short/,
    },
    {
      name: "archive cut inside a header",
      layers: [{ tar: whole.subarray(0, 300) }],
      refused: malformed,
      says: /cut short/,
    },
    {
      name: "file that claims 8 GiB",
      layers: one({ name: "f", size: 2 ** 33 - 1 }),
      refused: malformed,
      says: /"f" is cut short/,
    },
    { name: "checksum wrong", layers: one({ name: "f", checksum: 1 }), refused: malformed, says: /checksum/ },
    {
      name: "no archive at all",
      layers: [{ tar: Buffer.from("#!/bin/sh\n".repeat(200)) }],
      refused: malformed,
      says: /checksum|cut short/,
    },
    {
      name: "negative size",
      layers: one({ name: "f", raw: { 124: base256(-512n, 12) } }),
      refused: malformed,
      says: /negative size/,
    },
    {
      name: "size beyond 2^53 in base 256",
      layers: one({ name: "f", raw: { 124: base256(2n ** 80n, 12) } }),
      refused: malformed,
      says: /beyond 2\^53/,
    },
    {
      name: "size that is no number",
      layers: one({ name: "f", raw: { 124: Buffer.from("0x000000fff\0") } }),
      refused: malformed,
      says: /no number/,
    },
    {
      name: "PAX size that is no number",
      layers: one({ name: "f", pax: { size: "-1" } }),
      refused: malformed,
      says: /PAX size/,
    },
    {
      name: "PAX time that is no time",
      layers: one({ name: "f", pax: { mtime: "9".repeat(400) } }),
      refused: malformed,
      says: /PAX mtime/,
    },
    {
      name: "PAX record longer than its header",
      layers: pax("99 path=x\n"),
      refused: malformed,
      says: /PAX record/,
    },
    { name: "PAX record of length 0", layers: pax("0 path=x\n"), refused: malformed, says: /PAX record/ },
    {
      name: "PAX record without a line feed",
      layers: pax("9 path=xx"),
      refused: malformed,
      says: /PAX record/,
    },
    {
      name: "global PAX header that names all",
      layers: one({ name: "g", type: "g", data: paxData({ path: "x" }) }, { name: "f" }),
      refused: malformed,
      says: /global/,
    },
    {
      name: "GNU long name without an entry",
      layers: one({ name: "L", type: "L", data: "long\0" }),
      refused: malformed,
      says: /ends before/,
    },
    {
      name: "chain of GNU long names",
      layers: one(...Array.from({ length: 50 }, () => ({ name: "L", type: "L", data: "a\0" })), {
        name: "f",
      }),
      refused: malformed,
      says: /two long names/,
    },
    {
      name: "chain of PAX headers",
      layers: one({ name: "p", type: "x", data: paxData({ path: "a" }) }, { name: "f", pax: { path: "b" } }),
      refused: malformed,
      says: /two PAX headers/,
    },
    {
      name: "half an end, then more",
      layers: [{ tar: Buffer.concat([Buffer.alloc(512), whole]) }],
      refused: malformed,
      says: /single block of zeros/,
    },
    {
      name: "entries behind the end",
      layers: [{ tar: Buffer.concat([whole, memberBytes({ name: "behind" }), Buffer.alloc(9)]) }],
      harmless: { f: "file", behind: "absent" },
    },
    {
      name: "entry of an unknown type",
      layers: one({ name: "f", type: "Z" }),
      refused: malformed,
      says: /unknown type "Z"/,
    },
    {
      name: "sparse map that overlaps",
      layers: sparse("0,3,2,1", "10"),
      refused: malformed,
      says: /overlap/,
    },
    {
      name: "sparse map out of range",
      layers: sparse("8,4", "10"),
      refused: malformed,
      says: /leaves the file/,
    },
    {
      name: "sparse map of more than the data",
      layers: sparse("0,9", "10"),
      refused: malformed,
      says: /over 4 bytes/,
    },
    {
      name: "sparse map with an offset alone",
      layers: sparse("0,4,9", "10"),
      refused: malformed,
      says: /no length/,
    },
    {
      name: "sparse map that overflows",
      layers: sparse("9007199254740990,4", "9007199254740991"),
      refused: malformed,
      says: /leaves the file/,
    },
    {
      name: "sparse map cut short",
      layers: one({
        name: "s",
        data: "5\n".padEnd(512, "\0"),
        pax: { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" },
      }),
      refused: malformed,
      says: /sparse map/,
    },
    {
      name: "sparse directory",
      layers: one({ name: "s/", pax: { "GNU.sparse.map": "", "GNU.sparse.size": "9" } }),
      refused: malformed,
      says: /no file/,
    },
    {
      name: "attribute too large for the kernel",
      layers: one({ name: "f", pax: { "SCHILY.xattr.user.big": "x".repeat(70_000) } }),
      refused: "layer.write-failed",
      says: /"f".*E2BIG/,
    },
    {
      name: "attribute whose name is too long",
      layers: one({ name: "f", pax: { [`SCHILY.xattr.user.${"n".repeat(300)}`]: "x" } }),
      refused: "layer.write-failed",
      says: /ERANGE/,
    },
    {
      name: "attribute of no namespace",
      layers: one({ name: "f", pax: { "SCHILY.xattr.nonsense": "x" } }),
      harmless: { f: "file" },
    },
  ];
}

function storedAttacks(): readonly Attack[] {
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

function bombs(): readonly Attack[] {
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
      says: /"zeros".*limit: ratio/,
    },
    {
      name: "bomb of zeros by size",
      layers: [{ tar: Buffer.alloc(0), stored }],
      limits: { bytes: 2 ** 25 },
      refused: limit,
      says: /"zeros".*limit: bytes/,
    },
    {
      name: "bomb behind the archive's end",
      layers: [{ tar: Buffer.alloc(0), stored: Buffer.concat([gzipSync(tarOf([])), stored]) }],
      refused: limit,
      says: /limit: ratio/,
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
      says: /limit: bytes/,
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
