import { base256, memberBytes, paxData, tarOf } from "../layers.ts";
import { type Attack, malformed, one } from "./attack.ts";

export function archiveAttacks(): readonly Attack[] {
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
