import type { BlockIo, Cpu, HugepageLimit, Memory, Rdma } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import type { CpuBandwidth } from "../parse/cpus.ts";
import { editLinux, editResources } from "./edit.ts";

/** Bytes; -1 is no limit. `swap` is memory and swap together, as in cgroup v1 (config-linux.md#memory). */
export function withMemory(
  memory: Pick<Memory, "limit" | "reservation" | "swap" | "swappiness" | "disableOOMKiller">,
): SpecOption {
  return editResources((resources) => ({ ...resources, memory: { ...resources.memory, ...memory } }));
}

/** How many processes and threads the cgroup may hold; -1 is no limit (config-linux.md#pids). */
export function withPidsLimit(limit: number): SpecOption {
  return editResources((resources) => ({ ...resources, pids: { ...resources.pids, limit } }));
}

/** CPU time, in microseconds (config-linux.md#cpu); `parseCpus` makes it from a number of CPUs. */
export function withCpus({ quota, period }: CpuBandwidth): SpecOption {
  return editResources((resources) => ({ ...resources, cpu: { ...resources.cpu, quota, period } }));
}

/** Further fields of linux.resources.cpu, in microseconds; realtime ones are of cgroup v1, `idle` (0 or 1) of v2 (config-linux.md#cpu). */
export function withCpu(
  cpu: Pick<Cpu, "quota" | "period" | "burst" | "idle" | "realtimeRuntime" | "realtimePeriod">,
): SpecOption {
  return editResources((resources) => ({ ...resources, cpu: { ...resources.cpu, ...cpu } }));
}

/** The share of CPU time when there is not enough for all; 1024 is the usual one. */
export function withCpuShares(shares: number): SpecOption {
  return editResources((resources) => ({ ...resources, cpu: { ...resources.cpu, shares } }));
}

/** The CPUs and memory nodes that may be used, in the kernel's list format; `parseIndexList` checks it. */
export function withCpuset(set: { readonly cpus?: string; readonly mems?: string }): SpecOption {
  return editResources((resources) => ({ ...resources, cpu: { ...resources.cpu, ...set } }));
}

/** Files of the container's cgroup v2 and what is written into them, over those that are there (config-linux.md#unified). Since 1.1.0. */
export function withUnified(files: Readonly<Record<string, string>>): SpecOption {
  return editResources((resources) => ({ ...resources, unified: { ...resources.unified, ...files } }));
}

/** Where the container's cgroup is, below the cgroup mount; with systemd "SLICE:PREFIX:NAME" (config-linux.md#cgroups-path). */
export function withCgroupsPath(path: string): SpecOption {
  return editLinux((linux) => ({ ...linux, cgroupsPath: path }));
}

/** A field of linux.resources.blockIO; lists are added to those that are there, one entry for each device (config-linux.md#block-io). */
export function withBlockIo(io: BlockIo): SpecOption {
  return editResources((resources) => {
    const before = resources.blockIO ?? {};
    const lists = blockLists.flatMap((name) => {
      const added = io[name] ?? [];
      if (added.length === 0) return [];
      const others = (before[name] ?? []).filter(
        ({ major, minor }) => !added.some((one) => one.major === major && one.minor === minor),
      );
      return [[name, [...others, ...added]] as const];
    });
    return { ...resources, blockIO: { ...before, ...io, ...Object.fromEntries(lists) } };
  });
}

const blockLists = [
  "weightDevice",
  "throttleReadBpsDevice",
  "throttleWriteBpsDevice",
  "throttleReadIOPSDevice",
  "throttleWriteIOPSDevice",
] as const;

/** The most bytes in huge pages of a size, instead of a limit of the same size (config-linux.md#huge-page-limits). */
export function withHugepageLimit(limit: HugepageLimit): SpecOption {
  return editResources((resources) => ({
    ...resources,
    hugepageLimits: [
      ...(resources.hugepageLimits ?? []).filter(({ pageSize }) => pageSize !== limit.pageSize),
      limit,
    ],
  }));
}

/** Limits of one RDMA device (config-linux.md#rdma). */
export function withRdma(device: string, limit: Rdma): SpecOption {
  return editResources((resources) => ({ ...resources, rdma: { ...resources.rdma, [device]: limit } }));
}
