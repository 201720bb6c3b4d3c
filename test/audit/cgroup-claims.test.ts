import { describe, expect, test } from "vitest";
import { audit, summarise } from "../../src/audit/audit.ts";
import { ioWeightOf, unifiedDiffers, weightsOf } from "../../src/audit/cgroup-values.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import type { Resources, Spec } from "../../src/oci/spec.ts";
import { captured } from "../kernel/support/tree.ts";
import { findingsOf, type Row, v1, v2, verdictsOf } from "./support/rows.ts";

const asks = (resources: Resources): Partial<Spec> => ({ linux: { resources } });
const at = (path: string): string => `/linux/resources/${path}`;
const all = (verdict: "kept" | "broken" | "unseen", ...paths: readonly string[]): Row[3] =>
  Object.fromEntries(paths.map((path) => [at(path), verdict]));

const memory = { limit: 67108900, reservation: 33554432, swap: 100663332 };
const memoryPaths = ["memory/limit", "memory/reservation", "memory/swap"];
const cpu = { shares: 512, quota: 50000, period: 100000, burst: 5, idle: 0, cpus: "0,1", mems: "0" };
const cpuPaths = ["cpu/shares", "cpu/quota", "cpu/period", "cpu/burst", "cpu/idle", "cpu/cpus", "cpu/mems"];
const device = { major: 8, minor: 0 };
const blockIO = {
  weight: 500,
  weightDevice: [{ ...device, weight: 100 }],
  throttleReadBpsDevice: [{ ...device, rate: 1024 }],
  throttleWriteBpsDevice: [{ ...device, rate: 2048 }],
  throttleReadIOPSDevice: [{ ...device, rate: 3 }],
  throttleWriteIOPSDevice: [{ ...device, rate: 4 }],
};
const ioPaths = Object.keys(blockIO).map((name) => `blockIO/${name}${name === "weight" ? "" : "/0"}`);

