import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/audit/finding.ts";
import { hintAtProbe, withProbed } from "../../../src/audit/probe/findings.ts";
import { judgeTried } from "../../../src/audit/probe/judge.ts";
import { planCalls } from "../../../src/audit/probe/plan.ts";
import { possibleAnswers, type TriedCall } from "../../../src/audit/probe/possible.ts";
import type { ProbeOutcome } from "../../../src/kernel/probe.ts";
import type { Seccomp, SeccompSyscall, Spec } from "../../../src/oci/spec.ts";

const back = (value: number): ProbeOutcome => ({ kind: "returned", value: BigInt(value) });
const killed = (scope: "thread" | "process" | "unknown"): ProbeOutcome => ({ kind: "killed", scope });
const signalled = (signal: number): ProbeOutcome => ({
  kind: "ended",
  status: { kind: "signalled", signal, coreDumped: false },
});
const trapped: ProbeOutcome = { kind: "trapped", data: 3 };
const none: ProbeOutcome = { kind: "not tried", errno: 11 };

/** The finding of one rule about swapon, where the probe saw `outcome`, and `reference` without a filter. */
function verdict(
  rule: Partial<SeccompSyscall>,
  [outcome, reference]: readonly [ProbeOutcome | undefined, ProbeOutcome?],
  caught = true,
): string {
  const whole: SeccompSyscall = { names: ["swapon"], action: "SCMP_ACT_ERRNO", ...rule };
  const seccomp: Seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [whole] };
  const tried = planCalls(seccomp)
    .filter(({ name }) => name === "swapon")
    .map((call): TriedCall => ({ ...call, outcome, reference, caught }));
  const findings = judgeTried({ ociVersion: "1.0.2", linux: { seccomp } } as Spec, {
    ...{ source: "exec", ok: true, value: tried },
  });
  return findings.find(({ at }) => at === "/linux/seccomp/syscalls/0")?.verdict ?? "no finding";
}

describe("a rule by what came of its call", () => {
  const kernels = back(-14);
  test.each<[string, Partial<SeccompSyscall>, readonly [ProbeOutcome | undefined, ProbeOutcome?], string]>([
    ["the errno asked for", { errnoRet: 5 }, [back(-5), kernels], "kept"],
    ["another errno", { errnoRet: 5 }, [back(-6), kernels], "broken"],
    ["the usual errno", {}, [back(-1), kernels], "kept"],
    ["the usual errno, which the kernel gives as well", {}, [back(-1), back(-1)], "unseen"],
    ["the kernel's own errno", {}, [kernels, kernels], "broken"],
    ["the kernel's own errno, which is asked for", { errnoRet: 14 }, [kernels, kernels], "unseen"],
    ["an errno of the moment", { errnoRet: 5 }, [back(-11), kernels], "broken"],
    ["an errno of the moment for a call allowed", allowed(), [back(-11), kernels], "unseen"],
    ["an allowed call", allowed(), [kernels, kernels], "kept"],
    ["an allowed call that succeeds", allowed(), [back(7), back(9)], "kept"],
    ["an allowed call that is refused", allowed(), [back(-1), kernels], "broken"],
    ["an allowed call that the kernel refuses", allowed(), [back(-1), back(-1)], "unseen"],
    ["an allowed call that ends its maker", allowed(), [signalled(11), signalled(11)], "kept"],
    ["an allowed call that is killed", allowed(), [killed("unknown"), kernels], "broken"],
    ["a success that never was", { errnoRet: 0 }, [back(0), kernels], "kept"],
    ["a success that never was, not asked for", allowed(), [back(0), kernels], "broken"],
    ["a trap", { action: "SCMP_ACT_TRAP" }, [trapped, kernels], "kept"],
    ["a kill for a trap", { action: "SCMP_ACT_TRAP" }, [killed("unknown"), kernels], "broken"],
    ["a thread killed", { action: "SCMP_ACT_KILL" }, [killed("thread"), kernels], "kept"],
    ["a process killed for a thread", { action: "SCMP_ACT_KILL" }, [killed("process"), kernels], "broken"],
    ["a process killed", { action: "SCMP_ACT_KILL_PROCESS" }, [killed("process"), kernels], "kept"],
    ["a kill of either", { action: "SCMP_ACT_KILL_PROCESS" }, [killed("unknown"), kernels], "unseen"],
    ["nobody traces", { action: "SCMP_ACT_TRACE", errnoRet: 7 }, [back(-38), kernels], "unseen"],
    ["a trace let through", { action: "SCMP_ACT_TRACE" }, [kernels, kernels], "broken"],
    ["a listener may answer anything", { action: "SCMP_ACT_NOTIFY" }, [kernels, kernels], "unseen"],
    ["a listener that does not answer", { action: "SCMP_ACT_NOTIFY" }, [signalled(14), kernels], "unseen"],
    ["a listener is no kill", { action: "SCMP_ACT_NOTIFY" }, [killed("unknown"), kernels], "broken"],
    ["what is logged comes through", { action: "SCMP_ACT_LOG" }, [kernels, kernels], "unseen"],
    ["what is logged is refused", { action: "SCMP_ACT_LOG" }, [back(-1), kernels], "broken"],
    ["no process could be made", {}, [none, kernels], "unseen"],
    ["no answer came", {}, [undefined, kernels], "unseen"],
    ["nothing to compare with", allowed(), [back(-1), none], "unseen"],
  ])("%s", (_, rule, outcomes, expected) => expect(verdict(rule, outcomes)).toBe(expected));

  test("without a handler a trap looks like a kill", () => {
    expect(verdict({ action: "SCMP_ACT_TRAP" }, [killed("unknown"), kernels], false)).toBe("unseen");
  });

  test("names that are never tried are said beside what was seen", () => {
    const rule: SeccompSyscall = {
      names: ["swapon", "pause", "sync"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 5,
    };
    const seccomp: Seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule] };
    const tried = planCalls(seccomp).map((call): TriedCall => {
      return { ...call, outcome: back(-5), reference: back(-14), caught: true };
    });
    const findings = judgeTried({ ociVersion: "1.0.2", linux: { seccomp } } as Spec, {
      ...{ source: "exec", ok: true, value: tried },
    });
    const finding = findings.find(({ at }) => at === "/linux/seccomp/syscalls/0");
    expect(finding).toMatchObject({
      ...{ verdict: "kept", seen: { "SCMP_ACT_ERRNO 5": 1, "never tried: pause, sync": 2 } },
    });
  });

  test("a call of an unknown number may be answered ENOSYS by libseccomp", () => {
    const seccomp: Seccomp = { defaultAction: "SCMP_ACT_ERRNO" };
    const call = planCalls(seccomp).find(({ name }) => name === undefined);
    if (call === undefined) throw new Error("no call of an unknown number is planned");
    const tried = { ...call, outcome: back(-38), reference: back(-38), caught: true };
    const actions = possibleAnswers(seccomp, tried).map(({ action }) => action);
    expect(actions).toEqual(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"]);
  });
});

