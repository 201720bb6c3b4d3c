import type { Cause } from "./cause.ts";

/** Control groups. */
export const cgroupCauses: readonly Cause[] = [
  {
    name: "cgroup-hybrid",
    code: "runtime.cgroup",
    says: "this host mixes cgroup v1 and v2, and crun takes only one of them",
    tries:
      "run ocilab as root, which then hides the v2 tree from crun (--cgroup-manager=disabled does not help); or boot with systemd.unified_cgroup_hierarchy=1",
    shows: "which hierarchies are mounted",
    words: [
      {
        by: "crun",
        pattern: /hybrid mode not supported/,
        example: "cgroups in hybrid mode not supported, drop all controllers from cgroupv2",
      },
    ],
  },
  {
    name: "cgroup-not-empty",
    code: "runtime.cgroup",
    says: "processes are in the cgroup that the container should have for itself: another container's of the same path, or what a killed one has left",
    tries: "choose another /linux/cgroupsPath or id, or end the processes that its cgroup.procs lists",
    shows: "the cgroup, and how many processes sit in it",
    words: [
      {
        by: "runc",
        pattern: /container's cgroup is not empty: \d+ process/,
        example: "runc create failed: container's cgroup is not empty: 10 process(es) found",
      },
    ],
  },
  {
    name: "cgroup-invalid-state",
    code: "runtime.cgroup",
    says: "processes sit in a cgroup that should hand controllers down, which cgroup v2 forbids (no internal processes): so it is in an invalid state, as in a container that runs a container engine",
    tries:
      "move them into a child first: mkdir /sys/fs/cgroup/init && xargs -n1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs, then echo +memory +pids +cpu > /sys/fs/cgroup/cgroup.subtree_control",
    shows:
      "cgroup.type, cgroup.controllers and cgroup.subtree_control of every cgroup down the path, and how many processes sit in each",
    words: [
      {
        by: "runc",
        pattern: /cannot enter cgroupv2 "(?<path>[^"]+)" with domain controllers/,
        example:
          'runc create failed: unable to start container process: unable to apply cgroup configuration: cannot enter cgroupv2 "/sys/fs/cgroup/docker" with domain controllers -- it is in an invalid state',
      },
      {
        by: "crun",
        pattern: /cgroup\.type` for writing: Permission denied/,
        example: "opening file `/sys/fs/cgroup/./cgroup.type` for writing: Permission denied",
      },
      {
        by: "crun",
        pattern:
          /cannot set controllers? to cgroup.*invalid|cgroup\.(procs|subtree_control|threads)`?: (Operation not supported|Device or resource busy)/i,
        example: "write to `/sys/fs/cgroup/docker/cgroup.procs`: Operation not supported",
      },
    ],
  },
  {
    name: "cgroup-not-delegated",
    code: "runtime.cgroup",
    says: "this user may not make cgroups where the container's should be: nobody has handed that part of the tree to him",
    tries:
      "have systemd do it: systemd-run --user --scope -p Delegate=yes ocilab …, or as root chown the directory, its cgroup.procs, cgroup.subtree_control and cgroup.threads",
    shows: "owner, cgroup.controllers and cgroup.subtree_control of every cgroup down the path",
    words: [
      {
        by: "runc",
        pattern:
          /(?<path>\/sys\/fs\/cgroup\/\S*?)(\/cgroup\.(subtree_control|procs|threads))?: permission denied/,
        example:
          "runc create failed: unable to start container process: unable to apply cgroup configuration: open /sys/fs/cgroup/x/cgroup.subtree_control: permission denied",
      },
      {
        by: "crun",
        pattern:
          /(creating( cgroup directory)?|open|mkdir|write to|writing file) `?(?<path>\/sys\/fs\/cgroup\/[^`:]*)`?: Permission denied/,
        example: "creating cgroup directory `/sys/fs/cgroup/x`: Permission denied",
      },
    ],
  },
  {
    name: "cgroup-controller-missing",
    code: "runtime.cgroup",
    says: "the limit cannot be set: a cgroup above the container's does not hand the controller {controller} down",
    tries:
      "echo +CONTROLLER > cgroup.subtree_control in the first ancestor that lacks it, from the top; what cgroup.controllers at the top lacks, the kernel does not have or cgroup v1 has taken",
    shows:
      "cgroup.controllers and cgroup.subtree_control of every cgroup down the path, and the first that lacks the controller",
    words: [
      {
        by: "runc",
        pattern:
          /open(at2)? (?<path>\/sys\/fs\/cgroup\/\S*)\/(?<controller>memory|pids|cpu|cpuset|io|hugetlb|rdma|misc)\.[\w.]+: no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: error setting cgroup config for procHooks process: openat2 /sys/fs/cgroup/x/memory.max: no such file or directory",
      },
      {
        by: "runc",
        pattern: /unified resource "[^"]+" can't be set: controller "(?<controller>\w+)" not available/,
        example:
          'runc create failed: unable to start container process: error during container init: error setting cgroup config for procHooks process: unified resource "memory.max" can\'t be set: controller "memory" not available',
      },
      {
        by: "crun",
        pattern:
          /open(ing file)? `(?<controller>memory|pids|cpu|cpuset|io|hugetlb|rdma|misc)\.[\w.]+` for writing: No such file/,
        example: "open `memory.max` for writing: No such file or directory",
      },
      {
        by: "crun",
        pattern: /controller `(?<controller>\w+)` is not available under (?<path>\S+)/,
        example: "controller `memory` is not available under /sys/fs/cgroup/x/cgroup.controllers",
      },
      {
        by: "crun",
        pattern:
          /open `?(?<path>\/sys\/fs\/cgroup\/[^`]*)\/(?<controller>memory|pids|cpu|cpuset|io|hugetlb|rdma|misc)\.[\w.]+`?: No such file/,
        example: "open `/sys/fs/cgroup/x/memory.max`: No such file or directory",
      },
      {
        by: "runsc",
        pattern:
          /open(ing)? (?<path>\/sys\/fs\/cgroup\/\S*)\/(?<controller>memory|pids|cpu|cpuset|io)\.[\w.]+: no such file/,
        example: "creating container: opening /sys/fs/cgroup/x/memory.max: no such file or directory",
      },
    ],
  },
  {
    name: "cgroup-v1-path",
    code: "runtime.cgroup",
    says: "{path} is a path of cgroup v1, which gives every controller a tree of its own; this host may have cgroup v2, where all controllers share one tree",
    tries:
      "on v2: /sys/fs/cgroup/NAME/pids.max instead of pids/NAME/pids.max, memory.max instead of memory.limit_in_bytes, cpu.max instead of cpu.cfs_quota_us, cgroup.procs instead of tasks, cgroup.freeze instead of freezer.state",
    shows: "which cgroup version this host has",
    words: [
      {
        by: "any program",
        pattern:
          /(?<path>\/sys\/fs\/cgroup\/(pids|memory|cpu|cpuset|blkio|freezer|devices|net_cls|cpu,cpuacct)\/?[^\s:'"`]*)['"`]?: (no such file|directory nonexistent)/i,
        example: "mkdir: cannot create directory '/sys/fs/cgroup/pids/demo': No such file or directory",
      },
    ],
  },
  {
    name: "memory-limit-too-low",
    code: "runtime.cgroup",
    says: "linux.resources.memory.limit is below what the runtime itself needs before the program starts: {usage} bytes were in use",
    tries: "give /linux/resources/memory/limit 8 MiB or more (crun starts with 1 MiB, runc needs about 6)",
    shows: "the limit that was asked for",
    words: [
      {
        by: "runc",
        pattern: /unable to set memory limit to \d+ \(current usage: (?<usage>\d+)/,
        example:
          "runc create failed: unable to start container process: error during container init: error setting cgroup config for procHooks process: unable to set memory limit to 4096 (current usage: 2281472, peak usage: 2523136)",
      },
      {
        by: "runc",
        pattern: /container init was OOM-killed|memory limit too low/,
        example:
          "runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)",
      },
      {
        by: "crun",
        pattern: /OOM: the memory limit could be too low/,
        example: "OOM: the memory limit could be too low: read from sync socket: Connection reset by peer",
      },
    ],
  },
  {
    name: "pids-limit-too-low",
    code: "runtime.cgroup",
    says: "linux.resources.pids.limit is below the number of threads that the runtime itself needs before the program starts",
    tries:
      "give /linux/resources/pids/limit 16 or more: runc's own start takes about ten threads, crun's two",
    shows: "the limit that was asked for",
    words: [
      {
        by: "runc",
        pattern:
          /failed to create new OS thread|newosproc|pthread_create failed|fork\/exec .*: resource temporarily unavailable/,
        example: "runtime: failed to create new OS thread (have 2 already; errno=11)",
      },
      {
        by: "crun",
        pattern: /^(clone|fork|vfork)\d?: Resource temporarily unavailable/m,
        example: "clone: Resource temporarily unavailable",
      },
    ],
  },
  {
    name: "systemd-missing",
    code: "runtime.cgroup",
    says: "systemd was to make the container's cgroup (--systemd-cgroup), and there is none here that the runtime can ask over D-Bus",
    tries: "leave out --systemd-cgroup; cgroupsPath is then a path, as /user/web, and no SLICE:PREFIX:NAME",
    words: [
      {
        by: "runc",
        pattern: /systemd not running on this host/,
        example: "runc create failed: systemd not running on this host, cannot use systemd cgroups manager",
      },
      {
        by: "crun",
        pattern: /cannot open sd-bus/,
        example: "cannot open sd-bus: No such file or directory",
      },
    ],
  },
];
