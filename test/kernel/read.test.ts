import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelFiles } from "../../src/kernel/files.ts";
import { good } from "../../src/kernel/parse/parsed.ts";
import { readFirstLine, rememberLast } from "../../src/kernel/read.ts";
import { scratch } from "../support/scratch.ts";

test.each([
  ["a short line", "00400000 default\nmore\n", "00400000 default\n"],
  ["a line alone", "only", "only"],
  ["nothing", "", ""],
  ["a line longer than what is read at first", `${"x".repeat(500)}\nmore\n`, `${"x".repeat(500)}\n`],
])("the first line of a file: %s", async (_, text, first) => {
  await using place = scratch();
  const path = join(place.path, "file");
  writeFileSync(path, text);
  expect(await readFirstLine(kernelFiles, path, good)).toEqual({ source: path, ok: true, value: first });
});

test("the first line of a file that is not there", async () => {
  const path = "/proc/none/numa_maps";
  expect(await readFirstLine(kernelFiles, path, good)).toMatchObject({ ok: false, reason: "absent" });
});

test("a text is parsed again only when it is another", () => {
  const seen: string[] = [];
  const parse = rememberLast((text) => {
    seen.push(text);
    return good(text.length);
  });
  expect(["a", "a", "bb", "a"].map((text) => parse(text))).toEqual([1, 1, 2, 1].map(good));
  expect(seen).toEqual(["a", "bb", "a"]);
});