const v2Rows: readonly Row[] = [
  [
    "memory, cut to pages, swap alone",
    asks({ memory }),
    v2({ "memory.max": "67108864", "memory.low": "33554432", "memory.swap.max": "33554432" }),
    all("kept", ...memoryPaths),
  ],
  [
    "other memory",
    asks({ memory }),
    v2({ "memory.max": "max", "memory.low": "0", "memory.swap.max": "max" }),
    all("broken", ...memoryPaths),
  ],
  [
    "a page less and a byte more than asked",
    asks({ memory: { limit: 67108864, reservation: 33554432 } }),
    v2({ "memory.max": "67104768", "memory.low": "33554433" }),
    all("broken", "memory/limit", "memory/reservation"),
  ],
  [
    "cut to pages of 64 KiB",
    asks({ memory: { limit: 67174399 } }),
    v2({ "memory.max": "67108864" }),
    all("kept", "memory/limit"),
  ],
  [
    "memory without limit",
    asks({ memory: { limit: -1, swap: -1 } }),
    v2({ "memory.max": "max", "memory.swap.max": "max" }),
    all("kept", "memory/limit", "memory/swap"),
  ],
  [
    "a limit where none was asked",
    asks({ memory: { limit: -1 } }),
    v2({ "memory.max": "4096" }),
    all("broken", "memory/limit"),
  ],
  [
    "0 that runtimes take as not set",
    asks({ memory: { limit: 0 } }),
    v2({ "memory.max": "max" }),
    all("unseen", "memory/limit"),
  ],
  [
    "no memory controller",
    asks({ memory: { limit: 4096 } }),
    v2({ "cgroup.controllers": "cpu\n" }),
    all("broken", "memory/limit"),
  ],
  ["no swap accounting", asks({ memory: { swap: 4096 } }), v2({}), all("unseen", "memory/swap")],
  [
    "what v2 does not have",
    asks({
      memory: {
        kernel: 1,
        kernelTCP: 1,
        swappiness: 1,
        disableOOMKiller: true,
        useHierarchy: true,
        checkBeforeUpdate: true,
      },
      cpu: { realtimeRuntime: 1, realtimePeriod: 1 },
      network: { classID: 1, priorities: [{ name: "eth0", priority: 1 }] },
      blockIO: { leafWeight: 10 },
      devices: [{ allow: false }],
    }),
    v2({}),
    all(
      "unseen",
      "memory/kernel",
      "memory/kernelTCP",
      "memory/swappiness",
      "memory/disableOOMKiller",
      "memory/useHierarchy",
      "memory/checkBeforeUpdate",
      "cpu/realtimeRuntime",
      "cpu/realtimePeriod",
      "network/classID",
      "network/priorities/0",
      "blockIO/leafWeight",
      "devices/0",
    ),
  ],
  ["pids", asks({ pids: { limit: 7 } }), v2({ "pids.max": "7" }), all("kept", "pids/limit")],
  ["other pids", asks({ pids: { limit: -1 } }), v2({ "pids.max": "7" }), all("broken", "pids/limit")],
  [
    "pids 0 before 1.3.0",
    { ociVersion: "1.2.1", ...asks({ pids: { limit: 0 } }) },
    v2({ "pids.max": "max" }),
    all("kept", "pids/limit"),
  ],
  [
    "cpu",
    asks({ cpu }),
    v2({
      "cpu.weight": "59",
      "cpu.max": "50000 100000",
      "cpu.max.burst": "5",
      "cpu.idle": "0",
      "cpuset.cpus": "0-1",
      "cpuset.mems": "0",
    }),
    all("kept", ...cpuPaths),
  ],
  [
    "cpu.weight by the older formula",
    asks({ cpu: { shares: 512 } }),
    v2({ "cpu.weight": "20" }),
    all("kept", "cpu/shares"),
  ],
  [
    "other cpu",
    asks({ cpu }),
    v2({
      "cpu.weight": "100",
      "cpu.max": "max 50000",
      "cpu.max.burst": "0",
      "cpu.idle": "1",
      "cpuset.cpus": "0",
      "cpuset.mems": "",
    }),
    all("broken", ...cpuPaths),
  ],
  [
    "cpu.weight while idle",
    asks({ cpu: { shares: 512, idle: 1 } }),
    v2({ "cpu.weight": "0", "cpu.idle": "1" }),
    { ...all("unseen", "cpu/shares"), ...all("kept", "cpu/idle") },
  ],
  ["no quota", asks({ cpu: { quota: -1 } }), v2({ "cpu.max": "max 100000" }), all("kept", "cpu/quota")],
  [
    "block io through bfq",
    asks({ blockIO }),
    v2({ "io.bfq.weight": "default 500\n8:0 100", "io.max": "8:0 rbps=1024 wbps=2048 riops=3 wiops=4" }),
    all("kept", ...ioPaths),
  ],
  [
    "block io through io.weight, with bfq's there and left alone",
    asks({ blockIO: { weight: 500 } }),
    v2({ "io.bfq.weight": "default 100", "io.weight": "default 4950" }),
    all("kept", "blockIO/weight"),
  ],
  [
    "block io through neither",
    asks({ blockIO: { weight: 500 } }),
    v2({ "io.bfq.weight": "default 100", "io.weight": "default 100" }),
    all("broken", "blockIO/weight"),
  ],
  [
    "block io through io.weight",
    asks({ blockIO: { weight: 500 } }),
    v2({ "io.weight": "default 4950" }),
    all("kept", "blockIO/weight"),
  ],
  [
    "other block io",
    asks({ blockIO }),
    v2({ "io.bfq.weight": "default 100", "io.max": "8:16 rbps=1024" }),
    all("broken", ...ioPaths),
  ],
  [
    "huge pages",
    asks({ hugepageLimits: [{ pageSize: "2MB", limit: 2097152 }] }),
    v2({ "hugetlb.2MB.max": "max", "hugetlb.2MB.rsvd.max": "2097152" }),
    all("kept", "hugepageLimits/0"),
  ],
  [
    "other huge pages",
    asks({ hugepageLimits: [{ pageSize: "2MB", limit: 2097152 }] }),
    v2({ "hugetlb.2MB.max": "max" }),
    all("broken", "hugepageLimits/0"),
  ],
  [
    "rdma",
    asks({ rdma: { mlx: { hcaHandles: 3, hcaObjects: 4 }, other: { hcaHandles: 1 } } }),
    v2({ "rdma.max": "mlx hca_handle=3 hca_object=4\nother hca_handle=max hca_object=max" }),
    { ...all("kept", "rdma/mlx"), ...all("broken", "rdma/other") },
  ],
  [
    "unified",
    asks({ unified: { "memory.high": "64M", "x.y": "text", "io.max": "8:0 rbps=5" } }),
    v2({ "memory.high": "67108864", "x.y": "text\n", "io.max": "8:0 rbps=5 wbps=max" }),
    all("kept", "unified/memory.high", "unified/x.y", "unified/io.max"),
  ],
  [
    "other unified",
    asks({ unified: { "memory.high": "64M", "x.y": "text" } }),
    v2({ "memory.high": "1", "x.y": "other\n" }),
    all("broken", "unified/memory.high", "unified/x.y"),
  ],
];

