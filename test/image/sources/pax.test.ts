import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "../../../src/image/layer/bytes.ts";
import { TarReader } from "../../../src/image/layer/tar.ts";
import { entryHeader, type PaxEntry, paddingOf } from "../../../src/image/sources/rootfs/pax.ts";

const letters = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
const part = fc
  .array(letters, { minLength: 1, maxLength: 180 })
  .map((codes) => codes.join("").replaceAll("/", "_"))
  .filter((text) => text !== "." && text !== "..");
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `./${parts.join("/")}`);
const id = fc.oneof(fc.nat(3000), fc.nat(2 ** 31 - 1), fc.constantFrom(0o7777777, 0o10000000, 2 ** 32 - 2));
const attribute = fc.tuple(
  part.map((text) => `user.${text.replaceAll("=", "_")}`),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const common = fc.record({
  name,
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  mtime: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 20n }),
  attributes: fc.uniqueArray(attribute, { maxLength: 3, selector: ([key]) => key }),
});
const kind = fc.oneof(
  fc.constantFrom({ type: "directory" } as const, { type: "fifo" } as const),
  fc.record({ type: fc.constantFrom("symlink", "hard-link"), target: name }),
  fc.record({
    type: fc.constantFrom("character", "block"),
    major: fc.nat(4095),
    minor: fc.nat(1_048_575),
  }),
  fc.record({ type: fc.constant("file"), size: fc.nat(2000) }),
  fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 900 })), { maxLength: 40 }).map((gaps) => {
    let at = 0;
    const sparse = gaps.map(([gap, length]) => {
      const offset = at + gap;
      at = offset + length;
      return { offset, length };
    });
    return { type: "file" as const, size: at + 77, sparse };
  }),
);
const entries = fc.array(
  fc.tuple(common, kind).map(([said, kinds]) => ({ ...said, ...kinds }) as PaxEntry),
  { maxLength: 5 },
);

test("what is written of any entry is what the layer reader reads", () => {
  fc.assert(
    fc.property(entries, (written) => {
      const archive = Buffer.concat([...written.flatMap(blocksOf), Buffer.alloc(1024)]);
      expect(archive.length % 512).toBe(0);
      expect(readAll(archive)).toEqual(written.map(expected));
    }),
    { numRuns: 400 },
  );
});

function blocksOf(entry: PaxEntry): readonly Buffer[] {
  return [entryHeader(entry), contentOf(entry), Buffer.alloc(paddingOf(entry))];
}

/** The stored bytes of a file: "a", "b", … for each stretch. */
function contentOf(entry: PaxEntry): Buffer {
  if (entry.type !== "file") return Buffer.alloc(0);
  const stretches = entry.sparse ?? [{ offset: 0, length: entry.size }];
  return Buffer.concat(stretches.map(({ length }, at) => Buffer.alloc(length, 97 + (at % 26))));
}

function expected(entry: PaxEntry) {
  const { attributes, ...rest } = entry;
  const whole = Buffer.alloc(entry.type === "file" ? entry.size : 0, ".");
  const stretches = entry.type === "file" ? (entry.sparse ?? [{ offset: 0, length: entry.size }]) : [];
  for (const [at, { offset, length }] of stretches.entries())
    whole.fill(97 + (at % 26), offset, offset + length);
  return {
    type: rest.type,
    name: rest.name,
    link: "target" in rest ? rest.target : "",
    owner: [rest.uid, rest.gid, rest.mode],
    mtime: rest.mtime,
    device: "major" in rest ? [rest.major, rest.minor] : [0, 0],
    attributes: new Map(attributes),
    content: whole.toString("latin1"),
  };
}

function readAll(archive: Buffer) {
  let given = false;
  const next = (): Buffer => {
    const piece = given ? Buffer.alloc(0) : archive;
    given = true;
    return piece;
  };
  const tar = new TarReader(new ByteReader(next), { headerBytes: 2 ** 20 });
  const found: ReturnType<typeof expected>[] = [];
  for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
    const whole = Buffer.alloc(entry.size, ".");
    tar.data((piece, position) => piece.copy(whole, position));
    found.push({
      type: entry.type,
      name: entry.name,
      link: entry.linkName,
      owner: [entry.uid, entry.gid, entry.mode],
      mtime: entry.mtime,
      device: [entry.major, entry.minor],
      attributes: new Map(entry.attributes),
      content: whole.toString("latin1"),
    });
  }
  return found;
}
