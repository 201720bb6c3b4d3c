import { base256, type Member, tarOf } from "./layers.ts";
import type { Stored } from "./rootfs.ts";

/** An image of layers that are made by hand, base first. */
export type HandMade = { readonly name: string; readonly layers: readonly Stored[] };

/** Images that between them have all that a layer can hold, right and strange. */
export function handMade(): readonly HandMade[] {
  const of = (name: string, ...layers: readonly (readonly Member[])[]) => ({
    name,
    layers: layers.map((members) => ({ tar: tarOf(members) })),
  });
  return [
    of("attributes, devices and hard links across three layers with whiteouts", ...threeLayers),
    {
      name: "zstd and uncompressed layers",
      layers: threeLayers.map((members, index) => ({
        tar: tarOf(members),
        compression: (["zstd", "none", "gzip"] as const)[index] ?? "gzip",
      })),
    },
    of("names, long and strange", names),
    of("times before 1970 and to the nanosecond", times),
    of("links in the place of parents", ...linkedParents),
    of("whiteouts before, after and beside what a layer writes", ...whiteouts),
    of("one kind of file in the place of another", ...replacements),
    of("a directory after what is in it", [
      { name: "./" },
      { name: "b/" },
      { name: "b/c", data: "c" },
      { name: "b/", mtime: 7 },
      { name: "./", mtime: 8, mode: 0o750, uid: 3 },
    ]),
    of("sparse files of PAX 0.0, 0.1 and 1.0", sparse),
    of("the same name more than once", [
      { name: "a", data: "first" },
      { name: "b", type: "1", link: "a" },
      { name: "a", data: "second", mode: 0o600 },
      { name: "d/", mode: 0o700 },
      { name: "d/x", data: "x" },
      { name: "d/", mode: 0o711, mtime: 5 },
    ]),
    of("numbers in base 256 and names in a prefix", [
      { name: "big", raw: { 108: base256(4294967294n, 8), 116: base256(2000000n, 8) } },
      { name: "deep/" },
      { name: `deep/${"p".repeat(90)}/` },
      { name: "file", prefix: `deep/${"p".repeat(90)}`, data: "x" },
      { name: "old", type: "\0", magic: "\0\0\0\0\0\0\0\0", data: "v7" },
      { name: "olddir/", type: "\0", magic: "\0\0\0\0\0\0\0\0" },
    ]),
    of("default ACLs are not inherited", [
      { name: "acl/", pax: { "SCHILY.xattr.system.posix_acl_default": defaultAcl } },
      { name: "acl/file", data: "x" },
      { name: "acl/dir/" },
    ]),
    of("setgid directories", [
      { name: "s/", mode: 0o2775, gid: 50 },
      { name: "s/file", data: "x", mode: 0o4755, uid: 7 },
      { name: "s/dir/", mode: 0o1777 },
      { name: "s/link", type: "2", link: "../../../x", uid: 9 },
    ]),
  ];
}

const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");
/** user::rwx, user:1000:rwx, group::r-x, mask::rwx, other::r-x (linux/posix_acl_xattr.h) */
const defaultAcl = Buffer.from(
  "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff",
  "hex",
);

const threeLayers: readonly (readonly Member[])[] = [
  [
    { name: "./", mode: 0o711, mtime: 77 },
    { name: "./etc/", mode: 0o755, mtime: 100 },
    {
      name: "./etc/one",
      data: "one",
      pax: { "SCHILY.xattr.user.note": "a\nb\0c", mtime: "1700000000.123456789" },
    },
    { name: "./etc/two", type: "1", link: "./etc/one" },
    { name: "./bin/", pax: { "SCHILY.xattr.trusted.mine": Buffer.from([0, 1, 255]) } },
    {
      name: "./bin/ping",
      mode: 0o4755,
      data: "ping",
      pax: { "SCHILY.xattr.security.capability": capability },
    },
    { name: "./dev/" },
    { name: "./dev/null", type: "3", mode: 0o666, major: 1, minor: 3 },
    { name: "./dev/sda", type: "4", mode: 0o660, gid: 6, major: 8, minor: 0 },
    { name: "./dev/high", type: "3", major: 259, minor: 300 },
    { name: "./dev/pipe", type: "6", mode: 0o600, uid: 12 },
    { name: "./gone/" },
    { name: "./gone/a", data: "a" },
    { name: "./opaque/", mtime: 200 },
    { name: "./opaque/a", data: "a" },
    { name: "./opaque/sub/" },
    { name: "./opaque/sub/b", data: "b" },
  ],
  [
    { name: "./etc/", mtime: 300 },
    { name: "./etc/three", type: "1", link: "./etc/one" },
    { name: "./.wh.gone" },
    { name: "./bin/.wh.ping" },
    { name: "./opaque/.wh..wh..opq" },
    { name: "./opaque/new", data: "new" },
    { name: "./dev/.wh.sda" },
  ],
  [
    { name: "./etc/four", type: "1", link: "./etc/three" },
    { name: "./etc/.wh.one" },
    { name: "./dev/pipe", data: "no pipe any more" },
    { name: "./bin/", mode: 0o700, mtime: 400 },
  ],
];

