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
} satisfies ConfigFlagTable);