const v1Rows: readonly Row[] = [
  [
    "memory",
    asks({
      memory: {
        ...memory,
        kernel: 8192,
        kernelTCP: -1,
        swappiness: 30,
        disableOOMKiller: true,
        useHierarchy: true,
      },
    }),
    v1({
      "memory.limit_in_bytes": "67108864",
      "memory.soft_limit_in_bytes": "33554432",
      "memory.memsw.limit_in_bytes": "100663296",
      "memory.kmem.limit_in_bytes": "8192",
      "memory.kmem.tcp.limit_in_bytes": "9223372036854771712",
      "memory.swappiness": "30",
      "memory.oom_control": "oom_kill_disable 1\nunder_oom 0\n",
      "memory.use_hierarchy": "1",
    }),
    all(
      "kept",
      ...memoryPaths,
      "memory/kernel",
      "memory/kernelTCP",
      "memory/swappiness",
      "memory/disableOOMKiller",
      "memory/useHierarchy",
    ),
  ],
  [
    "other memory",
    asks({ memory: { ...memory, swappiness: 30, disableOOMKiller: false, useHierarchy: false } }),
    v1({
      "memory.limit_in_bytes": "9223372036854771712",
      "memory.soft_limit_in_bytes": "1",
      "memory.memsw.limit_in_bytes": "1",
      "memory.swappiness": "60",
      "memory.oom_control": "oom_kill_disable 1\n",
      "memory.use_hierarchy": "1",
    }),
    all("broken", ...memoryPaths, "memory/swappiness", "memory/disableOOMKiller", "memory/useHierarchy"),
  ],
  [
    "cpu",
    asks({ cpu: { ...cpu, quota: -1, realtimeRuntime: 5, realtimePeriod: 6 } }),
    v1({
      "cpu.shares": "512",
      "cpu.cfs_quota_us": "-1",
      "cpu.cfs_period_us": "100000",
      "cpu.cfs_burst_us": "5",
      "cpu.idle": "0",
      "cpuset.cpus": "0-1",
      "cpuset.mems": "0",
      "cpu.rt_runtime_us": "5",
      "cpu.rt_period_us": "6",
    }),
    all("kept", ...cpuPaths, "cpu/realtimeRuntime", "cpu/realtimePeriod"),
  ],
  [
    "shares below the kernel's least",
    asks({ cpu: { shares: 1 } }),
    v1({ "cpu.shares": "2" }),
    all("kept", "cpu/shares"),
  ],
  [
    "other cpu",
    asks({ cpu }),
    v1({
      "cpu.shares": "1024",
      "cpu.cfs_quota_us": "-1",
      "cpu.cfs_period_us": "5",
      "cpu.cfs_burst_us": "0",
      "cpu.idle": "1",
      "cpuset.cpus": "0",
      "cpuset.mems": "1",
    }),
    all("broken", ...cpuPaths),
  ],
  [
    "block io",
    asks({ blockIO }),
    v1({
      "blkio.bfq.weight": "500",
      "blkio.bfq.weight_device": "8:0 100",
      "blkio.throttle.read_bps_device": "8:0 1024",
      "blkio.throttle.write_bps_device": "8:0 2048",
      "blkio.throttle.read_iops_device": "8:0 3",
      "blkio.throttle.write_iops_device": "8:0 4",
    }),
    all("kept", ...ioPaths),
  ],
  [
    "network classes",
    asks({ network: { classID: 5, priorities: [{ name: "eth0", priority: 2 }] } }),
    v1({ "net_cls.classid": "5", "net_prio.ifpriomap": "lo 0\neth0 2" }),
    all("kept", "network/classID", "network/priorities/0"),
  ],
  [
    "huge pages and pids",
    asks({ hugepageLimits: [{ pageSize: "1GB", limit: 0 }], pids: { limit: 9 } }),
    v1({ "hugetlb.1GB.limit_in_bytes": "0", "pids.max": "9" }),
    all("kept", "hugepageLimits/0", "pids/limit"),
  ],
  [
    "unified is for v2",
    asks({ unified: { "memory.high": "1" } }),
    v1({}),
    all("unseen", "unified/memory.high"),
  ],
  [
    "devices",
    asks({
      devices: [
        { allow: false, access: "rwm" },
        { allow: true, type: "c", major: 1, minor: 3, access: "rwm" },
        { allow: true, type: "b", major: 8, access: "r" },
      ],
    }),
    v1({ "devices.list": "c *:* m\nc 1:3 rwm\nb 8:* rw" }),
    all("kept", "devices/0", "devices/1", "devices/2"),
  ],
  [
    "a device that is not allowed",
    asks({ devices: [{ allow: true, type: "c", major: 1, minor: 3, access: "rw" }] }),
    v1({ "devices.list": "c 1:3 r" }),
    all("broken", "devices/0"),
  ],
  [
    "everything allowed",
    asks({ devices: [{ allow: false }, { allow: false, type: "c", major: 5 }] }),
    v1({ "devices.list": "a *:* rwm" }),
    all("broken", "devices/0", "devices/1"),
  ],
  [
    "everything asked",
    asks({ devices: [{ allow: false }, { allow: true }] }),
    v1({ "devices.list": "b *:* rwm\nc *:* rwm" }),
    { [at("devices/0")]: "unseen", [at("devices/1")]: "kept" },
  ],
  [
    "one kind wholly readable behind the runtime's back",
    asks({ devices: [{ allow: false }, { allow: true, type: "c", access: "m" }] }),
    v1({ "devices.list": "c *:* m\nb *:* r" }),
    { [at("devices/0")]: "broken", [at("devices/1")]: "kept" },
  ],
  [
    "a rule that a later one takes back in part",
    asks({
      devices: [
        { allow: true, type: "c", major: 5, access: "rw" },
        { allow: false, type: "c", major: 5, minor: 1, access: "w" },
      ],
    }),
    v1({ "devices.list": "c 1:3 rwm" }),
    { [at("devices/0")]: "unseen", [at("devices/1")]: "kept" },
  ],
  [
    "a rule that a later one repeats",
    asks({
      devices: [
        { allow: true, type: "c", major: 5 },
        { allow: true, type: "c", major: 5, minor: 1 },
      ],
    }),
    v1({ "devices.list": "c 1:3 rwm" }),
    all("broken", "devices/0", "devices/1"),
  ],
  [
    "a denial of which some is allowed",
    asks({ devices: [{ allow: false, type: "c", major: 5 }] }),
    v1({ "devices.list": "c 5:1 r" }),
    all("broken", "devices/0"),
  ],
];

