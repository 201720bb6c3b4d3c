import type { SpecOption } from "../../spec/context.ts";
import { withIntelRdt } from "../../spec/options/hardware.ts";
import {
  withCgroupsPath,
  withCpu,
  withCpuShares,
  withCpus,
  withCpuset,
  withHugepageLimit,
  withMemory,
  withPidsLimit,
  withRdma,
  withUnified,
} from "../../spec/options/resources.ts";
import { badValue } from "../../spec/parse/bad-value.ts";
import { parseBytes } from "../../spec/parse/bytes.ts";
import { parseCpus, parseIndexList } from "../../spec/parse/cpus.ts";
import { parseHugepageLimit, parseIntelRdt, parseRdma } from "../../spec/parse/hardware.ts";
import { parseInteger } from "../../spec/parse/number.ts";
import { parsePair } from "../../spec/parse/pair.ts";
import { blockIoOptions } from "./block-io.ts";
import { cgroupPathOf } from "./cgroup.ts";
import type { ResourceValues } from "./flags/resources.ts";
import { given } from "./given.ts";
import type { ConfigWorld } from "./options.ts";

/** The flags that end in the container's cgroup. Errors: "spec.bad-option", "usage.bad-argument". */
export function resourceOptions(
  flags: ResourceValues,
  world: Pick<ConfigWorld, "id">,
): readonly SpecOption[] {
  const unified = flags["cgroup-conf"].map((text) => parsePair(text, "cgroup file"));
  return [
    ...memoryOptions(flags),
    ...given(flags["pids-limit"], (text) =>
      withPidsLimit(parseInteger(text, { kind: "limit of processes", least: -1, most: 4_194_304 })),
    ),
    ...cpuOptions(flags),
    ...blockIoOptions(flags),
    ...flags["hugepage-limit"].map((text) => withHugepageLimit(parseHugepageLimit(text))),
    ...flags.rdma.map((text) => withRdma(...parseRdma(text))),
    ...given(flags["intel-rdt"], (text) => withIntelRdt(parseIntelRdt(text))),
    ...(unified.length === 0 ? [] : [withUnified(Object.fromEntries(unified))]),
    ...given(flags["cgroups-path"], withCgroupsPath),
    ...given(flags["cgroup-parent"], (parent) => withCgroupsPath(cgroupPathOf(parent, world))),
  ];
}

function memoryOptions(flags: ResourceValues): readonly SpecOption[] {
  return [
    ...given(flags.memory, (text) => withMemory({ limit: limitOf(text, "--memory") })),
    ...given(flags["memory-reservation"], (text) =>
      withMemory({ reservation: limitOf(text, "--memory-reservation") }),
    ),
    ...given(flags["memory-swap"], (text) => withMemory({ swap: limitOf(text, "--memory-swap") })),
    ...given(flags["memory-swappiness"], (text) =>
      withMemory({ swappiness: parseInteger(text, { kind: "swappiness", least: 0, most: 100 }) }),
    ),
    ...(flags["oom-kill-disable"] ? [withMemory({ disableOOMKiller: true })] : []),
  ];
}

/** Docker reads 0 as "not given" where the kernel reads it as "nothing at all": neither is taken for the other. */
function limitOf(text: string, flag: string): number {
  const bytes = parseBytes(text);
  if (bytes !== 0) return bytes;
  throw badValue("size", text, {
    got: "a limit of nothing stops every program",
    form: `-1 for no limit, or leave out ${flag}`,
  });
}

function cpuOptions(flags: ResourceValues): readonly SpecOption[] {
  const time = (kind: string, least: number) => (text: string) =>
    parseInteger(text, { kind, least, most: Number.MAX_SAFE_INTEGER });
  const number = (text: string | undefined, parse: (text: string) => number, field: string) =>
    given(text, (value) => withCpu({ [field]: parse(value) }));
  return [
    ...given(flags.cpus, (text) => withCpus(parseCpus(text))),
    ...number(flags["cpu-period"], periodOf, "period"),
    ...number(flags["cpu-quota"], quotaOf, "quota"),
    ...number(flags["cpu-burst"], time("CPU burst", 0), "burst"),
    ...(flags["cpu-idle"] ? [withCpu({ idle: 1 })] : []),
    ...number(flags["cpu-rt-period"], time("real-time period", 1), "realtimePeriod"),
    ...number(flags["cpu-rt-runtime"], time("real-time runtime", -1), "realtimeRuntime"),
    ...given(flags["cpu-shares"], (text) =>
      withCpuShares(parseInteger(text, { kind: "share of CPU time", least: 2, most: 262_144 })),
    ),
    ...given(flags["cpuset-cpus"], (text) => withCpuset({ cpus: parseIndexList(text) })),
    ...given(flags["cpuset-mems"], (text) => withCpuset({ mems: parseIndexList(text) })),
  ];
}

/** Documentation/scheduler/sched-bwc.rst: 1 ms to 1 s. */
function periodOf(text: string): number {
  return parseInteger(text, { kind: "CPU period", least: 1000, most: 1_000_000 });
}

function quotaOf(text: string): number {
  const value = parseInteger(text, { kind: "CPU quota", least: -1, most: Number.MAX_SAFE_INTEGER });
  if (value === -1 || value >= 1000) return value;
  throw badValue("CPU quota", text, {
    got: "the kernel takes no quota below 1 ms",
    form: "microseconds from 1000, or -1 for no limit",
  });
}
