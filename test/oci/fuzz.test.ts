import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorCodes, OcilabError } from "../../src/base/errors.ts";
import { configOf, indexOf, manifestOf } from "../../src/image/documents.ts";
import { parseEndpoint } from "../../src/image/sources/daemon/endpoint.ts";
import { parseDockerManifest } from "../../src/image/sources/docker-manifest.ts";
import { parseDigest } from "../../src/oci/digest.ts";
import type { Descriptor, Digest } from "../../src/oci/image.ts";
import { mediaTypes } from "../../src/oci/media-types.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import { formatReference, parseReference } from "../../src/oci/reference.ts";
import { formatRegistryName, readRegistryName } from "../../src/oci/registry-name.ts";

/** Inputs by target, one a file: seeds to mutate, and what once broke something. What a run finds is added here. */
const corpus = join(import.meta.dirname, "fuzz-corpus");
const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env["FUZZ_RUNS"] ?? 1000);

/** Each reads a text, or throws an error of ours. */
const targets: Readonly<Record<string, (text: string) => unknown>> = {
  manifest: (text) => manifestOf(text, described(mediaTypes.manifest, text)),
  index: (text) => indexOf(text, described(mediaTypes.index, text)),
  config: (text) => configOf(text, described(mediaTypes.config, text)),
  "docker-manifest": (text) => parseDockerManifest(text, "manifest.json"),
  reference(text) {
    const reference = parseReference(text);
    if (reference.kind !== "registry") expect(formatReference(reference)).toBe(text);
  },
  "registry-name"(text) {
    const read = readRegistryName(text);
    if (read.ok) expect(readRegistryName(formatRegistryName(read.reference))).toEqual(read);
  },
  digest: parseDigest,
  platform: parsePlatform,
  "daemon-address": (text) => parseEndpoint(text, { from: "DOCKER_HOST" }),
};

describe("whatever it is given, it is read or refused", () => {
  for (const [name, read] of Object.entries(targets)) {
    const seeds = seedsOf(name);
    test.each(seeds)(`${name}: %s of the corpus`, (_file, text) => {
      readsOrRefuses(read, text);
    });

    test(`${name}: ${runs} mutations (SEED=${seed} repeats this run)`, () => {
      expect(seeds.length).toBeGreaterThan(2);
      const texts = seeds.map(([, text]) => text).filter((text) => text.length < 20_000);
      fc.assert(
        fc.property(mutated(texts), (text) => readsOrRefuses(read, text)),
        { seed, numRuns: runs },
      );
    });
  }
});

test("every folder of the corpus has its target", () => {
  expect(readdirSync(corpus).sort()).toEqual(Object.keys(targets).sort());
});

/** The error of a refusal is documented and bounded, and says what and why. */
function readsOrRefuses(read: (text: string) => unknown, text: string): void {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof OcilabError)) throw error;
    expect(Object.keys(errorCodes)).toContain(error.code);
    expect(error.code).not.toBe("host.internal");
    expect(error.doing.length * error.got.length).toBeGreaterThan(0);
    expect(error.message.length).toBeLessThan(20_000);
    expect(/[\u0000-\u0008\u000b-\u001f\u007f]/.test(error.message)).toBe(false);
  }
}

function described(mediaType: string, text: string): Descriptor {
  return { mediaType, digest: `sha256:${"0".repeat(64)}` as Digest, size: Buffer.byteLength(text) };
}

/** The texts of a folder of the corpus. A file that ends in .repeat says how to make one. */
function seedsOf(name: string): readonly (readonly [file: string, text: string])[] {
  return readdirSync(join(corpus, name)).map((file) => {
    const text = readFileSync(join(corpus, name, file), "utf8");
    return [file, file.endsWith(".repeat") ? repeated(text) : text.replace(/\n$/, "")] as const;
  });
}

/** "COUNT TEXT" on each line: for what is too long to be stored. */
function repeated(text: string): string {
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => line.slice(line.indexOf(" ") + 1).repeat(Number(line.split(" ")[0]))).join("");
}

const strange = fc.constantFrom(
  ...[
    "\0",
    "\u{feff}",
    "\ud800",
    "\u2028",
    "\u202e",
    "\r",
    "\n",
    "%",
    "\\",
    '"',
    "'",
    "../",
    "//",
    ":",
    "@",
    "#",
    "?",
    " ",
  ],
  ...[
    "null",
    "true",
    "-1",
    "1e309",
    "-0",
    "0.1",
    "18446744073709551616",
    "{}",
    "[]",
    '""',
    "__proto__",
    "constructor",
  ],
  ...["sha256:", "sha512:", "a".repeat(300), "0".repeat(64), "application/", "+gzip", "ß", "🐳"],
);

/** A text of the corpus with some edits: at any place something is put in, taken out, doubled, or brought in from another. */
function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const whole = fc.constantFrom(...texts);
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    kind: fc.constantFrom("put", "take", "double", "bring", "value"),
    word: fc.oneof(strange, fc.string({ maxLength: 4 })),
    other: whole,
  });
  return fc.tuple(whole, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([text, edits]) => {
    let made = text;
    for (const { at, length, kind, word, other } of edits) {
      const from = Math.floor(at * made.length);
      const piece = made.slice(from, from + length);
      if (kind === "value") made = withValue(made, { at, value: word });
      else if (kind === "put") made = made.slice(0, from) + word + made.slice(from);
      else if (kind === "take") made = made.slice(0, from) + made.slice(from + length);
      else if (kind === "double") made = made.slice(0, from) + piece.repeat(3) + made.slice(from);
      else
        made = made.slice(0, from) + other.slice(Math.floor(at * other.length)) + made.slice(from + length);
    }
    return made;
  });
}

/** The text of a JSON document with one of its values replaced, so that it stays JSON; any other text as it is. */
function withValue(text: string, { at, value }: { readonly at: number; readonly value: string }): string {
  const values = [...text.matchAll(/"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null/g)];
  const chosen = values[Math.floor(at * values.length)];
  if (chosen === undefined) return text;
  const json = /^(?:null|true|-1|1e309|-0|0\.1|\d+|\{\}|\[\]|"")$/.test(value)
    ? value
    : JSON.stringify(value);
  return text.slice(0, chosen.index) + json + text.slice(chosen.index + chosen[0].length);
}
