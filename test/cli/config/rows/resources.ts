import type { FlagRow } from "./row.ts";

const at = "/linux/resources";
const v11 = { "/ociVersion": "1.1.0" };

/** The test's directory has a block device "disk" with the numbers 7:99. */
export const resourceRows: readonly FlagRow[] = [
  ["memory", ["-m", "64m"], { [`${at}/memory`]: { limit: 67108864 } }],
  ["memory", ["-m=1.5G"], { [`${at}/memory`]: { limit: 1610612736 } }],
  ["memory", ["-m", ".5g"], { [`${at}/memory`]: { limit: 536870912 } }],
  ["memory", ["--memory=65536"], { [`${at}/memory`]: { limit: 65536 } }],
  ["memory-reservation", ["--memory-reservation", "1k"], { [`${at}/memory`]: { reservation: 1024 } }],
  ["memory-swap", ["-m1g", "--memory-swap", "2g"], { [`${at}/memory`]: { limit: 2 ** 30, swap: 2 ** 31 } }],
  ["memory-swap", ["-m1g", "--memory-swap", "-1"], { [`${at}/memory`]: { limit: 2 ** 30, swap: -1 } }],
  ["memory-swap", ["--memory-swap", "2g"], { [`${at}/memory`]: { swap: 2 ** 31 } }],
  ["memory-swappiness", ["--memory-swappiness", "0"], { [`${at}/memory`]: { swappiness: 0 } }],
  ["oom-kill-disable", ["--oom-kill-disable"], { [`${at}/memory`]: { disableOOMKiller: true } }],
  ["pids-limit", ["--pids-limit", "32"], { [`${at}/pids`]: { limit: 32 } }],
  ["pids-limit", ["--pids-limit", "-1"], { [`${at}/pids`]: { limit: -1 } }],
  ["cpus", ["--cpus", "1.5"], { [`${at}/cpu`]: { quota: 150000, period: 100000 } }],
  ["cpus", ["--cpus", ".5"], { [`${at}/cpu`]: { quota: 50000, period: 100000 } }],
  ["cpu-period", ["--cpu-period", "50000"], { [`${at}/cpu`]: { period: 50000 } }],
  [
    "cpu-quota",
    ["--cpu-quota", "25000", "--cpu-period=50000"],
    { [`${at}/cpu`]: { quota: 25000, period: 50000 } },
  ],
  ["cpu-quota", ["--cpu-quota", "-1"], { [`${at}/cpu`]: { quota: -1 } }],
  [
    "cpu-burst",
    ["--cpus=1", "--cpu-burst", "2000"],
    { [`${at}/cpu`]: { quota: 100000, period: 100000, burst: 2000 }, ...v11 },
  ],
  ["cpu-burst", ["--cpu-burst", "0"], { [`${at}/cpu`]: { burst: 0 }, ...v11 }],
  ["cpu-idle", ["--cpu-idle"], { [`${at}/cpu`]: { idle: 1 }, ...v11 }],
  ["cpu-rt-period", ["--cpu-rt-period", "1000000"], { [`${at}/cpu`]: { realtimePeriod: 1_000_000 } }],
  ["cpu-rt-runtime", ["--cpu-rt-runtime", "950000"], { [`${at}/cpu`]: { realtimeRuntime: 950_000 } }],
  ["cpu-shares", ["-c", "512"], { [`${at}/cpu`]: { shares: 512 } }],
  ["cpuset-cpus", ["--cpuset-cpus", "0-2,4"], { [`${at}/cpu`]: { cpus: "0-2,4" } }],
  ["cpuset-mems", ["--cpuset-mems", "0"], { [`${at}/cpu`]: { mems: "0" } }],
  ["blkio-weight", ["--blkio-weight", "300"], { [`${at}/blockIO`]: { weight: 300 } }],
  [
    "blkio-weight-device",
    ["--blkio-weight-device", "DISK:500"],
    { [`${at}/blockIO`]: { weightDevice: [{ major: 7, minor: 99, weight: 500 }] } },
  ],
  ...(
    [
      ["device-read-bps", "throttleReadBpsDevice", "1mb", 1048576],
      ["device-write-bps", "throttleWriteBpsDevice", "2k", 2048],
      ["device-read-iops", "throttleReadIOPSDevice", "1000", 1000],
      ["device-write-iops", "throttleWriteIOPSDevice", "7", 7],
    ] as const
  ).map(
    ([flag, field, text, rate]): FlagRow => [
      flag,
      [`--${flag}`, `DISK:${text}`],
      { [`${at}/blockIO`]: { [field]: [{ major: 7, minor: 99, rate }] } },
    ],
  ),
  [
    "hugepage-limit",
    ["--hugepage-limit", "2MB=1g", "--hugepage-limit=1g=0"],
    {
      [`${at}/hugepageLimits`]: [
        { pageSize: "2MB", limit: 2 ** 30 },
        { pageSize: "1GB", limit: 0 },
      ],
    },
  ],
  [
    "rdma",
    ["--rdma", "mlx5_0=hca_handle=2,hca_object=2000", "--rdma=mlx5_1=hca_handle=3,hca_object=max"],
    {
      [`${at}/rdma`]: { mlx5_0: { hcaHandles: 2, hcaObjects: 2000 }, mlx5_1: { hcaHandles: 3 } },
      "/ociVersion": "1.0.2",
    },
  ],
  [
    "intel-rdt",
    ["--intel-rdt", "closid=gold,l3=L3:0=f;1=f,mb=MB:0=50,monitor"],
    {
      "/linux/intelRdt": {
        closID: "gold",
        l3CacheSchema: "L3:0=f;1=f",
        memBwSchema: "MB:0=50",
        enableMonitoring: true,
      },
      "/ociVersion": "1.3.0",
    },
  ],
  [
    "intel-rdt",
    ["--intel-rdt", "schemata=L3:0=f,schemata=MB:0=50"],
    { "/linux/intelRdt": { schemata: ["L3:0=f", "MB:0=50"] }, "/ociVersion": "1.3.0" },
  ],
  [
    "cgroup-conf",
    ["--cgroup-conf", "memory.high=32M", "--cgroup-conf=io.max=8:0 rbps=1"],
    { [`${at}/unified`]: { "memory.high": "32M", "io.max": "8:0 rbps=1" }, ...v11 },
  ],
  ["cgroups-path", ["--cgroups-path", "/a/b"], { "/linux/cgroupsPath": "/a/b" }],
  ["cgroup-parent", ["--cgroup-parent", "/lab/"], { "/linux/cgroupsPath": "/lab/this-container" }],
  ["cgroup-parent", ["--cgroup-parent", "lab.slice"], { "/linux/cgroupsPath": "/lab.slice/this-container" }],
];
