import { withDevice } from "../../src/spec/options/devices.ts";
import { withHook } from "../../src/spec/options/hooks.ts";
import { withMount, withoutMount } from "../../src/spec/options/mounts.ts";
import {
  withNamespacePath,
  withoutNamespace,
  withPrivateNamespace,
  withTimeOffsets,
  withUserNamespace,
} from "../../src/spec/options/namespaces.ts";
import {
  withCgroupsPath,
  withCpuShares,
  withCpus,
  withCpuset,
  withMemory,
  withPidsLimit,
  withUnified,
} from "../../src/spec/options/resources.ts";
import { withSysctl } from "../../src/spec/options/sysctls.ts";
import type { OptionCase } from "./option-case.ts";
import { defaultSpec } from "./sample.ts";

const base = defaultSpec();
const mounts = base.mounts ?? [];
const namespaces = base.linux?.namespaces ?? [];
const rules = base.linux?.resources?.devices ?? [];
const mapping = { containerID: 0, hostID: 100000, size: 65536 };
const small = { containerID: 0, hostID: 100000, size: 1 };
const data = { destination: "/data", type: "bind", source: "/srv", options: ["rbind"] };
const mib = 2 ** 20;
const time = [...namespaces, { type: "time" }];

export const linuxOptionCases: readonly OptionCase[] = [
  {
    name: "withMemory",
    option: withMemory({ limit: 64 * mib, swap: -1 }),
    changes: { "/linux/resources/memory": { limit: 64 * mib, swap: -1 } },
  },
  { name: "withPidsLimit", option: withPidsLimit(9), changes: { "/linux/resources/pids": { limit: 9 } } },
  {
    name: "withCpus",
    option: withCpus({ quota: 50000, period: 100000 }),
    changes: { "/linux/resources/cpu": { quota: 50000, period: 100000 } },
  },
  { name: "withCpuShares", option: withCpuShares(512), changes: { "/linux/resources/cpu": { shares: 512 } } },
  {
    name: "withCpuset",
    option: withCpuset({ cpus: "0" }),
    changes: { "/linux/resources/cpu": { cpus: "0" } },
  },
  {
    name: "withUnified",
    option: withUnified({ "memory.high": "1" }),
    changes: { "/linux/resources/unified": { "memory.high": "1" } },
  },
  { name: "withCgroupsPath", option: withCgroupsPath("/lab/x"), changes: { "/linux/cgroupsPath": "/lab/x" } },
  {
    name: "withSysctl",
    option: withSysctl({ "net.ipv4.ip_forward": "1" }),
    changes: { "/linux/sysctl": { "net.ipv4.ip_forward": "1" } },
  },
  { name: "withMount", option: withMount(data), changes: { "/mounts": [...mounts, data] } },
  {
    name: "withMount over another",
    option: withMount({ ...data, destination: "/dev/shm/" }),
    changes: {
      "/mounts/6/destination": "/dev/shm/",
      "/mounts/6/type": "bind",
      "/mounts/6/source": "/srv",
      "/mounts/6/options": ["rbind"],
    },
    also: ["/mounts"],
  },
  {
    name: "withoutMount",
    option: withoutMount("/dev/mqueue"),
    changes: { "/mounts": mounts.toSpliced(5, 1) },
  },
  {
    name: "withDevice",
    option: withDevice({ type: "c", path: "/dev/fuse", major: 10, minor: 229 }, "rw"),
    changes: {
      "/linux/devices": [{ type: "c", path: "/dev/fuse", major: 10, minor: 229 }],
      "/linux/resources/devices": [...rules, { allow: true, type: "c", major: 10, minor: 229, access: "rw" }],
    },
    adds: true,
  },
  {
    name: "withDevice of a FIFO",
    option: withDevice({ type: "p", path: "/run/pipe" }),
    changes: { "/linux/devices": [{ type: "p", path: "/run/pipe" }] },
  },
  {
    name: "withHook",
    option: withHook("poststop", { path: "/bin/true" }),
    changes: { "/hooks": { poststop: [{ path: "/bin/true" }] } },
    adds: true,
  },
  {
    name: "withoutNamespace uts",
    option: withoutNamespace("uts"),
    changes: { "/linux/namespaces": namespaces.toSpliced(3, 1), "/hostname": undefined },
    also: ["/domainname"],
  },
  {
    name: "withoutNamespace network",
    option: withoutNamespace("network"),
    changes: { "/linux/namespaces": namespaces.toSpliced(1, 1) },
  },
  {
    name: "withNamespacePath",
    option: withNamespacePath("network", "/proc/1/ns/net"),
    changes: { "/linux/namespaces/1/path": "/proc/1/ns/net" },
    also: ["/linux/namespaces"],
  },
  {
    name: "withPrivateNamespace",
    option: withPrivateNamespace("time"),
    changes: { "/linux/namespaces": time },
  },
  {
    name: "withTimeOffsets",
    option: withTimeOffsets({ boottime: { secs: 9 } }),
    changes: { "/linux/namespaces": time, "/linux/timeOffsets": { boottime: { secs: 9 } } },
  },
  {
    name: "withUserNamespace",
    option: withUserNamespace({ uidMappings: [mapping], gidMappings: [mapping] }),
    changes: {
      "/linux/namespaces": [...namespaces, { type: "user" }],
      "/linux/uidMappings": [mapping],
      "/linux/gidMappings": [mapping],
    },
  },
  {
    name: "withUserNamespace of one id",
    option: withUserNamespace({ uidMappings: [small], gidMappings: [small] }),
    changes: {
      "/linux/namespaces": [...namespaces, { type: "user" }],
      "/linux/uidMappings": [small],
      "/linux/gidMappings": [small],
      "/mounts/2/options": (mounts[2]?.options ?? []).filter((option) => option !== "gid=5"),
    },
  },
];
