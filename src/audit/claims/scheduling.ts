import { parseRanges } from "../../kernel/parse/status.ts";
import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { MemoryPolicy as SeenPolicy } from "../../kernel/view-parts.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { MemoryPolicy, Scheduler, Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, type Undecided, undecided, unseeable } from "../claim.ts";
import { show, unlessEqual, without } from "../compare.ts";

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
    ...flagClaims(scheduler.flags),
    ...(["runtime", "deadline", "period"] as const).flatMap((name) => timeClaims(scheduler, name)),
  ];
}

/** The flags that a process keeps (sched_setattr(2)); the others only say what a call is to leave alone or to clamp. */
const keptFlags = ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN"];

function flagClaims(asked: Scheduler["flags"]): readonly Claim[] {
  if (asked === undefined) return [];
  return [
    claim<readonly string[], readonly string[]>({
      at: "/process/scheduler/flags",
      statements: ["CFG-LPROC-16"],
      settled: "start",
      asked,
      seen: (view) => mapReading(view.scheduling.attributes, ({ flags }) => flags),
      differs: (_, seen) => {
        const wanted = asked.filter((flag) => keptFlags.includes(flag));
        const [missing, extra] = [without<string>(wanted, seen), without<string>(seen, asked)];
        if (missing.length > 0) return `missing: ${missing.join(", ")}`;
        if (extra.length > 0) return `not asked for: ${extra.join(", ")}`;
        return wanted.length === asked.length
          ? undefined
          : undecided(`the kernel does not keep ${without<string>(asked, wanted).join(", ")}`);
      },
    }),
  ];
}

function timeClaims(scheduler: Scheduler, name: "runtime" | "deadline" | "period"): readonly Claim[] {
  const asked = scheduler[name];
  if (asked === undefined) return [];
  const wanted = name === "period" && BigInt(asked) === 0n ? (scheduler.deadline ?? 0) : asked;
  return [
    claim({
      at: `/process/scheduler/${name}`,
      statements: ["CFG-LPROC-17"],
      settled: "start",
      asked,
      seen: (view) => mapReading(view.scheduling.attributes, (attributes) => attributes[name]),
      differs: (_, seen) =>
        scheduler.policy === "SCHED_DEADLINE"
          ? unlessEqual(BigInt(wanted), BigInt(seen))
          : undecided("the kernel keeps it for SCHED_DEADLINE alone"),
    }),
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
      claim({
        at: "/process/ioPriority",
        statements: ["CFG-LPROC-20"],
        settled: "start",
        asked: ioPriority,
        seen: (view) => view.scheduling.ioPriority,
        differs: (asked, seen) => {
          const levels = asked.class !== "IOPRIO_CLASS_IDLE";
          const same = asked.class === seen.class && (!levels || (asked.priority ?? 0) === seen.level);
          return same ? undefined : `it is ${seen.class} ${seen.level}`;
        },
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
    claim({
      at: "/linux/memoryPolicy",
      statements: ["LX-MPOL-02"],
      settled: "start",
      asked: policy,
      seen: (view) => view.scheduling.memoryPolicy,
      differs: policyDiffers,
    }),
  ];
}

/** The words of mpol_to_str() (mm/mempolicy.c). */
const modes: Readonly<Record<MemoryPolicy["mode"], string>> = {
  MPOL_DEFAULT: "default",
  MPOL_BIND: "bind",
  MPOL_INTERLEAVE: "interleave",
  MPOL_WEIGHTED_INTERLEAVE: "weighted interleave",
  MPOL_PREFERRED: "prefer",
  MPOL_PREFERRED_MANY: "prefer (many)",
  MPOL_LOCAL: "local",
};

const modeFlags = { MPOL_F_STATIC_NODES: "static", MPOL_F_RELATIVE_NODES: "relative" } as const;

function policyDiffers(asked: MemoryPolicy, seen: SeenPolicy): string | Undecided | undefined {
  const nodes = parseRanges(asked.nodes ?? "");
  if (!nodes.ok) return `the config's list ${show(asked.nodes)} is malformed`;
  const mode = asked.mode === "MPOL_PREFERRED" && nodes.value.length === 0 ? "local" : modes[asked.mode];
  if (mode !== seen.mode || show(nodes.value) !== show(seen.nodes)) return `the policy is ${show(seen)}`;
  const { flags = [] } = asked;
  const wrong = Object.entries(modeFlags).filter(
    ([flag, word]) => (flags as readonly string[]).includes(flag) !== seen.flags.includes(word),
  );
  if (wrong.length > 0) return `the policy is ${show(seen)}`;
  return flags.includes("MPOL_F_NUMA_BALANCING")
    ? undecided("the kernel does not show MPOL_F_NUMA_BALANCING")
    : undefined;
}
