import { quote } from "../../base/text.ts";
import type { Integer64, Spec } from "../../oci/spec.ts";
import { isCpuList } from "./limits.ts";
import { type Complaint, error, type Rule, removal, warning } from "./rule.ts";

/** Rules about linux.resources.memory and cpu (config-linux.md#memory, #cpu). */
export const memoryAndCpuRules: readonly Rule[] = [
  { name: "memory-swap", check: swap },
  { name: "memory-reservation-above-limit", check: reservation },
  { name: "memory-limit-tiny", check: tinyLimit },
  { name: "memory-kernel", check: kernelMemory },
  { name: "memory-swappiness", check: swappiness },
  { name: "cpu-burst-above-quota", check: burst },
  { name: "cpu-bandwidth-out-of-range", check: bandwidth },
  { name: "cpu-realtime-above-period", check: realtime },
  { name: "cpu-list-malformed", check: cpuLists },
  { name: "cpu-idle", check: idle },
];

const memoryAt = "/linux/resources/memory" as const;
const cpuAt = "/linux/resources/cpu" as const;

function isSet(value: Integer64 | undefined): value is Integer64 {
  return value !== undefined && value > 0;
}

function swap(spec: Spec): readonly Complaint[] {
  const { limit, swap: both } = spec.linux?.resources?.memory ?? {};
  if (!isSet(both)) return [];
  if (!isSet(limit)) {
    const hint = "swap counts memory and swap together, so it needs a limit of memory alone";
    return [error(`${memoryAt}/swap`, "needs a memory limit besides", { hint, statement: "LX-MEM-03" })];
  }
  if (both >= limit) return [];
  return [
    error(`${memoryAt}/swap`, `must not be below limit, is ${both} with limit ${limit}`, {
      hint: "swap counts memory and swap together: equal to limit means no swap",
      fix: [{ op: "replace", path: `${memoryAt}/swap`, value: limit }],
      statement: "LX-MEM-03",
    }),
  ];
}

function reservation(spec: Spec): readonly Complaint[] {
  const { limit, reservation: soft } = spec.linux?.resources?.memory ?? {};
  if (!isSet(limit) || !isSet(soft) || soft <= limit) return [];
  return [
    warning(`${memoryAt}/reservation`, "is above limit and so without effect", { statement: "LX-MEM-02" }),
  ];
}

/** runc 1.3.6 dies at 4 MiB and runs at 6 MiB. */
function tinyLimit(spec: Spec): readonly Complaint[] {
  const limit = spec.linux?.resources?.memory?.limit;
  if (!isSet(limit) || limit >= 6 * 2 ** 20) return [];
  return [
    warning(
      `${memoryAt}/limit`,
      `${limit} bytes are too few for runc itself, which starts in the same cgroup`,
      {
        hint: "use at least 6 MiB (6291456)",
        statement: "LX-MEM-01",
      },
    ),
  ];
}

function kernelMemory(spec: Spec): readonly Complaint[] {
  return (["kernel", "kernelTCP"] as const).flatMap((field) => {
    if (spec.linux?.resources?.memory?.[field] === undefined) return [];
    const at = `${memoryAt}/${field}` as const;
    return [
      warning(at, "is not recommended: current kernels ignore or refuse it", {
        fix: removal(at),
        statement: field === "kernel" ? "LX-MEM-04" : "LX-MEM-05",
      }),
    ];
  });
}

function swappiness(spec: Spec): readonly Complaint[] {
  const value = spec.linux?.resources?.memory?.swappiness;
  if (value === undefined || (value >= 0 && value <= 100)) return [];
  return [error(`${memoryAt}/swappiness`, `must be from 0 to 100, is ${value}`, { statement: "LX-MEM-06" })];
}

function burst(spec: Spec): readonly Complaint[] {
  const { quota, burst: extra } = spec.linux?.resources?.cpu ?? {};
  if (!isSet(extra) || !isSet(quota) || extra <= quota) return [];
  return [
    error(`${cpuAt}/burst`, `must not be above quota, is ${extra} with quota ${quota}`, {
      statement: "LX-CPU-04",
    }),
  ];
}

/** Documentation/scheduler/sched-bwc.rst: period and quota of at least 1 ms, period of at most 1 s. */
function bandwidth(spec: Spec): readonly Complaint[] {
  const { quota, period } = spec.linux?.resources?.cpu ?? {};
  const found: Complaint[] = [];
  if (isSet(period) && (period < 1000 || period > 1_000_000)) {
    found.push(
      error(`${cpuAt}/period`, `must be from 1000 to 1000000 microseconds, is ${period}`, {
        statement: "LX-CPU-02",
      }),
    );
  }
  if (isSet(quota) && quota < 1000) {
    found.push(
      error(`${cpuAt}/quota`, `must be at least 1000 microseconds, is ${quota}`, { statement: "LX-CPU-02" }),
    );
  }
  return found;
}

function realtime(spec: Spec): readonly Complaint[] {
  const { realtimeRuntime, realtimePeriod } = spec.linux?.resources?.cpu ?? {};
  if (!isSet(realtimeRuntime) || !isSet(realtimePeriod) || realtimeRuntime <= realtimePeriod) return [];
  return [error(`${cpuAt}/realtimeRuntime`, "must not be above realtimePeriod", { statement: "LX-CPU-07" })];
}

function cpuLists(spec: Spec): readonly Complaint[] {
  return (["cpus", "mems"] as const).flatMap((field) => {
    const list = spec.linux?.resources?.cpu?.[field];
    if (list === undefined || isCpuList(list)) return [];
    const says = `must be numbers and ranges, as in 0-3,7, is ${quote(list, 60)}`;
    return [error(`${cpuAt}/${field}`, says, { statement: "LX-CPU-08" })];
  });
}

function idle(spec: Spec): readonly Complaint[] {
  const value = spec.linux?.resources?.cpu?.idle;
  if (value === undefined || [0, 1].includes(Number(value))) return [];
  return [error(`${cpuAt}/idle`, `must be 0 or 1, is ${value}`, { statement: "LX-CPU-09" })];
}
