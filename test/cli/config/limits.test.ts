import { describe, expect, test } from "vitest";
import { parseLimits } from "../../../src/cli/config/limits.ts";

describe("--limit", () => {
  test.each([
    [[], {}],
    [["entries=5"], { entries: 5 }],
    [["bytes=1g", "ratio=500", "bytes=2g"], { bytes: 2 ** 31, ratio: 500 }],
    [
      ["path-length=4000", "header-bytes=2m", "ratio-from=1g"],
      { pathLength: 4000, headerBytes: 2 ** 21, ratioFrom: 2 ** 30 },
    ],
  ])("%j", (values, limits) => {
    expect(parseLimits(values)).toEqual(limits);
  });

  test.each(["", "entries", "entries=", "entries=0", "entries=-1", "Bytes=1", "toString=1", "ratio=much"])(
    "%j is refused",
    (value) => {
      expect(() => parseLimits([value])).toThrow(/--limit|size/);
    },
  );
});
