import { expect, test } from "vitest";
import { processClaims } from "../../src/audit/claims/process.ts";
import type { KernelFiles, Reading } from "../../src/kernel/reading.ts";
import type { ProcessView } from "../../src/kernel/view-type.ts";
import { readWindowSize } from "../../src/kernel/window.ts";
import type { Spec } from "../../src/oci/spec.ts";

const spec: Spec = {
  ociVersion: "1.2.0",
  process: { cwd: "/", terminal: true, consoleSize: { height: 24, width: 80 } },
};

/** The finding about the size of a terminal of so many rows and columns. */
function finding(rows: number, columns: number, options: { readonly strict?: boolean } = {}) {
  const [claim] = processClaims(spec, {}).filter(({ at }) => at === "/process/consoleSize");
  const windowSize = { source: "ioctl(TIOCGWINSZ) of /proc/7/fd/0", ok: true, value: { rows, columns } };
  return claim?.judge({ program: { windowSize } } as unknown as ProcessView, options);
}

test.each([
  ["the same", 24, 80, false, "kept"],
  ["another", 25, 80, false, "unseen"],
  ["another, of a program that changes nothing", 25, 80, true, "broken"],
  ["turned round", 80, 24, true, "broken"],
  ["none", 0, 0, false, "broken"],
])("the size of the terminal: %s", (_, rows, columns, strict, verdict) =>
  expect(finding(rows, columns, { strict })).toMatchObject({ verdict }),
);

test("what is seen is in the words of the config", () =>
  expect(finding(25, 80, { strict: true })).toMatchObject({
    asked: { height: 24, width: 80 },
    seen: { height: 25, width: 80 },
    why: expect.stringContaining("25 rows and 80 columns"),
  }));

const calls = { windowSize: () => ({ rows: 1, columns: 2 }) } as unknown as KernelFiles["calls"];

test.each<readonly [string, Reading<string>, object]>([
  ["a pty", link("/dev/pts/3"), { ok: true, value: { rows: 1, columns: 2 } }],
  ["the console", link("/dev/console"), { ok: true }],
  ["a pipe, which would wait", link("pipe:[4]"), { ok: false, detail: "it is no terminal" }],
  ["ptmx, which would make another", link("/dev/pts/ptmx"), { ok: false, detail: "it is no terminal" }],
  ["a file", link("/tmp/x"), { ok: false, detail: "it is no terminal" }],
  [
    "nothing to be seen",
    { source: "l", ok: false, reason: "denied", detail: "d" },
    { ok: false, detail: "d" },
  ],
])("only terminals are opened: %s", async (_, stdin, reading) =>
  expect(await readWindowSize({ calls } as KernelFiles, stdin)).toMatchObject(reading),
);

function link(value: string): Reading<string> {
  return { source: "/proc/7/fd/0", ok: true, value };
}
