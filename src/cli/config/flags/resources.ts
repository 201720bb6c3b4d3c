import type { FlagValues } from "../../flags.ts";
import { type ConfigFlagTable, under } from "./table.ts";

/** What the container's cgroup limits. */
export const resourceFlags = under("limits of the cgroup", {
  memory: {
    kind: "value",
    short: "m",
    value: "SIZE",
    help: "memory limit: 64m, 1.5g, -1 for none",
    sets: ["/linux/resources/memory/limit"],
  },
  "memory-reservation": {
    kind: "value",
    value: "SIZE",
    help: "memory kept free for it",
    sets: ["/linux/resources/memory/reservation"],
  },
  "memory-swap": {
    kind: "value",
    value: "SIZE",
    help: "limit of memory and swap together",
    sets: ["/linux/resources/memory/swap"],
  },
  "memory-swappiness": {
    kind: "value",
    value: "N",
    help: "0 to 100: how willingly memory is swapped out (cgroup v1)",
    sets: ["/linux/resources/memory/swappiness"],
  },
  "oom-kill-disable": {
    kind: "switch",
    help: "processes wait for memory instead of being killed (cgroup v1)",
    sets: ["/linux/resources/memory/disableOOMKiller"],
  },
  "pids-limit": {
    kind: "value",
    value: "N",
    help: "how many processes and threads; -1 for no limit",
    sets: ["/linux/resources/pids/limit"],
  },
  cpus: {
    kind: "value",
    value: "N",
    help: "CPU time: 1.5 is one and a half CPUs",
    sets: ["/linux/resources/cpu/quota", "/linux/resources/cpu/period"],
  },
  "cpu-period": {
    kind: "value",
    value: "MICROSECONDS",
    help: "period of --cpu-quota: 1000 to 1000000",
    sets: ["/linux/resources/cpu/period"],
  },
  "cpu-quota": {
    kind: "value",
    value: "MICROSECONDS",
    help: "CPU time in each period, at least 1000; -1 for no limit",
    sets: ["/linux/resources/cpu/quota"],
  },
  "cpu-burst": {
    kind: "value",
    value: "MICROSECONDS",
    help: "unused CPU time that may be saved up",
    sets: ["/linux/resources/cpu/burst"],
  },
  "cpu-idle": {
    kind: "switch",
    help: "run only when nothing else wants to (cgroup v2)",
    sets: ["/linux/resources/cpu/idle"],
  },
  "cpu-rt-period": {
    kind: "value",
    value: "MICROSECONDS",
    help: "period of --cpu-rt-runtime (cgroup v1)",
    sets: ["/linux/resources/cpu/realtimePeriod"],
  },
  "cpu-rt-runtime": {
    kind: "value",
    value: "MICROSECONDS",
    help: "CPU time of realtime processes in each such period (cgroup v1)",
    sets: ["/linux/resources/cpu/realtimeRuntime"],
  },
  "cpu-shares": {
    kind: "value",
    short: "c",
    value: "N",
    help: "share of CPU time when it is scarce; 1024 is usual",
    sets: ["/linux/resources/cpu/shares"],
  },
  "cpuset-cpus": {
    kind: "value",
    value: "LIST",
    help: "the CPUs that may be used: 0-2,4",
    sets: ["/linux/resources/cpu/cpus"],
  },
  "cpuset-mems": {
    kind: "value",
    value: "LIST",
    help: "the memory nodes that may be used",
    sets: ["/linux/resources/cpu/mems"],
  },
  "blkio-weight": {
    kind: "value",
    value: "N",
    help: "10 to 1000: share of the disks when they are busy",
    sets: ["/linux/resources/blockIO/weight"],
  },
  "blkio-weight-device": {
    kind: "list",
    value: "DEVICE:N",
    help: "the same for one disk: /dev/sda:500",
    sets: ["/linux/resources/blockIO/weightDevice"],
  },
  "device-read-bps": {
    kind: "list",
    value: "DEVICE:BYTES",
    help: "the most bytes a second read from a disk: /dev/sda:1mb",
    sets: ["/linux/resources/blockIO/throttleReadBpsDevice"],
  },
  "device-write-bps": {
    kind: "list",
    value: "DEVICE:BYTES",
    help: "and written to it",
    sets: ["/linux/resources/blockIO/throttleWriteBpsDevice"],
  },
  "device-read-iops": {
    kind: "list",
    value: "DEVICE:N",
    help: "the most reads a second from a disk: /dev/sda:1000",
    sets: ["/linux/resources/blockIO/throttleReadIOPSDevice"],
  },
  "device-write-iops": {
    kind: "list",
    value: "DEVICE:N",
    help: "and the most writes",
    sets: ["/linux/resources/blockIO/throttleWriteIOPSDevice"],
  },
  "hugepage-limit": {
    kind: "list",
    value: "SIZE=BYTES",
    help: "the most bytes in huge pages of a size: 2MB=1g",
    sets: ["/linux/resources/hugepageLimits"],
  },
  rdma: {
    kind: "list",
    value: "DEVICE=LIMITS",
    help: "limits of an RDMA device: mlx5_0=hca_handle=2 or mlx5_0=hca_object=2000",
    sets: ["/linux/resources/rdma"],
  },
  "intel-rdt": {
    kind: "value",
    value: "FIELDS",
    help: "cache and memory bandwidth: closid=NAME, l3=L3:0=f, mb=MB:0=50, schemata=LINE, monitor, with commas between",
    sets: ["/linux/intelRdt"],
  },
  "cgroup-conf": {
    kind: "list",
    value: "FILE=VALUE",
    help: "a cgroup v2 file and its content: memory.high=32M",
    sets: ["/linux/resources/unified"],
  },
  "cgroups-path": {
    kind: "value",
    value: "PATH",
    help: "the container's cgroup (linux.cgroupsPath)",
    sets: ["/linux/cgroupsPath"],
  },
  "cgroup-parent": {
    kind: "value",
    value: "PATH",
    help: "the cgroup that the container's is made in, named as the container; for `run` alone",
    sets: ["/linux/cgroupsPath"],
  },
} satisfies ConfigFlagTable);

export type ResourceValues = FlagValues<typeof resourceFlags>;
