import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { OcilabError } from "../../src/base/errors.ts";
import { errorReport, renderError } from "../../src/cli/render/error.ts";
import { renderAudit } from "../../src/cli/render/findings.ts";
import { renderProblems } from "../../src/cli/render/problems.ts";
import { renderRemoval } from "../../src/cli/render/removal.ts";
import { table } from "../../src/cli/render/table.ts";
import { cut, paint, terminalOf, widthOf, wrap } from "../../src/cli/render/terminal.ts";
import { brief, bytes } from "../../src/cli/render/value.ts";
import { parseDigest } from "../../src/oci/digest.ts";

const plain = { colours: false, columns: 80 };
const hostile = "a\x1b[31mb\x07\u202e\nc\x9b";

describe("colours", () => {
  test.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: "1" }, false],
    [{ isTTY: true }, { NO_COLOR: "" }, true],
    [{ isTTY: true }, { TERM: "dumb" }, false],
    [{}, {}, false],
    [{}, { FORCE_COLOR: "1" }, true],
    [{ isTTY: true }, { FORCE_COLOR: "0" }, false],
    [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("%j with %j", (stream, env, colours) => {
    expect(terminalOf(stream, env).colours).toBe(colours);
  });

  test("nothing is painted without them", () => {
    expect(paint("x", "red", plain)).toBe("x");
    expect(paint("x", "red", { ...plain, colours: true })).toBe("\x1b[31mx\x1b[39m");
  });
});

describe("width", () => {
  test.each([
    ["abc", 3],
    ["\x1b[31mabc\x1b[39m", 3],
    ["日本", 4],
    ["e\u0301", 1],
  ])("%j takes %i columns", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
  test("a removal that is only asked about says what would be", () => {
    const gone = { untagged: ["a:1"], images: [], blobs: [], partials: [], bytes: 1024 };
    const value = { ...gone, snapshots: [parseDigest(`sha256:${"0".repeat(64)}`)] };
    expect(renderRemoval(value, plain)).toBe("untagged a:1\n1 unpacked layer removed, 1 KiB freed\n");
    expect(renderRemoval({ ...value, dryRun: true }, plain)).toBe(
      "would be untagged a:1\n1 unpacked layer would be removed, 1 KiB would be free\n",
    );
  });

  test("cut keeps to the width", () => {
    expect(cut("abcdef", 4)).toBe("abc…");
    expect(widthOf(cut("日本日本", 5))).toBeLessThanOrEqual(5);
    expect(cut("abc", 3)).toBe("abc");
  });
  test("wrap keeps long words whole", () => {
    expect(wrap("aa bb cccccccc d", 5, " ")).toBe("aa bb\n cccccccc\n d");
  });
});

test("a table aligns its columns and cuts the last to the terminal", () => {
  const rows = [
    ["a", "bb", "c".repeat(200)],
    ["aaa", "b", "c"],
  ];
  const text = table(rows, { terminal: { colours: false, columns: 40 } });
  expect(text).toBe(`a    bb  ${"c".repeat(30)}…\naaa  b   c\n`);
});

test.each([
  [undefined, "nothing"],
  ["", '""'],
  [[], "none"],
  [["a", 1], "a, 1"],
  [18446744073709551615n, "18446744073709551615"],
  [{ soft: 18446744073709551615n }, "soft 18446744073709551615"],
  [{ deep: { soft: 18446744073709551615n } }, "deep {soft 18446744073709551615}"],
  [{}, "nothing"],
  [true, "true"],
])("a value is shown on one line: %#", (value, shown) => {
  expect(brief(value)).toBe(shown);
});

test.each([
  [0, "0 B"],
  [1536, "1.5 KiB"],
  [67108864, "64 MiB"],
])("%i bytes are %s", (number, shown) => {
  expect(bytes(number)).toBe(shown);
});

const findings: readonly Finding[] = [
  {
    at: "/process/noNewPrivileges",
    asked: true,
    seen: true,
    source: "/proc/7/status NoNewPrivs",
    verdict: "kept",
  },
  {
    at: "/linux/resources/pids/limit",
    asked: 32,
    seen: 64,
    source: "/sys/fs/cgroup/pids/x/pids.max",
    verdict: "broken",
    why: "64 is not 32",
  },
  { at: `/annotations/${hostile}`, asked: hostile, source: hostile, verdict: "unseen", why: hostile },
];

describe("an audit", () => {
  const value = { id: "web", kept: 1, broken: 1, unseen: 1, findings };
  test("has a line each and a sum", () => {
    const text = renderAudit(value, { ...plain, columns: 100 });
    expect(text).toContain("✔ /process/noNewPrivileges");
    expect(text).toMatch(
      /✘ \/linux\/resources\/pids\/limit +asked 32, seen 64 .*pids\.max\n +64 is not 32\n/,
    );
    expect(text.endsWith("web: 1 kept, 1 broken, 1 unseen\n")).toBe(true);
    expect(text.indexOf("✘"), "what is broken stands last").toBeGreaterThan(text.indexOf("\n? "));
  });
  test.each([60, 80, 100, 200])("keeps to %i columns and lets no control characters through", (columns) => {
    const text = renderAudit(value, { colours: false, columns });
    for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});

test("problems come errors first, with hints and without control characters", () => {
  const text = renderProblems(
    [
      { at: "/process/cwd", says: hostile, from: "lint", level: "warning" },
      { at: "/process/args", says: "is empty", hint: "name a program", from: "schema", level: "error" },
    ],
    plain,
  );
  expect(text.indexOf("/process/args")).toBeLessThan(text.indexOf("/process/cwd"));
  expect(text).toContain("try: name a program");
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

test("a syntax error of config.json keeps its excerpt on lines of its own", () => {
  const says = "line 3, column 1: a comma stands before the closing brace\n3 | }\n    ^";
  const text = renderProblems([{ at: "", says, from: "schema", level: "error" }], plain);
  expect(text).toContain("closing brace\n    3 | }\n        ^\n");
});

describe("an error", () => {
  const error = new OcilabError("usage.bad-argument", {
    doing: `read ${hostile}`,
    got: hostile,
    hint: "try harder",
  });
  test("says what was done, what came back, what to try, and its code", () => {
    const text = renderError(error, { terminal: plain, debug: false });
    expect(text).toMatch(/^ocilab: read a/);
    expect(text).toContain("\n  try: try harder\n  code: usage.bad-argument\n");
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
  test("without a hint of its own gives the code's remedy, written as a hint", () => {
    const bare = new OcilabError("bundle.exists", { doing: "a", got: "b" });
    expect(errorReport(bare).error.hint).toBe("name a new or an empty directory, or remove this one first");
  });
  test.each(["EACCES", "EROFS", "ENOSPC"])("%s of the kernel says what to try", (code) => {
    expect(errorReport(Object.assign(new Error(code), { code })).error.hint).toContain("OCILAB_HOME");
  });
  test("that is not ours shows its stack only with debug", () => {
    const internal = new TypeError("oops");
    expect(renderError(internal, { terminal: plain, debug: false })).not.toContain("render.test");
    expect(renderError(internal, { terminal: plain, debug: true })).toContain("render.test");
    expect(errorReport(internal).error.code).toBe("host.internal");
  });
  test("of the kernel names the call and the path", () => {
    const error = Object.assign(new Error("ENOENT: no such file"), {
      code: "ENOENT",
      syscall: "open",
      path: "/x",
    });
    const { code, doing, got } = errorReport(error).error;
    expect([code, doing, got]).toEqual(["host.system-call", 'open "/x"', "the kernel answered ENOENT"]);
  });
});
