import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commonCalls, harmlessCalls, untriedCalls, withArguments } from "../../../src/audit/probe/calls.ts";
import { nativeArchitecture, planCalls, planSetup } from "../../../src/audit/probe/plan.ts";
import { callNumbers } from "../../../src/kernel/parse/seccomp/rules.ts";
import type { Seccomp } from "../../../src/oci/spec.ts";

const names = [...(callNumbers(nativeArchitecture)?.keys() ?? [])];

describe("calls that do no harm", () => {
  test("every call of x86-64 is one, or is never tried, and nothing else is", () => {
    const known = [...harmlessCalls.keys(), ...Object.keys(untriedCalls)];
    expect(known.toSorted()).toEqual(names.toSorted());
  });

  test.each(["SCMP_ARCH_X86", "SCMP_ARCH_X32"])("the common ones are there on %s", (architecture) => {
    const there = callNumbers(architecture);
    expect(commonCalls.filter((name) => !there?.has(name) || !harmlessCalls.has(name))).toEqual([]);
  });

  test.each([
    ["kill", { 0: -1n, 1: 9n }],
    ["kill", { 0: 1n, 1: 15n }],
    ["reboot", { 0: 0xfee1deadn, 1: 672274793n }],
    ["mount", { 1: 4096n }],
    ["umount2", { 0: 4096n, 1: 0n }],
    ["kexec_load", { 1: 0n, 3: 0n }],
    ["shmget", { 1: 4096n }],
    ["init_module", { 1: 4096n }],
  ])("%s with %o is never made", (name, given) => {
    const call = harmlessCalls.get(name);
    expect(call && withArguments(call, given)).toBeUndefined();
  });

  test("whatever the conditions are, one argument still turns the call down", () => {
    const op = fc.constantFrom("SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ");
    const condition = fc.record({ index: fc.nat(5), value: fc.nat(), op });
    const rule = fc.record({ name: fc.constantFrom(...names), args: fc.array(condition, { maxLength: 6 }) });
    fc.assert(
      fc.property(rule, ({ name, args }) => {
        const rules = [{ names: [name], action: "SCMP_ACT_ERRNO", args }] as unknown as Seccomp["syscalls"] &
          object;
        for (const one of planCalls({ defaultAction: "SCMP_ACT_ALLOW", syscalls: rules })) {
          const { args: base, guards } = harmlessCalls.get(one.name ?? "") ?? { args: [], guards: undefined };
          if (guards !== undefined)
            expect(guards.some((index) => one.trial.args[index] === base[index])).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the plan", () => {
  const deny: Seccomp = {
    defaultAction: "SCMP_ACT_ERRNO",
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_MIPS"],
    syscalls: [
      { names: ["alarm", "rt_sigaction", "no_such_call"], action: "SCMP_ACT_ALLOW" },
      { names: ["swapon", "exit"], action: "SCMP_ACT_KILL" },
    ],
  };

  test("has each call once, those of a kill in a thread, and those of x86 by its own door", () => {
    const planned = planCalls(deny);
    const keys = planned.map(({ architecture, trial }) => `${architecture} ${trial.number} ${trial.args}`);
    expect(new Set(keys).size).toBe(keys.length);
    const of = (name: string) =>
      planned.find((one) => one.name === name && one.architecture === nativeArchitecture)?.trial;
    expect([of("swapon")?.thread, of("exit")?.thread, of("read")?.thread]).toEqual([true, false, false]);
    const foreign = planned.filter(({ trial }) => trial.entry === "x86");
    expect(new Set(foreign.map(({ architecture }) => architecture))).toEqual(new Set(["SCMP_ARCH_X86"]));
    expect(foreign.map(({ name }) => name)).toEqual(commonCalls);
  });

  test.each<[string, Seccomp, unknown]>([
    ["alarm, when allowed", deny, { alarm: "alarm", handler: true, undumpable: false }],
    ["all of it", { defaultAction: "SCMP_ACT_LOG" }, { alarm: "alarm", handler: true, undumpable: true }],
    [
      "setitimer instead",
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["alarm"], action: "SCMP_ACT_TRAP" }] },
      { alarm: "setitimer", handler: true, undumpable: true },
    ],
    ["nothing", { defaultAction: "SCMP_ACT_ERRNO" }, undefined],
  ])("what it does beforehand: %s", (_, seccomp, setup) => expect(planSetup(seccomp)).toEqual(setup));
});