function allowed(): Partial<SeccompSyscall> {
  return { action: "SCMP_ACT_ALLOW" };
}

describe("findings with what the probe found", () => {
  const at = "/linux/seccomp/syscalls/0";
  const of = (verdict: Finding["verdict"], why = "it may not be read"): Finding =>
    verdict === "kept"
      ? { at, asked: 1, source: "ptrace(2)", verdict, seen: 1 }
      : verdict === "broken"
        ? { at, asked: 1, source: "ptrace(2)", verdict, seen: 1, why }
        : { at, asked: 1, source: "ptrace(2)", verdict, why };
  test.each([
    ["unseen", "kept", "kept"],
    ["unseen", "broken", "broken"],
    ["kept", "broken", "broken"],
    ["broken", "kept", "broken"],
    ["kept", "unseen", "kept"],
    ["unseen", "unseen", "unseen"],
  ] as const)("%s and %s is %s", (first, second, together) => {
    const other = { ...of(second), at: "/hostname" };
    const findings = withProbed([of(first), other], [of(second)]);
    expect(findings.map(({ verdict }) => verdict)).toEqual([together, second]);
  });

  test("what both leave unseen says both reasons", () => {
    const [finding] = withProbed([of("unseen", "one")], [of("unseen", "two")]);
    expect(finding).toMatchObject({ why: "one; tried from inside: two" });
  });

  test("what may not be read hints at the probe", () => {
    const [hinted, gone, kept] = hintAtProbe([
      of("unseen", "denied: EACCES"),
      of("unseen", "absent: no"),
      of("kept"),
    ]);
    expect(hinted).toMatchObject({ why: expect.stringContaining("ocilab audit --probe") });
    expect([gone, kept]).toEqual([of("unseen", "absent: no"), of("kept")]);
  });

  test("a probe that could not be run leaves all unseen with the reason", () => {
    const seccomp: Seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["swapon"], action: "SCMP_ACT_KILL" }],
    };
    const failed = { source: "exec", ok: false, reason: "absent", detail: "no room" } as const;
    const findings = judgeTried({ ociVersion: "1.0.2", linux: { seccomp } } as Spec, failed);
    expect(findings.map((one) => (one.verdict === "unseen" ? one.why : ""))).toEqual(["no room", "no room"]);
    expect(judgeTried({ ociVersion: "1.0.2" } as Spec, failed)).toEqual([]);
  });
});
