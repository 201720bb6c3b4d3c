import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../../../src/container/keeper/log-file.ts";
import { scratch } from "../../support/scratch.ts";

const linesOf = (path: string) => readFileSync(path, "latin1").trimEnd().split("\n");

test.each([
  ["printed at once", [2000]],
  ["printed line by line", Array.from({ length: 2000 }, () => 1)],
  ["printed in bursts of odd sizes", [700, 1, 299, 1000]],
])("two thousand lines %s take at most twice the limit, the latest of them", async (_, bursts) => {
  await using place = scratch();
  const files = { log: join(place.path, "log"), olderLog: join(place.path, "log.1") };
  const log = openLog(files, 8192);
  let at = 0;
  for (const burst of bursts) {
    const text = Array.from({ length: burst }, () => `line ${at++}\n`).join("");
    log.write("stdout", Buffer.from(text), new Date(0));
  }
  log.close();
  expect(statSync(files.log).size).toBeLessThanOrEqual(8192);
  expect(statSync(files.olderLog).size).toBeLessThanOrEqual(8192);
  expect(statSync(files.olderLog).size).toBeGreaterThan(6144);
  const kept = [...linesOf(files.olderLog), ...linesOf(files.log)].map((line) => line.split(" ").at(-1));
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => String(2000 - kept.length + index)));
});

test("a line longer than the limit is kept whole", async () => {
  await using place = scratch();
  const files = { log: join(place.path, "log"), olderLog: join(place.path, "log.1") };
  const log = openLog(files, 100);
  log.write("stdout", Buffer.from(`short\n${"x".repeat(500)}\nlast\n`), new Date(0));
  log.close();
  expect(linesOf(files.olderLog).join("")).toContain("x".repeat(500));
  expect(linesOf(files.log).join("")).toMatch(/F last$/);
});
