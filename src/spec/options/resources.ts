import type { Memory } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import type { CpuBandwidth } from "../parse/cpus.ts";
import { editLinux, editResources } from "./edit.ts";

/** Bytes; -1 is no limit. `swap` is memory and swap together, as in cgroup v1 (config-linux.md#memory). */
export function withMemory(memory: Pick<Memory, "limit" | "reservation" | "swap">): SpecOption {
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
