import type { SpecOption } from "../../src/spec/context.ts";
import { withArgs, withCommand } from "../../src/spec/options/arguments.ts";
import { withAmbientCapabilities, withCapabilities } from "../../src/spec/options/capabilities.ts";
import { withDevice } from "../../src/spec/options/devices.ts";
import { withEnv, withoutEnv } from "../../src/spec/options/environment.ts";
import { withHook } from "../../src/spec/options/hooks.ts";
import { withAnnotations, withDomainname, withHostname } from "../../src/spec/options/identity.ts";
import { withMount, withoutMount } from "../../src/spec/options/mounts.ts";
import {
  withNamespacePath,
  withoutNamespace,
  withPrivateNamespace,
  withTimeOffsets,
  withUserNamespace,
} from "../../src/spec/options/namespaces.ts";
import {
  withCwd,
  withNoNewPrivileges,
  withOomScoreAdj,
  withoutTerminal,
  withTerminal,
  withUmask,
} from "../../src/spec/options/process.ts";
import {
  withCgroupsPath,
  withCpuShares,
  withCpus,
  withCpuset,
  withMemory,
  withPidsLimit,
  withUnified,
} from "../../src/spec/options/resources.ts";
import { withRlimit } from "../../src/spec/options/rlimits.ts";
import {
  withMaskedPaths,
  withReadonlyPaths,
  withReadonlyRoot,
  withRootfsPropagation,
  withRootPath,
} from "../../src/spec/options/root.ts";
import { withSeccomp } from "../../src/spec/options/seccomp.ts";
import { withSysctl } from "../../src/spec/options/sysctls.ts";
import { withAdditionalGroups, withUser } from "../../src/spec/options/user.ts";
import { defaultSeccomp } from "../../src/spec/seccomp/profile.ts";
import { defaultSpec } from "./sample.ts";

/** An option, and the JSON pointers at which it changes the default config, with what stands there afterwards. */
export type OptionCase = {
  readonly name: string;
  readonly option: SpecOption;
  readonly changes: Readonly<Record<string, unknown>>;
  /** Places that it changes only when other options came before. */
  readonly also?: readonly string[];
  /** Adds another element each time. */
  readonly adds?: true;
};

const base = defaultSpec();
const mounts = base.mounts ?? [];
const namespaces = base.linux?.namespaces ?? [];
const env = base.process?.env ?? [];
const rules = base.linux?.resources?.devices ?? [];
const bounding = base.process?.capabilities?.bounding ?? [];
const without = (name: string) => bounding.filter((other) => other !== name);
const plus = (name: string) => [...bounding, name].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
const order = [...bounding.slice(0, 9), "CAP_NET_ADMIN", ...bounding.slice(9)];
const mapping = { containerID: 0, hostID: 100000, size: 65536 };
const small = { containerID: 0, hostID: 100000, size: 1 };
const data = { destination: "/data", type: "bind", source: "/srv", options: ["rbind"] };
const mib = 2 ** 20;
const sets = "/process/capabilities";
const seccomp = (names: readonly string[]) => defaultSeccomp("amd64", names).syscalls;
const time = [...namespaces, { type: "time" }];