const names: readonly Member[] = [
  { name: "a\nb", data: "newline" },
  { name: "a\\b", data: "backslash" },
  { name: "a\x01\x1b[31m", data: "control" },
  { name: "caf\xe9", data: "latin1" },
  { name: "caf\xc3\xa9", data: "utf-8" },
  { name: "\xff\xfe\x80", data: "no character set" },
  { name: "\xff\xfe\x80dir/" },
  { name: "\xff\xfe\x80dir/\xe9", type: "2", link: "\xff/\xe9" },
  { name: "\xff\xfe\x80dir/hard", type: "1", link: "caf\xe9" },
  { name: "space and 'quotes' \"both\"", data: "q" },
  { name: "-rf", data: "dash" },
  { name: "x", data: "long", pax: { path: `${"l".repeat(255)}` } },
  { name: "d", type: "5", pax: { path: `${"m".repeat(200)}/` } },
  {
    name: "x",
    type: "2",
    pax: { path: `${"m".repeat(200)}/${"n".repeat(200)}`, linkpath: "t".repeat(3000) },
  },
  { name: "././@LongLink", type: "L", data: `${"g".repeat(180)}\0`, magic: "ustar  \0" },
  { name: "short", data: "gnu", magic: "ustar  \0" },
  { name: "././@LongLink", type: "K", data: `${"k".repeat(180)}\0`, magic: "ustar  \0" },
  { name: "gnu-link", type: "2", link: "short", magic: "ustar  \0" },
  { name: "binary", data: "b", pax: { hdrcharset: "BINARY", path: "bin\xe9\xff" } },
  { name: "/absolute/", mtime: 3 },
  { name: "//absolute//file", data: "x" },
  { name: "./a/", mtime: 9 },
  { name: "./a/../inner", data: "dots" },
];

const sparse: readonly Member[] = [
  {
    name: "zero-zero",
    data: "abcd",
    pax: {
      "GNU.sparse.size": "5000",
      "GNU.sparse.numblocks": "1",
      "GNU.sparse.offset": "4096",
      "GNU.sparse.numbytes": "4",
    },
  },
  {
    name: "x",
    data: "abcd",
    pax: {
      "GNU.sparse.size": "9",
      "GNU.sparse.numblocks": "2",
      "GNU.sparse.map": "0,2,7,2",
      "GNU.sparse.name": "zero-one",
    },
  },
  {
    name: "x",
    data: Buffer.concat([Buffer.from("2\n0\n3\n1000000\n1\n".padEnd(512, "\0")), Buffer.from("abcd")]),
    pax: {
      "GNU.sparse.major": "1",
      "GNU.sparse.minor": "0",
      "GNU.sparse.realsize": "1000001",
      "GNU.sparse.name": "one-zero",
    },
  },
];

const times: readonly Member[] = [
  { name: "t/", pax: { mtime: "1234567890.000000001", atime: "5.5" } },
  { name: "t/file", data: "x", pax: { mtime: "-1.5" } },
  { name: "t/link", type: "2", link: "file", pax: { mtime: "1700000000.999999999" } },
  { name: "t/fifo", type: "6", mtime: 0 },
  { name: "t/sub/", pax: { mtime: "4294967296.25" } },
  { name: "t/sub/late", data: "y", mtime: 2 ** 31 },
  { name: "t/many", data: "y", pax: { mtime: "1.1234567899999" } },
];

const linkedParents: readonly (readonly Member[])[] = [
  [
    { name: "usr/" },
    { name: "usr/lib/", mtime: 11 },
    { name: "lib", type: "2", link: "usr/lib" },
    { name: "abs", type: "2", link: "/usr/lib" },
    { name: "up", type: "2", link: "../../../../usr/lib" },
    { name: "two", type: "2", link: "abs" },
  ],
  [
    { name: "lib/a", data: "a" },
    { name: "abs/b", data: "b" },
    { name: "up/c", data: "c" },
    { name: "two/d/", mtime: 12 },
    { name: "two/d/e", data: "e" },
    { name: "hard", type: "1", link: "two/d/e" },
    { name: "hard-to-link", type: "1", link: "lib" },
  ],
  [{ name: "abs/.wh.a" }, { name: "lib/d/.wh..wh..opq" }, { name: "up/d/f", data: "f" }],
];

const whiteouts: readonly (readonly Member[])[] = [
  [
    { name: "d/", mtime: 1 },
    { name: "d/old", data: "old" },
    { name: "d/both", data: "old" },
    { name: "d/sub/", mtime: 2 },
    { name: "d/sub/old", data: "old" },
    { name: "e/", mtime: 3 },
    { name: "e/old", data: "old" },
    { name: "f", data: "file" },
    { name: ".wh.nothing-below" },
  ],
  [
    { name: "d/both", data: "new" },
    { name: "d/.wh.both" },
    { name: "d/.wh..wh..opq" },
    { name: "e/.wh.old" },
    { name: "e/old", data: "new" },
    { name: "e/.wh.never" },
    { name: "f/.wh.inside-a-file" },
    { name: "no/such/.wh.directory" },
    { name: "no/such/.wh..wh..opq" },
    { name: ".wh.f/" },
  ],
];

const replacements: readonly (readonly Member[])[] = [
  [
    { name: "file", data: "x" },
    { name: "dir/", mtime: 1 },
    { name: "dir/a/" },
    { name: "dir/a/b", data: "b" },
    { name: "link", type: "2", link: "dir" },
    { name: "fifo", type: "6" },
    { name: "twin", type: "1", link: "file" },
    { name: "kept/", mode: 0o700, pax: { "SCHILY.xattr.user.old": "1", "SCHILY.xattr.user.both": "1" } },
    { name: "kept/inside", data: "i" },
  ],
  [
    { name: "file/", mtime: 2 },
    { name: "file/inside", data: "i" },
    { name: "dir", data: "a file now" },
    { name: "link/", mtime: 3 },
    { name: "link/in", data: "not through the link" },
    { name: "fifo", type: "2", link: "twin" },
    { name: "twin", data: "alone", mode: 0o600 },
    {
      name: "kept/",
      mode: 0o755,
      mtime: 4,
      pax: { "SCHILY.xattr.user.new": "2", "SCHILY.xattr.user.both": "2" },
    },
  ],
];
