import { describe, expect, test } from "vitest";
import { seccompRuleClaims } from "../../src/audit/claims/seccomp-rules.ts";
import type { Finding } from "../../src/audit/finding.ts";
import type { ArgumentTest, SeccompCase, SeccompRules } from "../../src/kernel/view-parts.ts";
import type { ProcessView } from "../../src/kernel/view-type.ts";
import type { Seccomp } from "../../src/oci/spec.ts";

const allow = { action: "SCMP_ACT_ALLOW", data: 0 } as const;
const eperm = { action: "SCMP_ACT_ERRNO", data: 1 } as const;
const enosys = { action: "SCMP_ACT_ERRNO", data: 38 } as const;
const always = (answer: Omit<SeccompCase, "when">): readonly SeccompCase[] => [{ ...answer, when: [] }];
const low = (op: ArgumentTest["op"], value: bigint, mask = 0xffff_ffffn): ArgumentTest => ({
  argument: 0,
  word: "low",
  mask,
  op,
  value,
});
const high = (op: ArgumentTest["op"], value: bigint): ArgumentTest => ({ ...low(op, value), word: "high" });

type Calls = Readonly<Record<string, readonly SeccompCase[]>>;
const filter = (calls: Calls, more: Partial<SeccompRules> = {}): SeccompRules => ({
  filters: [{ instructions: 9, flags: [] }],
  architectures: { SCMP_ARCH_X86_64: { calls, otherCalls: enosys } },
  otherArchitectures: { action: "SCMP_ACT_KILL_THREAD", data: 0 },
  ...more,
});

const profile: Seccomp = {
  defaultAction: "SCMP_ACT_ERRNO",
  architectures: ["SCMP_ARCH_X86_64"],
  syscalls: [
    { names: ["read", "write", "no_such_call"], action: "SCMP_ACT_ALLOW" },
    { names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 5 },
    {
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
    },
    {
      names: ["personality"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 8, op: "SCMP_CMP_EQ" }],
    },
  ],
};
const clone: readonly SeccompCase[] = [
  { ...allow, when: [high("==", 0n), low("==", 0n, 0x7e020000n)] },
  { ...eperm, when: [] },
];
// libseccomp tests a mask that fits into 32 bits on the low word alone.
const cloneLow: readonly SeccompCase[] = [
  { ...allow, when: [low("!&", 0x7e020000n)] },
  { ...eperm, when: [] },
];
const personality: readonly SeccompCase[] = [
  { ...allow, when: [high("==", 0n), low("==", 8n)] },
  { ...eperm, when: [] },
];
const kept: Calls = {
  read: always(allow),
  write: always(allow),
  mkdir: always({ ...eperm, data: 5 }),
  clone: cloneLow,
  personality,
  mount: always(eperm),
  newcall: always(enosys),
};

function verdicts(seccomp: Seccomp, rules: SeccompRules): Readonly<Record<string, string>> {
  const view = { seccomp: { rules: { source: "ptrace", ok: true, value: rules } } } as unknown as ProcessView;
  const findings: readonly Finding[] = seccompRuleClaims(seccomp).map((claim) => claim.judge(view));
  return Object.fromEntries(findings.map(({ at, verdict }) => [at.replace("/linux/seccomp/", ""), verdict]));
}

const all = {
  defaultAction: "kept",
  architectures: "kept",
  "syscalls/0": "kept",
  "syscalls/1": "kept",
  "syscalls/2": "kept",
  "syscalls/3": "kept",
};

