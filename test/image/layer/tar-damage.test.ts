import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "../../../src/image/layer/bytes.ts";
import { planEntry } from "../../../src/image/layer/plan.ts";
import { Refusal } from "../../../src/image/layer/refusal.ts";
import { TarReader } from "../../../src/image/layer/tar.ts";
import { paxData, tarOf } from "../../support/layers.ts";

const archive = tarOf([
  { name: "g", type: "g", data: paxData({ uid: "5" }) },
  { name: "d/" },
  { name: "d/f", data: "x".repeat(700), pax: { mtime: "1.5", "SCHILY.xattr.user.a": "b", path: "d/long" } },
  { name: "L", type: "L", data: "name\0" },
  { name: "s", data: "abcd", pax: { "GNU.sparse.map": "0,2,9,2", "GNU.sparse.size": "20" } },
  {
    name: "t",
    data: "1\n0\n4\n".padEnd(512, "\0").concat("abcd"),
    pax: { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" },
  },
  { name: "h", type: "1", link: "d/f" },
  { name: "c", type: "3", major: 1, minor: 3 },
]);

/** Put right the checksums that the damage broke, so that it reaches what lies behind them. */
function withChecksums(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block.toString("latin1", 257, 262) !== "ustar") continue;
    block.write("        ", 148, 8, "latin1");
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  }
  return bytes;
}

test("a damaged archive is read or refused, and nothing else happens", () => {
  const damage = fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  let refused = 0;
  let runs = 0;
  fc.assert(
    fc.property(damage, fc.boolean(), (bytes, repair) => {
      const damaged = Buffer.from(archive);
      for (const [at, byte] of bytes) damaged[at] = byte;
      runs++;
      try {
        readAll(repair ? withChecksums(damaged) : damaged);
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
    { numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(runs / 20);
  expect(refused).toBeLessThan(runs);
});

function readAll(bytes: Buffer): void {
  const pieces = [bytes];
  const tar = new TarReader(new ByteReader(() => pieces.pop() ?? Buffer.alloc(0)), { headerBytes: 4096 });
  for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
    planEntry(entry, { pathLength: 1000 });
    let end = 0;
    tar.data((piece, position) => {
      expect(position).toBeGreaterThanOrEqual(end);
      end = position + piece.length;
    });
    expect(end).toBeLessThanOrEqual(entry.size);
  }
}