describe("cgroup v2", () => {
  test.each(v2Rows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});

describe("cgroup v1", () => {
  test.each(v1Rows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});

describe("cgroupsPath", () => {
  test.each([
    ["/box", "kept"],
    ["/box/", "kept"],
    ["box", "kept"],
    ["/bo", "broken"],
    ["/other", "broken"],
    ["bo", "broken"],
    ["system.slice:x:box", "broken"],
  ])("%s is %s", async (cgroupsPath, verdict) => {
    for (const files of [v1({}), v2({})])
      expect(
        await verdictsOf(["", { linux: { cgroupsPath } }, files, { "/linux/cgroupsPath": "kept" }]),
      ).toEqual({
        "/linux/cgroupsPath": verdict,
      });
  });

  test("the systemd form is a scope", async () => {
    const files = { ...v2({}), "/proc/7/cgroup": "0::/system.slice/runc-box.scope\n" };
    const row: Row = [
      "",
      { linux: { cgroupsPath: "system.slice:runc:box" } },
      files,
      { "/linux/cgroupsPath": "kept" },
    ];
    expect(await verdictsOf(row)).toEqual(row[3]);
  });

  test("a process that moved itself below is still there", async () => {
    const files = { ...v2({}), "/proc/7/cgroup": "0::/box/init\n" };
    const row: Row = ["", { linux: { cgroupsPath: "/box" } }, files, { "/linux/cgroupsPath": "kept" }];
    expect(await verdictsOf(row)).toEqual(row[3]);
  });
});

describe("conversions", () => {
  test.each([
    [2, 1, 1],
    [1024, 39, 100],
    [262144, 10000, 10000],
    [1, 1, 1],
    [999999, 10000, 10000],
  ])("%i shares are weight %i by the line and %i by the curve", (shares, line, curve) =>
    expect(weightsOf(shares)).toEqual({ line, curve }),
  );

  test.each([
    [10, 1],
    [500, 4950],
    [1000, 10000],
  ])("blkio weight %i is io.weight %i", (weight, expected) => expect(ioWeightOf(weight)).toBe(expected));

  test.each([
    ["memory.max", "1G", 1073741824, undefined],
    ["memory.max", "max", "max", undefined],
    ["memory.max", "max", 5, expect.any(String)],
    ["memory.max", "nonsense", 5, expect.stringContaining("format")],
    ["cpu.max", "5000", { quota: 5000, period: 100000 }, undefined],
    ["cpu.max", "5000 1000", { quota: 5000, period: 100000 }, expect.any(String)],
    ["cpuset.cpus", "0,1", [0, 1], undefined],
  ])("unified %s %j against %j", (key, asked, seen, expected) => {
    const difference = unifiedDiffers(key, asked, seen);
    if (expected === undefined) expect(difference).toBeUndefined();
    else expect(difference).toEqual(expected);
  });
});

describe("the whole audit", () => {
  const spec: Partial<Spec> = {
    hostname: "box",
    process: { cwd: "/", args: ["other"] },
    ...asks({ pids: { limit: 8 } }),
  };

  test("counts by verdict", async () => {
    const findings = await findingsOf(spec, v2({ "pids.max": "7" }));
    const { kept, broken, unseen, id } = summarise("web", findings);
    expect({ id, kept, broken, unseen }).toEqual({ id: "web", kept: 1, broken: 1, unseen: 2 });
    expect(findings.find(({ verdict }) => verdict === "broken")).toEqual({
      at: "/linux/resources/pids/limit",
      verdict: "broken",
      asked: 8,
      seen: 7,
      source: "/sys/fs/cgroup/box/pids.max",
      why: "asked for 8, the kernel shows 7",
    });
  });

  test("of a created container only what process asks waits for start", async () => {
    const view = await viewProcess(7, { files: captured({ "/proc/7/stat": statLine }) });
    const findings = audit({ ociVersion: "1.0.0", ...spec }, view, { status: "created" });
    const waiting = findings.filter((finding) => "why" in finding && finding.why.includes("not started"));
    expect(waiting.map(({ at: place }) => place)).toEqual(["/process/args", "/process/cwd"]);
  });

  test("a config that asks nothing has no findings", async () =>
    expect(await findingsOf({}, {})).toEqual([]));

  test("what the view was not asked is unseen, never kept", async () => {
    const view = await viewProcess(7, { files: captured({ "/proc/7/stat": statLine }) });
    const findings = audit({ ociVersion: "1.0.0", linux: { maskedPaths: ["/x"], sysctl: { a: "1" } } }, view);
    expect(findings.map(({ verdict }) => verdict)).toEqual(["unseen", "unseen"]);
  });
});

const statLine = `7 (box) S 1${" 0".repeat(17)} 555${" 0".repeat(19)}`;
