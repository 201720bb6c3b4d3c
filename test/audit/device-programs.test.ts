import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deviceRuleClaims } from "../../src/audit/claims/cgroup-devices.ts";
import type { Finding } from "../../src/audit/finding.ts";
import type { ProcessView } from "../../src/kernel/view-type.ts";
import type { DeviceCgroup } from "../../src/oci/spec.ts";
import { hexOf } from "../kernel/support/bpf.ts";

const captured = JSON.parse(
  readFileSync(join(import.meta.dirname, "../kernel/support/device-programs.json"), "utf8"),
) as Readonly<Record<string, { readonly programs: readonly string[] }>>;

/** The findings about rules where these programs decide about devices. */
function findings(devices: readonly DeviceCgroup[], ...programs: readonly (string | undefined)[]) {
  const effective = programs.map((code, id) => ({
    ...{ id, type: "cgroup_device", name: "", instructions: 1 },
    ...(code === undefined ? {} : { code }),
  }));
  const deviceFilter = { source: "bpf", ok: true, value: { attached: effective, effective, flags: [] } };
  const view = {
    hierarchies: [
      { version: 2, controllers: ["pids"], deviceFilter, deviceAnswers: { source: "bpf", ok: false } },
    ],
  } as unknown as ProcessView;
  return deviceRuleClaims({ devices: [...devices] }).map((claim) => claim.judge(view));
}

const verdict = ({ verdict }: Finding): string => verdict;
const why = (finding: Finding | undefined): string =>
  finding !== undefined && "why" in finding ? finding.why : "";

const denyAll = { allow: false, access: "rwm" };
const fuse = { allow: true, type: "c", major: 10, minor: 229, access: "rwm" } as const;
const loops = { allow: true, type: "b", major: 7, access: "r" } as const;
const serial = { allow: true, type: "c", major: 188, minor: 3, access: "rw" } as const;
const notWritten = { allow: false, type: "c", major: 188, minor: 3, access: "w" } as const;
const rules = [denyAll, fuse, loops, serial, notWritten];
const runtimes = Object.keys(captured).filter((name) => /^(runc|crun) /.test(name));

describe.each(runtimes)("the program of %s for five rules", (name) => {
  const programs = captured[name]?.programs ?? [];
  // crun compares what is denied with all that is wanted: who reads and writes at once passes a rule that denies writing.
  const last = name.startsWith("crun") ? "broken" : "kept";

  test("keeps them, but for what it leaves open", () => {
    const found = findings(rules, ...programs);
    expect(found.map(verdict)).toEqual(["kept", "kept", "kept", "kept", last]);
    expect(why(found[4])).toBe(last === "broken" ? "the programs allow c 188:3 rw at once" : "");
  });

  test("breaks a rule that it was not made for, and that alone", () => {
    const more = { allow: true, type: "b", major: 8, minor: 0, access: "rw" } as const;
    const found = findings([...rules, more], ...programs);
    expect(found.map(verdict)).toEqual(["kept", "kept", "kept", "kept", last, "broken"]);
    expect(why(found.at(-1))).toBe("the programs deny b 8:0 rw");
  });

  test.each([
    ["a device", [denyAll, loops, serial, notWritten], "the programs allow c 10:229 rw"],
    ["all of a major number", [denyAll, fuse, serial, notWritten], /^the programs allow b 7:\d+ r/],
  ])("that allows %s too many breaks what denies all", (_, asked, words) => {
    const found = findings(asked, ...programs);
    expect(found.map(verdict)).toEqual(["broken", "kept", "kept", last]);
    expect(why(found[0])).toMatch(words);
  });

  test("that allows less than was asked breaks the rule by what it lacks", () => {
    const [, , , ...rest] = rules;
    const wider = { ...loops, access: "rw" };
    const found = findings([denyAll, fuse, wider, ...rest], ...programs);
    expect(found.map(verdict)).toEqual(["kept", "kept", "broken", "kept", last]);
    expect(why(found[2])).toMatch(/^the programs deny b 7:\d+ w|rw/);
  });

  test("allows a default device whatever was asked: that is broken", () => {
    const found = findings([...rules, { allow: false, type: "c", major: 1, minor: 3 }], ...programs);
    expect(why(found.at(-1))).toBe("the programs allow c 1:3 rwm");
  });
});

const all = [{ allow: true, access: "rwm" }];
const always = (answer: number): string =>
  hexOf([
    [0xb7, 0, 0, 0, answer],
    [0x95, 0, 0, 0, 0],
  ]);
const calls = hexOf([
  [0x85, 0, 0, 0, 14],
  [0x95, 0, 0, 0, 0],
]);

test.each([
  ["one device", fuse, ["c 10:229 rwm"]],
  ["one that no row names", { ...fuse, major: 99 }, ["c *:* m"]],
  ["a major number", loops, ["b *:* m", "b 7:* rm"]],
  ["a type", { allow: false, type: "b" } as const, ["b *:* m", "b 7:* rm"]],
])("the answers about %s are shown beside the rule", (_, rule, seen) => {
  const row = (type: "b" | "c", major: number | "*", minor: number | "*", access: string) => ({
    ...{ type, major, minor, access },
  });
  const rows = [
    row("c", "*", "*", "m"),
    row("c", 10, 229, "rwm"),
    row("b", "*", "*", "m"),
    row("b", 7, "*", "rm"),
  ];
  const deviceFilter = { source: "bpf", ok: true, value: { attached: [], effective: [], flags: [] } };
  const deviceAnswers = { source: "bpf", ok: true, value: rows };
  const hierarchies = [{ version: 2, controllers: [], deviceFilter, deviceAnswers }];
  const [claim] = deviceRuleClaims({ devices: [rule] });
  expect(claim?.judge({ hierarchies } as unknown as ProcessView)).toMatchObject({ seen });
});

describe("on cgroup v2", () => {
  test.each([
    ["without a program every device is allowed", rules, [], ["broken", "kept", "kept", "kept", "broken"]],
    ["a program that denies everything", rules, [always(0)], ["kept", "broken", "broken", "broken", "kept"]],
    ["a program that allows everything", rules, [always(1)], ["broken", "kept", "kept", "kept", "broken"]],
    ["all programs must allow", all, [always(1), always(0)], ["broken"]],
    ["all allow", all, [always(1), always(1)], ["kept"]],
    ["all allow, said for each type", [{ allow: true, type: "a" as const }], [always(1)], ["kept"]],
    ["what a later rule decides", [denyAll, ...all], [always(1)], ["unseen", "kept"]],
    ["a program that calls something", all, [calls], ["unseen"]],
    ["a program that is not handed out", all, [undefined], ["unseen"]],
    ["a program that is cut", all, ["b7"], ["unseen"]],
  ] as const)("%s", (_, asked, programs, verdicts) =>
    expect(findings(asked, ...programs).map(verdict)).toEqual(verdicts),
  );

  test("what cannot be followed is named", () =>
    expect(why(findings(all, calls)[0])).toBe(
      "what the programs say cannot be read: program 0: instruction 0 (code 0x85, dst r0, src r0, off 0, imm 14) is a call, and what it answers is not known",
    ));
});
