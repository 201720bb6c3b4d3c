import { base256 } from "../layers.ts";
import { type Attack, entry, malformed, one } from "./attack.ts";

export function nameAttacks(canary: string): readonly Attack[] {
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
