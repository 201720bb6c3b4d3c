import { quote } from "../../base/text.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { Integer64, Spec } from "../../oci/spec.ts";
import { isCpuList } from "./process.ts";
import { type Complaint, error, type Rule, removal, repeats, warning } from "./rule.ts";

/** Rules about linux.resources, but for devices (config-linux.md#control-groups). */
export const resourceRules: readonly Rule[] = [
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
  { name: "pids-limit-zero", check: pidsZero },
  { name: "hugepages-twice", check: hugepages },
  { name: "block-weight", check: blockWeight },
  { name: "rdma-empty", check: rdmaEmpty },
  { name: "unified-key", check: unifiedKeys },
  { name: "unified-twice", check: unifiedTwice },
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

function pidsZero(spec: Spec): readonly Complaint[] {
  const limit = spec.linux?.resources?.pids?.limit;
  if (limit === undefined || Number(limit) !== 0) return [];
  return [
    warning(
      "/linux/resources/pids/limit",
      "means no process at all since 1.3.0, and no limit to older runtimes",
      {
        hint: "write -1 for no limit, or the number that is meant",
        fix: [{ op: "replace", path: "/linux/resources/pids/limit", value: -1 }],
        statement: "LX-PIDS-03",
      },
    ),
  ];
}

function hugepages(spec: Spec): readonly Complaint[] {
  const limits = spec.linux?.resources?.hugepageLimits ?? [];
  return repeats(limits, ({ pageSize }) => pageSize).map(([index, first]) =>
    warning(
      `/linux/resources/hugepageLimits/${index}`,
      `limits pages of ${limits[index]?.pageSize} again, as entry ${first}`,
    ),
  );
}

function blockWeight(spec: Spec): readonly Complaint[] {
  const { weight, weightDevice = [] } = spec.linux?.resources?.blockIO ?? {};
  const general =
    weight === undefined || weight === 0 || (weight >= 10 && weight <= 1000)
      ? []
      : [
          error("/linux/resources/blockIO/weight", `must be from 10 to 1000, is ${weight}`, {
            statement: "LX-BLK-01",
          }),
        ];
  const devices = weightDevice.flatMap((device, index) =>
    device.weight !== undefined || device.leafWeight !== undefined
      ? []
      : [
          error(`/linux/resources/blockIO/weightDevice/${index}`, "must have a weight or a leafWeight", {
            statement: "LX-BLK-05",
          }),
        ],
  );
  return [...general, ...devices];
}

function rdmaEmpty(spec: Spec): readonly Complaint[] {
  return Object.entries(spec.linux?.resources?.rdma ?? {}).flatMap(([name, { hcaHandles, hcaObjects }]) =>
    hcaHandles !== undefined || hcaObjects !== undefined
      ? []
      : [
          error(`/linux/resources/rdma${pointerToken(name)}`, "must have hcaHandles or hcaObjects", {
            statement: "LX-RDMA-02",
          }),
        ],
  );
}

function unifiedKeys(spec: Spec): readonly Complaint[] {
  return Object.keys(spec.linux?.resources?.unified ?? {}).flatMap((key) => {
    const at = `/linux/resources/unified${pointerToken(key)}` as const;
    if (key.includes("/") || key === "" || key === "." || key === "..") {
      return [
        error(at, "must be the name of a file in the container's cgroup, without a slash", {
          statement: "LX-UNI-01",
        }),
      ];
    }
    if (/^[a-z][a-z0-9]*\.[a-z0-9._-]+$/i.test(key)) return [];
    const hint = "the files of cgroup v2 are called CONTROLLER.NAME, as memory.high";
    return [warning(at, `${quote(key, 60)} is no file of cgroup v2`, { hint, statement: "LX-UNI-01" })];
  });
}

/** Which field of the specification writes the same file of cgroup v2. */
const sameFile: readonly (readonly [string, (spec: Spec) => unknown, string])[] = [
  ["memory.max", (spec) => spec.linux?.resources?.memory?.limit, "memory.limit"],
  ["memory.swap.max", (spec) => spec.linux?.resources?.memory?.swap, "memory.swap"],
  ["memory.low", (spec) => spec.linux?.resources?.memory?.reservation, "memory.reservation"],
  ["pids.max", (spec) => spec.linux?.resources?.pids?.limit, "pids.limit"],
  ["cpu.max", (spec) => spec.linux?.resources?.cpu?.quota, "cpu.quota"],
  ["cpu.weight", (spec) => spec.linux?.resources?.cpu?.shares, "cpu.shares"],
  ["cpuset.cpus", (spec) => spec.linux?.resources?.cpu?.cpus, "cpu.cpus"],
  ["cpuset.mems", (spec) => spec.linux?.resources?.cpu?.mems, "cpu.mems"],
];

function unifiedTwice(spec: Spec): readonly Complaint[] {
  const unified = spec.linux?.resources?.unified ?? {};
  return sameFile
    .filter(([file, value]) => Object.hasOwn(unified, file) && value(spec) !== undefined)
    .map(([file, , field]) =>
      warning(`/linux/resources/unified/${file}`, `is written by ${field} as well: say it once`, {
        statement: "LX-UNI-05",
      }),
    );
}
