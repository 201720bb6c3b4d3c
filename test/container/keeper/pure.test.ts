import { describe, expect, test } from "vitest";
import { parseDetachKeys, watchKeys } from "../../../src/container/detach-keys.ts";
import { encodeBytes, encodeFrame, frameReader } from "../../../src/container/keeper/frames.ts";
import { decodeLogLine, encodeLog } from "../../../src/container/keeper/log-file.ts";

describe("detach keys", () => {
  test.each([
    ["ctrl-p,ctrl-q", [16, 17]],
    ["ctrl-@", [0]],
    ["ctrl-[", [27]],
    ["ctrl-_", [31]],
    ["CTRL-A,x", [1, 120]],
    ["", []],
  ])("%j is %j", (text, keys) => {
    expect(parseDetachKeys(text)).toEqual(keys);
  });

  test.each(["ctrl-", "ctrl-1", "ab", "a,,b", "é", "ctrl-pp"])("%j is refused", (text) => {
    expect(() => parseDetachKeys(text)).toThrow(expect.objectContaining({ code: "usage.bad-argument" }));
  });

  test.each([
    { keys: "ctrl-p,ctrl-q", typed: ["a\u0010\u0011b"], passed: "a", left: true },
    { keys: "ctrl-p,ctrl-q", typed: ["a\u0010", "\u0011"], passed: "a", left: true },
    { keys: "ctrl-p,ctrl-q", typed: ["a\u0010", "b"], passed: "a\u0010b", left: false },
    { keys: "ctrl-p,ctrl-q", typed: ["\u0010\u0010\u0011"], passed: "\u0010", left: true },
    { keys: "ctrl-p,ctrl-q", typed: ["\u0011\u0010"], passed: "\u0011", left: false },
    { keys: "q", typed: ["ab", "q"], passed: "ab", left: true },
    { keys: "a,a,b", typed: ["aab"], passed: "", left: true },
    { keys: "", typed: ["\u0010\u0011"], passed: "\u0010\u0011", left: false },
  ])("$keys in $typed", ({ keys, typed, passed, left }) => {
    const watch = watchKeys(parseDetachKeys(keys));
    const seen = typed.map((text) => watch(Buffer.from(text)));
    expect(Buffer.concat(seen.map(({ pass }) => pass)).toString()).toBe(passed);
    expect(seen.some(({ matched }) => matched)).toBe(left);
  });
});

describe("frames", () => {
  test("come out as they went in, however they are cut", () => {
    const bytes = Buffer.from("x".repeat(200_000));
    const all = Buffer.concat([
      encodeFrame("hello", "{}"),
      encodeBytes("output", bytes),
      encodeFrame("input-end"),
    ]);
    for (const size of [1, 3, 70_000, all.length]) {
      const { push } = frameReader();
      const frames = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        push(all.subarray(index * size, (index + 1) * size)),
      ).flat();
      const output = frames.filter(({ kind }) => kind === "output").map(({ payload }) => payload);
      expect(frames.map(({ kind }) => kind).filter((kind) => kind !== "output")).toEqual([
        "hello",
        "input-end",
      ]);
      expect(Buffer.concat(output).equals(bytes)).toBe(true);
    }
  });

  test.each([[Buffer.from([99, 0, 0, 0, 0])], [Buffer.from([1, 255, 255, 255, 255])]])(
    "%j is none",
    (bytes) => {
      expect(() => frameReader().push(bytes)).toThrow(TypeError);
    },
  );
});

test.each(["a\n", "a", "a\nb", "\n\n", "\u0000\u00ff\n", "", "a b F c\n"])("%j survives the log", (text) => {
  const log = encodeLog("stderr", Buffer.from(text, "latin1"), new Date(0));
  const lines = log.toString("latin1").split("\n").slice(0, -1);
  const entries = lines.map((line) => decodeLogLine(Buffer.from(line, "latin1")));
  expect(Buffer.concat(entries.map((entry) => entry?.bytes ?? Buffer.from("?"))).toString("latin1")).toBe(
    text,
  );
  for (const entry of entries)
    expect(entry).toMatchObject({ stream: "stderr", time: "1970-01-01T00:00:00.000Z" });
});