export const optionCases: readonly OptionCase[] = [
  { name: "withArgs", option: withArgs(["a", ""]), changes: { "/process/args": ["a", ""] } },
  { name: "withCommand", option: withCommand(["a"]), changes: { "/process/args": ["/entry", "a"] } },
  {
    name: "withEnv",
    option: withEnv(["A=1", "HOME=/"]),
    changes: { "/process/env": [env[0], "HOME=/", "A=1"] },
  },
  { name: "withoutEnv", option: withoutEnv(["HOME", "NONE"]), changes: { "/process/env": [env[0]] } },
  { name: "withCwd", option: withCwd("/srv"), changes: { "/process/cwd": "/srv" } },
  {
    name: "withTerminal",
    option: withTerminal({ height: 2, width: 3 }),
    changes: {
      "/process/terminal": true,
      "/process/consoleSize": { height: 2, width: 3 },
      "/process/env": [...env, "TERM=xterm"],
    },
  },
  {
    name: "withoutTerminal",
    option: withoutTerminal(),
    changes: { "/process/terminal": false },
    also: ["/process/consoleSize"],
  },
  {
    name: "withNoNewPrivileges",
    option: withNoNewPrivileges(false),
    changes: { "/process/noNewPrivileges": false },
  },
  { name: "withOomScoreAdj", option: withOomScoreAdj(5), changes: { "/process/oomScoreAdj": 5 } },
  { name: "withUmask", option: withUmask(0o27), changes: { "/process/user/umask": 0o27 } },
  {
    name: "withUser",
    option: withUser("web:wheel"),
    changes: { "/process/user/uid": 33, "/process/user/gid": 10, "/process/user/additionalGids": [10] },
  },
  {
    name: "withAdditionalGroups",
    option: withAdditionalGroups(["fuse", "5", "10"]),
    changes: { "/process/user/additionalGids": [0, 10, 20, 5] },
  },
  {
    name: "withRlimit",
    option: withRlimit({ type: "RLIMIT_CORE", soft: 0, hard: 0 }),
    changes: { "/process/rlimits": [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }] },
  },
  {
    name: "withCapabilities drop",
    option: withCapabilities({ drop: ["kill"] }),
    changes: {
      [`${sets}/bounding`]: without("CAP_KILL"),
      [`${sets}/effective`]: without("CAP_KILL"),
      [`${sets}/permitted`]: without("CAP_KILL"),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withCapabilities add",
    option: withCapabilities({ add: ["NET_ADMIN"] }),
    changes: {
      [`${sets}/bounding`]: plus("CAP_NET_ADMIN"),
      [`${sets}/effective`]: plus("CAP_NET_ADMIN"),
      [`${sets}/permitted`]: plus("CAP_NET_ADMIN"),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withCapabilities drop ALL",
    option: withCapabilities({ drop: ["all"], add: ["CAP_SYS_ADMIN"] }),
    changes: {
      [`${sets}/bounding`]: ["CAP_SYS_ADMIN"],
      [`${sets}/effective`]: ["CAP_SYS_ADMIN"],
      [`${sets}/permitted`]: ["CAP_SYS_ADMIN"],
      "/linux/seccomp/syscalls": seccomp(["CAP_SYS_ADMIN"]),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withAmbientCapabilities",
    option: withAmbientCapabilities(["KILL"]),
    changes: { [`${sets}/ambient`]: ["CAP_KILL"], [`${sets}/inheritable`]: ["CAP_KILL"] },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withSeccomp unconfined",
    option: withSeccomp("unconfined"),
    changes: { "/linux/seccomp": undefined },
  },
  {
    name: "withSeccomp of one's own",
    option: withSeccomp({ defaultAction: "SCMP_ACT_LOG" }),
    changes: {
      "/linux/seccomp/defaultAction": "SCMP_ACT_LOG",
      "/linux/seccomp/defaultErrnoRet": undefined,
      "/linux/seccomp/architectures": undefined,
      "/linux/seccomp/syscalls": undefined,
    },
    also: ["/linux/seccomp"],
  },
  { name: "withSeccomp default", option: withSeccomp("default"), changes: {}, also: ["/linux/seccomp"] },
  { name: "withHostname", option: withHostname("web1"), changes: { "/hostname": "web1" } },
  { name: "withDomainname", option: withDomainname("lab"), changes: { "/domainname": "lab" } },
  { name: "withAnnotations", option: withAnnotations({ a: "1" }), changes: { "/annotations/a": "1" } },
  { name: "withReadonlyRoot", option: withReadonlyRoot(), changes: { "/root/readonly": true } },
  { name: "withRootPath", option: withRootPath("/srv/root"), changes: { "/root/path": "/srv/root" } },
  {
    name: "withRootfsPropagation",
    option: withRootfsPropagation("slave"),
    changes: { "/linux/rootfsPropagation": "slave" },
  },
  { name: "withMaskedPaths", option: withMaskedPaths([]), changes: { "/linux/maskedPaths": [] } },
  {
    name: "withReadonlyPaths",
    option: withReadonlyPaths(["/x"]),
    changes: { "/linux/readonlyPaths": ["/x"] },
  },
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
