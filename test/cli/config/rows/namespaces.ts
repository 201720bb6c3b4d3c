import type { FlagRow } from "./row.ts";

/** The default list: pid, network, ipc, uts, mount, cgroup. */
const all = ["pid", "network", "ipc", "uts", "mount", "cgroup"];
const at = "/linux/namespaces";
const without = (type: string) => ({ [at]: all.filter((one) => one !== type).map((one) => ({ type: one })) });
const joined = (type: string, path: string) => ({ [`${at}/${all.indexOf(type)}`]: { type, path } });
const added = (type: string, path?: string) => ({
  [`${at}/-`]: path === undefined ? { type } : { type, path },
});
const range = { containerID: 0, hostID: 1000, size: 10 };
const devpts = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"];
const shm = {
  destination: "/dev/shm",
  type: "bind",
  source: "/dev/shm",
  options: ["rbind", "rprivate", "nosuid", "noexec", "nodev"],
};

/** The test's world has a container "web" whose first process is 77. */
export const namespaceRows: readonly FlagRow[] = [
  ["network", ["--network", "none"], {}],
  ["network", ["--network", "host"], without("network")],
  ["network", ["--network", "ns:/run/netns/x"], joined("network", "/run/netns/x")],
  ["network", ["--network", "container:web"], joined("network", "/proc/77/ns/net")],
  ["pid", ["--pid", "private"], {}],
  ["pid", ["--pid", "host"], without("pid")],
  ["pid", ["--pid", "container:web"], joined("pid", "/proc/77/ns/pid")],
  ["pid", ["--pid", "ns:/proc/9/ns/pid"], joined("pid", "/proc/9/ns/pid")],
  ["ipc", ["--ipc", "private"], {}],
  ["ipc", ["--ipc", "shareable"], {}],
  ["ipc", ["--ipc", "none"], { "/mounts/6": undefined }],
  ["ipc", ["--ipc", "host"], { ...without("ipc"), "/mounts/6": shm }],
  ["ipc", ["--ipc", "container:web"], joined("ipc", "/proc/77/ns/ipc")],
  ["uts", ["--uts", "host"], without("uts")],
  ["uts", ["--uts", "container:web"], joined("uts", "/proc/77/ns/uts")],
  ["cgroupns", ["--cgroupns", "private"], {}],
  ["cgroupns", ["--cgroupns", "host"], without("cgroup")],
  ["cgroupns", ["--cgroupns", "container:web"], joined("cgroup", "/proc/77/ns/cgroup")],
  ["userns", ["--userns", "host"], {}],
  ["userns", ["--userns", "container:web"], added("user", "/proc/77/ns/user")],
  [
    "userns",
    ["--userns", "private", "--uidmap", "0:1000:10"],
    {
      ...added("user"),
      "/linux/uidMappings": [range],
      "/linux/gidMappings": [range],
      "/mounts/2/options": [...devpts, "gid=5"],
    },
  ],
  ["namespace", ["--namespace", "network=/proc/7/ns/net"], joined("network", "/proc/7/ns/net")],
  ["namespace", ["--namespace", "mnt=container:web"], joined("mount", "/proc/77/ns/mnt")],
  ["namespace", ["--namespace", "time=private"], { ...added("time"), "/ociVersion": "1.1.0" }],
  [
    "uidmap",
    ["--uidmap", "0:1000:10"],
    { ...added("user"), "/linux/uidMappings": [range], "/linux/gidMappings": [range] },
  ],
  [
    "gidmap",
    ["--uidmap", "0:1000:10", "--gidmap", "0:2000:5"],
    {
      ...added("user"),
      "/linux/uidMappings": [range],
      "/linux/gidMappings": [{ containerID: 0, hostID: 2000, size: 5 }],
      "/mounts/2/options": devpts,
    },
  ],
  [
    "gidmap",
    ["--gidmap", "0:1000:10"],
    { ...added("user"), "/linux/uidMappings": [range], "/linux/gidMappings": [range] },
  ],
  [
    "time-offset",
    ["--time-offset", "boottime=86400", "--time-offset", "monotonic=-1.5"],
    {
      ...added("time"),
      "/linux/timeOffsets": { boottime: { secs: 86400 }, monotonic: { secs: -2, nanosecs: 500_000_000 } },
      "/ociVersion": "1.1.0",
    },
  ],
  [
    "net-device",
    ["--net-device", "eth1", "--net-device=eth2=in"],
    { "/linux/netDevices": { eth1: {}, eth2: { name: "in" } }, "/ociVersion": "1.3.0" },
  ],
  [
    "sysctl",
    ["--sysctl", "net.ipv4.ip_forward=1", "--sysctl=kernel.msgmax=9"],
    { "/linux/sysctl": { "net.ipv4.ip_forward": "1", "kernel.msgmax": "9" } },
  ],
];