describe("rules of a filter", () => {
  test("each is kept", () => expect(verdicts(profile, filter(kept))).toEqual(all));

  test.each<[string, Calls, Readonly<Record<string, string>>]>([
    ["a call that is not allowed", { ...kept, write: always(eperm) }, { "syscalls/0": "broken" }],
    ["another errno", { ...kept, mkdir: always(eperm) }, { "syscalls/1": "broken" }],
    ["a condition that is not tested", { ...kept, clone: always(allow) }, { "syscalls/2": "broken" }],
    ["a mask of the whole 64 bits", { ...kept, clone }, { "syscalls/2": "broken" }],
    ["a condition that is never met", { ...kept, personality: always(eperm) }, { "syscalls/3": "broken" }],
    [
      "another number in a condition",
      {
        ...kept,
        personality: [
          { ...allow, when: [low("==", 9n)] },
          { ...eperm, when: [] },
        ],
      },
      { "syscalls/3": "broken" },
    ],
    [
      "a number of which only the low half is tested",
      {
        ...kept,
        personality: [
          { ...allow, when: [low("==", 8n)] },
          { ...eperm, when: [] },
        ],
      },
      { "syscalls/3": "broken" },
    ],
    [
      "another default",
      { ...kept, mount: always({ action: "SCMP_ACT_LOG", data: 0 }) },
      { defaultAction: "broken" },
    ],
    ["a default that allows", { ...kept, newcall: always(allow) }, { defaultAction: "broken" }],
  ])("%s", (_, calls, changed) => expect(verdicts(profile, filter(calls))).toEqual({ ...all, ...changed }));

  test("what a further filter forbids may be the program's own doing", () => {
    const two = {
      filters: [
        { instructions: 9, flags: [] },
        { instructions: 5, flags: [] },
      ],
    };
    expect(verdicts(profile, filter({ ...kept, write: always(eperm) }, two))).toEqual({
      ...all,
      "syscalls/0": "unseen",
    });
  });

  test("a call of which another rule says otherwise", () => {
    const both: Seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { names: ["mkdir"], action: "SCMP_ACT_ERRNO" },
        { names: ["mkdir"], action: "SCMP_ACT_LOG" },
      ],
    };
    const calls = { mkdir: always(eperm), read: always(allow) };
    const rules = filter(calls, { architectures: { SCMP_ARCH_X86_64: { calls, otherCalls: allow } } });
    expect(verdicts(both, rules)).toEqual({
      defaultAction: "kept",
      "syscalls/0": "kept",
      "syscalls/1": "unseen",
    });
  });
});

describe("what a filter is as a whole", () => {
  const plain: Seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["x"], action: "SCMP_ACT_KILL" }],
  };
  const rules = filter({ read: always(allow) }, {});
  const logged = filter(
    { read: always(allow) },
    { filters: [{ instructions: 1, flags: ["SECCOMP_FILTER_FLAG_LOG"] }] },
  );

  test.each<[string, Partial<Seccomp>, SeccompRules, string, string]>([
    ["the one flag that is told", { flags: ["SECCOMP_FILTER_FLAG_LOG"] }, logged, "flags", "kept"],
    ["a flag missing", { flags: ["SECCOMP_FILTER_FLAG_LOG"] }, rules, "flags", "broken"],
    ["a flag too many", { flags: ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"] }, logged, "flags", "broken"],
    ["a flag that is not told", { flags: ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"] }, rules, "flags", "unseen"],
    [
      "an architecture that is refused",
      { architectures: ["SCMP_ARCH_X86"] },
      rules,
      "architectures",
      "broken",
    ],
    [
      "an architecture that we cannot tell",
      { architectures: ["SCMP_ARCH_MIPS"] },
      rules,
      "architectures",
      "unseen",
    ],
    ["names that are no calls here", {}, rules, "syscalls/0", "unseen"],
  ])("%s", (_, more, seen, at, verdict) => expect(verdicts({ ...plain, ...more }, seen)[at]).toBe(verdict));

  test("SCMP_ACT_KILL is the older name of KILL_THREAD", () => {
    const killed = filter({ x: always({ action: "SCMP_ACT_KILL_THREAD", data: 0 }), read: always(allow) });
    expect(verdicts(plain, killed)).toMatchObject({ "syscalls/0": "kept" });
  });
});
