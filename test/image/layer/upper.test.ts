import { expect, test } from "vitest";
import { UpperPaths } from "../../../src/image/layer/upper.ts";

test("paths and their parents are remembered, and nothing else", () => {
  const upper = new UpperPaths();
  for (let at = 0; at < 5000; at++) upper.add(`d${at % 7}/sub/${at}`);
  upper.add("d0/sub/0");
  for (let at = 0; at < 5000; at++) expect(upper.has(`d${at % 7}/sub/${at}`)).toBe(true);
  for (const path of ["", "d0", "d6/sub"]) expect(upper.has(path)).toBe(true);
  for (let at = 0; at < 5000; at++) expect(upper.has(`d${at % 7}/sub/${at}x`)).toBe(false);
  expect(upper.has("d7")).toBe(false);
});
