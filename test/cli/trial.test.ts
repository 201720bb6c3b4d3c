import { expect, test } from "vitest";
import { compareTrials, type Trial } from "../../src/cli/trial.ts";

const trial = (runtime: string, more: Partial<Trial> = {}): Trial => ({
  ...{ runtime, path: `/bin/${runtime}`, kind: "runc", version: "1", accepted: true, milliseconds: {} },
  ...{ states: { created: "created", started: "running" }, exit: { exitCode: 0 }, output: "", facts: {} },
  ...more,
});
const finding = (verdict: "kept" | "unseen") =>
  ({ at: "/hostname", asked: "a", source: "x", verdict, seen: "a", why: "" }) as const;
const audit = (verdict: "kept" | "unseen") => ({
  id: "a",
  kept: 0,
  broken: 0,
  unseen: 0,
  findings: [finding(verdict)],
});
const refused = (code: string): Partial<Trial> => ({
  accepted: false,
  refusal: { verb: "create", code, got: code },
});
const { facts: _, ...sandbox } = trial("b");

const rows: readonly (readonly [string, readonly Trial[], readonly string[]])[] = [
  ["the same", [trial("a"), trial("b")], []],
  ["times", [trial("a", { milliseconds: { create: 1 } }), trial("b", { milliseconds: { create: 9 } })], []],
  ["one refuses", [trial("a"), trial("b", refused("runtime.mount"))], ["acceptance create and start"]],
  [
    "both refuse for the same reason",
    [trial("a", refused("runtime.mount")), trial("b", refused("runtime.mount"))],
    [],
  ],
  [
    "both refuse, not for the same reason",
    [trial("a", refused("runtime.mount")), trial("b", refused("runtime.config"))],
    ["message what the refusal means"],
  ],
  ["exit codes", [trial("a"), trial("b", { exit: { exitCode: 1 } })], ["exit exit code"]],
  ["output", [trial("a"), trial("b", { output: "x" })], ["output standard output and error"]],
  ["inode numbers in the output", [trial("a", { output: "net:[1]" }), trial("b", { output: "net:[2]" })], []],
  [
    "a fact of the kernel",
    [trial("a", { facts: { umask: 18 } }), trial("b", { facts: { umask: 63 } })],
    ["kernel umask"],
  ],
  ["a fact that one has not", [trial("a", { facts: { umask: 18 } }), trial("b")], ["kernel umask"]],
  ["a sandbox shows no facts", [trial("a", { facts: { umask: 18 } }), sandbox], []],
  [
    "a verdict",
    [trial("a", { audit: audit("kept") }), trial("b", { audit: audit("unseen") })],
    ["audit /hostname"],
  ],
];

test.each(rows)("%s", (_title, trials, expected) => {
  const differences = compareTrials(trials, (pointer) => (pointer === "/hostname" ? ["CFG-HOST-01"] : []));
  expect(differences.map(({ about, what }) => `${about} ${what}`)).toEqual(expected);
  for (const { values } of differences) expect(values.length).toBeGreaterThan(1);
});

test("a verdict names the statements that it rests on", () => {
  const trials = [trial("a", { audit: audit("kept") }), trial("b", { audit: audit("unseen") })];
  expect(compareTrials(trials, () => ["CFG-HOST-01"])[0]?.statements).toEqual(["CFG-HOST-01"]);
});
