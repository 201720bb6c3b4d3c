import { nearest, quote } from "../../base/text.ts";
import type { Spec } from "../../oci/spec.ts";
import { rlimitTypes } from "../parse/ulimit.ts";
import { type Complaint, error, type Rule, removal, repeats, replacement } from "./rule.ts";

/** Rules about process.rlimits, scheduler and execCPUAffinity. */
export const limitRules: readonly Rule[] = [
  { name: "rlimit-soft-above-hard", check: softAboveHard },
  { name: "rlimit-twice", check: rlimitTwice },
  { name: "rlimit-unknown", check: unknownRlimit },
  { name: "rlimit-nofile-too-low", check: tooFewFiles },
  { name: "scheduler-contradicts", check: scheduler },
  { name: "cpu-affinity-malformed", check: affinity },
];

function softAboveHard(spec: Spec): readonly Complaint[] {
  return (spec.process?.rlimits ?? []).flatMap(({ soft, hard, type }, index) => {
    if (soft <= hard) return [];
    return [
      error(
        `/process/rlimits/${index}/soft`,
        `of ${type} must not be above hard, is ${soft} with hard ${hard}`,
        {
          hint: "the kernel refuses it (setrlimit(2))",
          fix: replacement(`/process/rlimits/${index}/soft`, hard),
          statement: "CFG-RLIM-04",
        },
      ),
    ];
  });
}

function rlimitTwice(spec: Spec): readonly Complaint[] {
  const rlimits = spec.process?.rlimits ?? [];
  return repeats(rlimits, ({ type }) => type).map(([index, first]) =>
    error(`/process/rlimits/${index}`, `limits ${rlimits[index]?.type} again`, {
      hint: `entry ${first} does already; each type may come once`,
      fix: removal(`/process/rlimits/${index}`),
      statement: "CFG-RLIM-06",
    }),
  );
}

function unknownRlimit(spec: Spec): readonly Complaint[] {
  return (spec.process?.rlimits ?? []).flatMap(({ type }, index) => {
    if ((rlimitTypes as readonly string[]).includes(type)) return [];
    const near = nearest(type, rlimitTypes);
    return [
      error(`/process/rlimits/${index}/type`, `${quote(type)} is no limit that Linux knows`, {
        hint: near === undefined ? `one of ${rlimitTypes.join(", ")}` : `was ${near} meant?`,
        fix: near === undefined ? undefined : replacement(`/process/rlimits/${index}/type`, near),
        statement: "CFG-RLIM-02",
      }),
    ];
  });
}

/** Measured: the limit holds for the runtime's own init as well; runc 1.1.5 needs 11, crun 1.8 on cgroup v1 more than 20. */
const leastFiles = 11;

function tooFewFiles(spec: Spec): readonly Complaint[] {
  return (spec.process?.rlimits ?? []).flatMap(({ type, soft }, index) => {
    if (type !== "RLIMIT_NOFILE" || soft >= leastFiles) return [];
    return [
      error(`/process/rlimits/${index}/soft`, `leaves the runtime too few open files, ${soft}`, {
        hint: "a runtime sets the limit before it is done; at least 64 leaves room for each of them",
      }),
    ];
  });
}

/** sched(7), sched_setattr(2). */
function scheduler(spec: Spec): readonly Complaint[] {
  const asked = spec.process?.scheduler;
  if (asked === undefined) return [];
  const { policy, priority = 0, nice = 0, runtime = 0, deadline = 0, period = 0 } = asked;
  const found: Complaint[] = [];
  const realtime = policy === "SCHED_FIFO" || policy === "SCHED_RR";
  if (realtime && (priority < 1 || priority > 99)) {
    found.push(
      error("/process/scheduler/priority", `must be from 1 to 99 for ${policy}, is ${priority}`, {
        statement: "CFG-LPROC-15",
      }),
    );
  }
  if (!realtime && priority !== 0) {
    found.push(
      error("/process/scheduler/priority", `must be 0 for ${policy}, is ${priority}`, {
        statement: "CFG-LPROC-15",
      }),
    );
  }
  if (nice < -20 || nice > 19) {
    found.push(
      error("/process/scheduler/nice", `must be from -20 to 19, is ${nice}`, { statement: "CFG-LPROC-14" }),
    );
  }
  const ordered = runtime > 0 && runtime <= deadline && (period === 0 || period === 0n || deadline <= period);
  if (policy === "SCHED_DEADLINE" && !ordered) {
    const says = "wants 0 < runtime <= deadline <= period for SCHED_DEADLINE";
    found.push(error("/process/scheduler", says, { statement: "CFG-LPROC-17" }));
  }
  return found;
}

function affinity(spec: Spec): readonly Complaint[] {
  const asked = spec.process?.execCPUAffinity ?? {};
  return (["initial", "final"] as const).flatMap((side) => {
    const list = asked[side];
    if (list === undefined || isCpuList(list)) return [];
    const at = `/process/execCPUAffinity/${side}` as const;
    return [
      error(at, `must be a list of processors, as in 0-3,7, is ${quote(list, 60)}`, {
        statement: "CFG-LPROC-21",
      }),
    ];
  });
}

/** The kernel's list format (cpuset(7)), with blanks as runtimes allow them; an empty list counts too. */
export function isCpuList(list: string): boolean {
  return (
    list.trim() === "" ||
    list.split(",").every((part) => {
      const [, low, high = low] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
      return low !== undefined && Number(low) <= Number(high);
    })
  );
}
