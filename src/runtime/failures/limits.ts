import type { Cause } from "./cause.ts";

/** Values of linux.resources that the kernel does not take. */
export const limitCauses: readonly Cause[] = [
  {
    name: "swap-without-memory",
    code: "runtime.cgroup",
    says: "the limit of memory and swap together was to be set without one of memory alone, or below it",
    tries:
      "give both: --memory and --memory-swap, /linux/resources/memory/limit and swap; swap counts memory too, so it is not the smaller one",
    shows: "what the config asks of memory",
    words: [
      {
        by: "runc",
        pattern: /memory\.memsw\.limit_in_bytes: invalid argument|set swap limit without memory limit/,
        example:
          'failed to write "134217728": write /sys/fs/cgroup/memory/web/memory.memsw.limit_in_bytes: invalid argument',
      },
      {
        by: "crun",
        pattern: /`memory\.memsw\.limit_in_bytes`: Invalid argument|set swap limit without memory limit/,
        example: "writing file `memory.memsw.limit_in_bytes`: Invalid argument",
      },
    ],
  },
  {
    name: "processors-missing",
    code: "runtime.cgroup",
    says: "not all processors or memory nodes that {file} was to hold are there",
    tries: "name those that are online; /linux/resources/cpu has cpus and mems",
    shows: "which processors and memory nodes the kernel has online",
    words: [
      {
        by: "runc",
        pattern: /\/(?<file>cpuset\.(cpus|mems)): numerical result out of range/,
        example:
          'failed to write "99": write /sys/fs/cgroup/cpuset/web/cpuset.cpus: numerical result out of range',
      },
      {
        by: "crun",
        pattern: /`(?<file>cpuset\.(cpus|mems))`: Numerical result out of range/,
        example: "writing file `cpuset.cpus`: Numerical result out of range",
      },
    ],
  },
];
