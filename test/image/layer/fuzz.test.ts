import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../../src/image/layer/bytes.ts";
import { planEntry } from "../../../src/image/layer/plan.ts";
import { Refusal } from "../../../src/image/layer/refusal.ts";
import { TarReader } from "../../../src/image/layer/tar.ts";
import { mutate, newRandom } from "../../support/tar-mutations.ts";

// Archives that GNU tar and bsdtar wrote in each of their formats, and such as once led the reader astray (found-*).
const folder = join(import.meta.dirname, "corpus");
const corpus = readdirSync(folder).map((name) => ({
  name,
  bytes: gunzipSync(readFileSync(join(folder, name))),
}));
/** How long to look for trouble; OCILAB_FUZZ_SECONDS=600 looks longer, and from another place. */
const seconds = Number(process.env["OCILAB_FUZZ_SECONDS"] ?? 4);
const firstSeed = process.env["OCILAB_FUZZ_SECONDS"] === undefined ? 1 : Date.now();

describe("the corpus", () => {
  test.each(corpus)("$name is read alike in pieces of any size", ({ bytes }) => {
    const whole = outcome(bytes, bytes.length);
    for (const step of [1, 7, 511, 512, 513, 10_240]) expect(outcome(bytes, step)).toBe(whole);
  });
});

test("mutations of real archives are read or refused, alike in pieces of any size", () => {
  let refused = 0;
  let runs = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end; runs++) {
    const seed = firstSeed + runs;
    const random = newRandom(seed);
    const bytes = mutate(random, corpus);
    const whole = outcome(bytes, bytes.length);
    if (whole.includes("refused:")) refused++;
    if (runs % 4 === 0) expect(outcome(bytes, 1 + random(3000)), `seed ${seed}`).toBe(whole);
  }
  expect(runs).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(runs / 10);
  expect(refused).toBeLessThan(runs);
});

/** All that is read of an archive that comes in pieces, and how it ended. Throws for what no archive may do. */
function outcome(archive: Buffer, step: number): string {
  let at = 0;
  const next = (): Buffer => {
    at += step;
    return archive.subarray(at - step, at);
  };
  const tar = new TarReader(new ByteReader(next), { headerBytes: 65_536 });
  const said: string[] = [];
  try {
    for (let entry = tar.next(); entry !== undefined; entry = tar.next()) {
      const { attributes, ...rest } = entry;
      said.push(
        say({ ...rest, attributes: [...attributes], change: planEntry(entry, { pathLength: 1000 }) }),
      );
      if (entry.type === "file") checkData(tar, entry.size);
      if (said.length > archive.length / 512) throw new Error("more entries than blocks");
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    said.push(`refused: ${error.code} ${tar.name} ${error.because}`);
  }
  return said.join("\n");
}

function checkData(tar: TarReader, size: number): void {
  let end = 0;
  tar.data((piece, position) => {
    if (piece.length === 0) throw new Error("an empty piece");
    if (position < end) throw new Error("data that goes back");
    end = position + piece.length;
  });
  if (end > size) throw new Error("more data than the file has room for");
}

function say(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part));
}
