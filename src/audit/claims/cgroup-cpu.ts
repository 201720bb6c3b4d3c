import type { CgroupValue } from "../../kernel/parse/cgroup.ts";
import type { Cpu, Integer64, Resources } from "../../oci/spec.ts";
import { limitDiffers, rangesDiffer, weightsOf } from "../cgroup-values.ts";
import type { CgroupWish, Place } from "../cgroup-wish.ts";
import { undecided } from "../claim.ts";
import { show } from "../compare.ts";

/** resources.cpu (config-linux.md#cpu). */
export function cpuWishes({ cpu = {} }: Resources): readonly CgroupWish[] {
  const { shares, quota, period, burst, idle, cpus, mems } = cpu;
  return [
    ...(shares === undefined ? [] : [sharesWish(shares, idle)]),
    ...wish("quota", quota, "LX-CPU-02", (asked) => ({
      v2: [
        {
          file: "cpu.max",
          differs: (seen) => limitDiffers(BigInt(asked) <= 0n ? -1 : asked, part(seen, "quota")),
        },
      ],
      v1: [plain("cpu.cfs_quota_us", asked)],
    })),
    ...wish("period", period, "LX-CPU-02", (asked) => ({
      v2: [{ file: "cpu.max", differs: (seen) => limitDiffers(asked, part(seen, "period")) }],
      v1: [plain("cpu.cfs_period_us", asked)],
    })),
    ...wish("burst", burst, "LX-CPU-06", (asked) => ({
      v2: [plain("cpu.max.burst", asked)],
      v1: [plain("cpu.cfs_burst_us", asked)],
    })),
    ...wish("idle", idle, "LX-CPU-09", (asked) => {
      const place: Place = {
        file: "cpu.idle",
        differs: (seen) => (seen === (BigInt(asked) !== 0n) ? undefined : `cpu.idle is ${show(seen)}`),
      };
      return { v2: [place], v1: [place] };
    }),
    ...realtimeWishes(cpu),
    ...(cpus ? [setWish("cpus", cpus)] : []),
    ...(mems ? [setWish("mems", mems)] : []),
  ];
}

function wish(
  name: keyof Cpu,
  asked: Integer64 | undefined,
  statement: string,
  places: (asked: Integer64) => Pick<CgroupWish, "v1" | "v2">,
): readonly CgroupWish[] {
  if (asked === undefined) return [];
  return [
    {
      at: `/linux/resources/cpu/${name}`,
      statements: [statement],
      asked,
      controller: "cpu",
      zeroIsUnset: name !== "idle" && name !== "burst",
      ...places(asked),
    },
  ];
}

function sharesWish(shares: Integer64, idle: Integer64 | undefined): CgroupWish {
  const { line, curve } = weightsOf(shares);
  const clamped = BigInt(Math.min(Math.max(Number(shares), 2), 262144));
  const weight: Place = {
    file: "cpu.weight",
    differs: (seen) => {
      if (idle !== undefined && BigInt(idle) !== 0n)
        return undecided("cpu.weight counts for nothing while cpu.idle is 1");
      return seen === line || seen === curve
        ? undefined
        : `${shares} shares are weight ${curve} (or ${line} by the older formula), the kernel shows ${show(seen)}`;
    },
  };
  return {
    at: "/linux/resources/cpu/shares",
    statements: ["LX-CPU-01"],
    asked: shares,
    controller: "cpu",
    zeroIsUnset: true,
    v2: [weight],
    v1: [plain("cpu.shares", BigInt(shares) === 0n ? shares : clamped)],
  };
}

function realtimeWishes({ realtimeRuntime, realtimePeriod }: Cpu): readonly CgroupWish[] {
  const why = "cgroup v2 has no realtime limits";
  return [
    ...wish("realtimeRuntime", realtimeRuntime, "LX-CPU-07", (asked) => ({
      v2: why,
      v1: [plain("cpu.rt_runtime_us", asked)],
    })),
    ...wish("realtimePeriod", realtimePeriod, "LX-CPU-07", (asked) => ({
      v2: why,
      v1: [plain("cpu.rt_period_us", asked)],
    })),
  ];
}

function setWish(name: "cpus" | "mems", asked: string): CgroupWish {
  const place: Place = { file: `cpuset.${name}`, differs: (seen) => rangesDiffer(asked, seen) };
  return {
    at: `/linux/resources/cpu/${name}`,
    statements: ["LX-CPU-08"],
    asked,
    controller: "cpuset",
    v2: [place],
    v1: [place],
  };
}

function plain(file: string, asked: Integer64): Place {
  return { file, differs: (seen) => limitDiffers(asked, seen) };
}

function part(seen: CgroupValue, name: "quota" | "period"): unknown {
  return typeof seen === "object" && name in seen
    ? (seen as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
