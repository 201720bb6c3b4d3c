import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, unseeable } from "../claim.ts";
import { unlessEqual } from "../compare.ts";

/** scheduler, ioPriority, execCPUAffinity (config.md#linux-process), personality and memory policy (config-linux.md). */
export const schedulingClaims: ClaimFamily = (spec) => [
  ...schedulerClaims(spec),
  ...unseenOfProcess(spec),
  ...personalityClaims(spec),
  ...memoryPolicyClaims(spec),
];

function schedulerClaims(spec: Spec): readonly Claim[] {
  const scheduler = spec.process?.scheduler;
  if (scheduler === undefined) return [];
  const one = <T>(
    name: string,
    asked: T | undefined,
    seen: (view: ProcessView) => Reading<T>,
  ): readonly Claim[] => {
    if (asked === undefined) return [];
    const statements = [schedulerStatements[name] ?? ""];
    const at = `/process/scheduler/${name}` as const;
    return [claim<T, T>({ at, statements, settled: "start", asked, seen, differs: unlessEqual })];
  };
  return [
    ...one<string>("policy", scheduler.policy, (view) => view.scheduling.policy),
    ...one("nice", scheduler.nice, (view) => view.scheduling.nice),
    ...one("priority", scheduler.priority, (view) => view.scheduling.realtimePriority),
    ...(["flags", "runtime", "deadline", "period"] as const).flatMap((name) =>
      scheduler[name] === undefined
        ? []
        : unseeable({
            at: `/process/scheduler/${name}`,
            statements: [name === "flags" ? "CFG-LPROC-16" : "CFG-LPROC-17"],
            asked: scheduler[name],
            why: "no file of procfs shows it: sched_getattr(2) does",
          }),
    ),
  ];
}

const schedulerStatements: Readonly<Record<string, string>> = {
  policy: "CFG-LPROC-13",
  nice: "CFG-LPROC-14",
  priority: "CFG-LPROC-15",
};

function unseenOfProcess(spec: Spec): readonly Claim[] {
  const { ioPriority, execCPUAffinity } = spec.process ?? {};
  const claims: Claim[] = [];
  if (ioPriority !== undefined)
    claims.push(
      unseeable({
        at: "/process/ioPriority",
        statements: ["CFG-LPROC-20"],
        asked: ioPriority,
        why: "no file of procfs shows it: ioprio_get(2) does",
      }),
    );
  if (execCPUAffinity !== undefined)
    claims.push(
      unseeable({
        at: "/process/execCPUAffinity",
        statements: ["CFG-LPROC-21", "CFG-LPROC-22", "CFG-LPROC-24"],
        asked: execCPUAffinity,
        why: "it is for processes that join by exec, not for the container's first one",
      }),
    );
  return claims;
}

/** sys/personality.h: the low byte is the execution domain. */
const domains: Readonly<Record<string, number>> = { LINUX: 0, LINUX32: 8 };

function personalityClaims(spec: Spec): readonly Claim[] {
  const personality = spec.linux?.personality;
  if (personality === undefined) return [];
  const flags = personality.flags ?? [];
  const why = "the specification defines no flags yet, so none has a bit to look for";
  return [
    ...(flags.length === 0
      ? []
      : [unseeable({ at: "/linux/personality/flags", statements: ["LX-PERS-02"], asked: flags, why })]),
    claim({
      at: "/linux/personality/domain",
      statements: ["LX-PERS-02"],
      settled: "start",
      asked: personality.domain,
      seen: (view) => view.personality,
      show: (seen) => Object.keys(domains).find((name) => domains[name] === (seen & 0xff)) ?? seen,
      differs: (asked, seen) =>
        domains[asked] === (seen & 0xff) ? undefined : `the mask is 0x${seen.toString(16)}`,
    }),
  ];
}

function memoryPolicyClaims(spec: Spec): readonly Claim[] {
  const policy = spec.linux?.memoryPolicy;
  if (policy === undefined) return [];
  return [
    unseeable({
      at: "/linux/memoryPolicy",
      statements: ["LX-MPOL-02"],
      asked: policy,
      why: "no file of procfs shows the policy of a process: get_mempolicy(2) does, from inside it",
    }),
  ];
}
