import { claimRows, type GuideEntry, hiddenRows } from "./entry.ts";

const zero = "0, which runtimes take as not set";
const onlyV1 = "cgroup v2, which has nothing of the kind";
const at = (name: string): string => `/linux/resources/${name}`;

/** cgroupsPath, resources, intelRdt. */
export const resourceGuide: readonly GuideEntry[] = [
  ...claimRows("config-linux.md#cgroups-path", [
    [
      "/linux/cgroupsPath",
      "/proc/PID/cgroup",
      "the process is in this cgroup or below it; SLICE:PREFIX:NAME is a scope of systemd",
    ],
  ]),
  ...claimRows("config-linux.md#memory", [
    [
      at("memory/limit"),
      ["memory.max", "memory.limit_in_bytes"],
      "the same bytes, cut to pages; -1 is no limit",
      { unseen: zero },
    ],
    [
      at("memory/reservation"),
      ["memory.low", "memory.soft_limit_in_bytes"],
      "the same bytes, cut to pages",
      { unseen: zero },
    ],
    [
      at("memory/swap"),
      ["memory.swap.max", "memory.memsw.limit_in_bytes"],
      "v1: the same bytes; v2: these less the memory limit",
      { unseen: `${zero}; kernels without swap accounting` },
    ],
    [at("memory/kernel"), "memory.kmem.limit_in_bytes", "the same bytes", { unseen: `${onlyV1}; ${zero}` }],
    [
      at("memory/kernelTCP"),
      "memory.kmem.tcp.limit_in_bytes",
      "the same bytes",
      { unseen: `${onlyV1}; ${zero}` },
    ],
    [at("memory/swappiness"), "memory.swappiness", "the same number", { unseen: onlyV1 }],
    [
      at("memory/disableOOMKiller"),
      "memory.oom_control",
      "oom_kill_disable is 1 when true",
      { unseen: onlyV1 },
    ],
    [at("memory/useHierarchy"), "memory.use_hierarchy", "the same", { unseen: onlyV1 }],
  ]),
  ...claimRows("config-linux.md#cpu", [
    [
      at("cpu/shares"),
      ["cpu.weight", "cpu.shares"],
      "v1: the same number, at least 2; v2: its weight by either of the two formulas in use",
      { unseen: `${zero}; while cpu.idle is 1` },
    ],
    [
      at("cpu/quota"),
      ["cpu.max", "cpu.cfs_quota_us"],
      "the same microseconds; not above 0 is no quota",
      { unseen: zero },
    ],
    [at("cpu/period"), ["cpu.max", "cpu.cfs_period_us"], "the same microseconds", { unseen: zero }],
    [at("cpu/burst"), ["cpu.max.burst", "cpu.cfs_burst_us"], "the same microseconds"],
    [
      at("cpu/realtimeRuntime"),
      "cpu.rt_runtime_us",
      "the same microseconds",
      { unseen: `${onlyV1}; kernels without realtime groups; ${zero}` },
    ],
    [
      at("cpu/realtimePeriod"),
      "cpu.rt_period_us",
      "the same microseconds",
      { unseen: `${onlyV1}; kernels without realtime groups; ${zero}` },
    ],
    [at("cpu/cpus"), "cpuset.cpus", "the same processors"],
    [at("cpu/mems"), "cpuset.mems", "the same memory nodes"],
    [at("cpu/idle"), "cpu.idle", "1 when it is not 0"],
  ]),
  ...claimRows("config-linux.md#pids", [
    [at("pids/limit"), "pids.max", "the same number; -1 is no limit, and before 1.3.0 so is 0"],
  ]),
  ...claimRows("config-linux.md#block-io", [
    [
      at("blockIO/weight"),
      ["io.bfq.weight", "io.weight", "blkio.bfq.weight", "blkio.weight"],
      "BFQ's weight, or io.weight on its own scale",
      { unseen: "kernels with neither file" },
    ],
    [
      at("blockIO/leafWeight"),
      "blkio.leaf_weight",
      "the same number",
      { unseen: `${onlyV1}, and kernels since 5.0` },
    ],
    [
      at("blockIO/weightDevice/*"),
      [
        "io.bfq.weight",
        "io.weight",
        "blkio.bfq.weight_device",
        "blkio.weight_device",
        "blkio.leaf_weight_device",
      ],
      "the line of the device has the weight",
      { unseen: "leafWeight alone on cgroup v2; kernels without the file" },
    ],
    [
      at("blockIO/throttleReadBpsDevice/*"),
      ["io.max", "blkio.throttle.read_bps_device"],
      "the line of the device has the rate",
    ],
    [
      at("blockIO/throttleWriteBpsDevice/*"),
      ["io.max", "blkio.throttle.write_bps_device"],
      "the line of the device has the rate",
    ],
    [
      at("blockIO/throttleReadIOPSDevice/*"),
      ["io.max", "blkio.throttle.read_iops_device"],
      "the line of the device has the rate",
    ],
    [
      at("blockIO/throttleWriteIOPSDevice/*"),
      ["io.max", "blkio.throttle.write_iops_device"],
      "the line of the device has the rate",
    ],
  ]),
  ...claimRows("config-linux.md#huge-page-limits", [
    [
      at("hugepageLimits/*"),
      ["hugetlb.", ".max", ".limit_in_bytes"],
      "the limit of reservations or, where there is none, of faults",
    ],
  ]),
  ...claimRows("config-linux.md#network", [
    [at("network/classID"), "net_cls.classid", "the same number", { unseen: onlyV1 }],
    [
      at("network/priorities/*"),
      "net_prio.ifpriomap",
      "the line of the interface has the priority",
      { unseen: onlyV1 },
    ],
  ]),
  ...claimRows("config-linux.md#rdma", [
    [at("rdma/*"), "rdma.max", "the line of the device has hca_handle and hca_object"],
  ]),
  ...claimRows("config-linux.md#unified", [
    [
      at("unified/*"),
      "CGROUP/*",
      "the file of the name holds what was asked, read as the kernel's own text is; it may hold more",
      { unseen: "hosts that bind the controller to cgroup v1" },
    ],
  ]),
  ...claimRows("config-linux.md#allowed-device-list", [
    [
      at("devices/*"),
      ["devices.list", "bpf(2) BPF_PROG_QUERY"],
      "the kernel's list (v1), or the programs of the cgroup and those above it, run on every kind of request that the rule is about (v2), allow or deny what it says, later rules considered; where it denies all, default devices and the making of nodes may be allowed",
      {
        unseen:
          "a later rule says otherwise; v2: whoever audits may not read the programs (CAP_SYS_ADMIN), or they do more than compare numbers",
      },
    ],
  ]),
  ...hiddenRows("config-linux.md#memory", {
    [at("memory/checkBeforeUpdate")]: "it governs later updates and leaves no trace",
  }),
  ...claimRows("config-linux.md#intelrdt", [
    [
      "/linux/intelRdt/closID",
      "/sys/fs/resctrl",
      "the process is among the tasks of the directory",
      { unseen: "resctrl is not mounted at /sys/fs/resctrl" },
    ],
    [
      "/linux/intelRdt/l3CacheSchema",
      "/sys/fs/resctrl",
      "the directory's schemata has these lines",
      { unseen: "as closID" },
    ],
    [
      "/linux/intelRdt/memBwSchema",
      "/sys/fs/resctrl",
      "the directory's schemata has these lines",
      { unseen: "as closID" },
    ],
    [
      "/linux/intelRdt/schemata",
      "/sys/fs/resctrl",
      "the directory's schemata has these lines",
      { unseen: "as closID" },
    ],
    [
      "/linux/intelRdt/enableMonitoring",
      "/sys/fs/resctrl",
      "the process is in a group of mon_groups",
      { unseen: "as closID" },
    ],
  ]),
];
