import { expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { errorLine, renderError } from "../../src/cli/render/error.ts";
import { aboutShippedBundle } from "../../src/cli/shipped-bundles.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

const terminal = { columns: 100, colour: false, isTerminal: false };
const failed = new OcilabError("runtime.mount", {
  doing: 'create container "x"',
  got: 'the source "/no/such" is not there; runc says: stat /no/such: no such file',
  hint: "make it first",
  facts: {
    evidence: [{ source: "/", says: 'is there, and has no "no"\u001b[2J' }, { says: 1 }],
    big: 2n ** 60n,
  },
});

test("evidence stands between what came back and what to try, escaped, and nothing else in its place", () => {
  const lines = renderError(failed, { terminal: terminal as never, debug: false }).split("\n");
  expect(lines.map((line) => line.trim().split(" ")[0])).toEqual(["ocilab:", "seen:", "try:", "code:", ""]);
  expect(lines[1]).toBe('  seen: /: is there, and has no "no"\\u001b[2J');
});

test("an error is one line of the JSON log", () => {
  const line = errorLine(failed, new Date(0));
  expect(line.split("\n")).toHaveLength(2);
  expect(JSON.parse(line)).toMatchObject({
    ...{ level: "error", time: "1970-01-01T00:00:00.000Z", code: "runtime.mount", hint: "make it first" },
    ...{ msg: failed.message, facts: { big: String(2n ** 60n) } },
  });
});

test("ocilab's own bundles are named where one is asked for from another directory", () => {
  const unreachable = new OcilabError("registry.unreachable", {
    doing: "read it",
    got: "no host",
    hint: "network",
  });
  const hintOf = (reference: string) => (aboutShippedBundle(unreachable, reference) as OcilabError).hint;
  expect(hintOf("bundles/hello")).toMatch(/own bundle is \/.*\/bundles\/hello$/);
  expect([hintOf("bundles/no-such"), hintOf("hello")]).toEqual(["network", "network"]);
  expect(aboutShippedBundle(failed, "bundles/hello")).toBe(failed);
});

test("--log-format json makes the error a line of the log; --json stays the report", async () => {
  await using place = scratch();
  const ocilab = ocilabIn(place.path);
  const line = await ocilab(["--log-format", "json", "state", "no such id"]);
  expect(JSON.parse(line.stderr)).toMatchObject({ level: "error", code: "spec.bad-container-id" });
  const report = await ocilab(["--log-format", "json", "--json", "state", "no such id"]);
  expect(JSON.parse(report.stderr)).toMatchObject({ error: { code: "spec.bad-container-id" } });
});
