import { describe, expect, test } from "vitest";
import type { Process, Spec } from "../../src/oci/spec.ts";
import { mounted, namespaces, type Row, status, verdictsOf } from "./support/rows.ts";

const asks = (process: Partial<Process>): Partial<Spec> => ({ process: { cwd: "/", ...process } });
const kill = { permitted: ["CAP_KILL"], effective: ["CAP_KILL"], bounding: ["CAP_KILL"] };
const setuid = { ...kill, permitted: ["CAP_SETUID", "CAP_SETGID"] };
const root = { uid: 0, gid: 0 };
const bits = { CapPrm: "20", CapEff: "20", CapBnd: "20" };

const rows: readonly Row[] = [
  ["args", asks({ args: ["sleep", "1000"] }), {}, { "/process/args": "kept" }],
  [
    "args of a script",
    asks({ args: ["go.sh", "x"] }),
    { "/proc/7/cmdline": "/bin/sh\0-e\0/bin/go.sh\0x\0" },
    { "/process/args": "kept" },
  ],
  [
    "args of another program since",
    asks({ args: ["/entry.sh", "sleep", "1000"] }),
    {},
    { "/process/args": "unseen" },
  ],
  [
    "env, HOME added by the runtime",
    asks({ args: ["sleep", "1000"], env: ["PATH=/bin"] }),
    {},
    { "/process/env": "kept" },
  ],
  [
    "env, the last of two values",
    asks({ args: ["sleep", "1000"], env: ["PATH=/x", "PATH=/bin"] }),
    {},
    { "/process/env": "kept" },
  ],
  [
    "env with another value",
    asks({ args: ["sleep", "1000"], env: ["PATH=/sbin"] }),
    {},
    { "/process/env": "broken" },
  ],
  ["env with more than asked", asks({ args: ["sleep", "1000"], env: [] }), {}, { "/process/env": "broken" }],
  [
    "env of another program since",
    asks({ args: ["/entry.sh"], env: ["A=1"] }),
    {},
    { "/process/env": "unseen" },
  ],
  [
    "env that may not be read",
    asks({ args: ["sleep", "1000"], env: [] }),
    { "/proc/7/environ": Object.assign(new Error("no"), { code: "EACCES" }) },
    { "/process/env": "unseen" },
  ],
  ["cwd", asks({ cwd: "/tmp/" }), {}, { "/process/cwd": "kept" }],
  ["cwd changed since", asks({ cwd: "/" }), {}, { "/process/cwd": "unseen" }],
  ["no terminal", asks({ terminal: true }), {}, { "/process/terminal": "broken" }],
  [
    "a terminal",
    asks({ terminal: true, consoleSize: { height: 1, width: 1 } }),
    { "/proc/7/fd/0": "-> /dev/pts/3" },
    { "/process/terminal": "kept", "/process/consoleSize": "unseen" },
  ],
  [
    "no_new_privs",
    asks({ noNewPrivileges: true }),
    status({ NoNewPrivs: "1" }),
    { "/process/noNewPrivileges": "kept" },
  ],
  ["no_new_privs missing", asks({ noNewPrivileges: true }), {}, { "/process/noNewPrivileges": "broken" }],
  ["oom_score_adj", asks({ oomScoreAdj: 100 }), {}, { "/process/oomScoreAdj": "kept" }],
  ["another oom_score_adj", asks({ oomScoreAdj: 0 }), {}, { "/process/oomScoreAdj": "broken" }],
  [
    "user",
    asks({ user: { uid: 5, gid: 6, additionalGids: [7, 6], umask: 0o22 } }),
    status({ Uid: "5 5 5 5", Gid: "6 6 6 6", Groups: "7" }),
    {
      "/process/user/uid": "kept",
      "/process/user/gid": "kept",
      "/process/user/additionalGids": "kept",
      "/process/user/umask": "kept",
    },
  ],
  [
    "user by the map",
    asks({ user: root }),
    { ...status({ Uid: "100000 100000 100000 100000" }), "/proc/7/uid_map": "0 100000 10\n" },
    { "/process/user/uid": "kept" },
  ],
  [
    "user outside of the map",
    asks({ user: root }),
    { "/proc/7/uid_map": "0 100000 10\n" },
    { "/process/user/uid": "broken" },
  ],
  [
    "another user",
    asks({ user: { uid: 5, gid: 0 } }),
    {},
    { "/process/user/uid": "broken", "/process/user/gid": "kept" },
  ],
  [
    "only the saved user is another",
    asks({ user: { uid: 5, gid: 0 } }),
    status({ Uid: "5 5 0 5" }),
    { "/process/user/uid": "broken" },
  ],
  [
    "a user that the program may have changed",
    asks({ user: root, capabilities: setuid }),
    status({ Uid: "9 9 9 9", Gid: "9 9 9 9" }),
    { "/process/user/uid": "unseen", "/process/user/gid": "unseen" },
  ],
  [
    "groups missing and too many",
    asks({ user: { ...root, additionalGids: [1] } }),
    status({ Groups: "2" }),
    { "/process/user/additionalGids": "broken" },
  ],
  [
    "a set-user-ID program",
    asks({ user: { uid: 5, gid: 0 } }),
    status({ Uid: "5 0 0 0" }),
    { "/process/user/uid": "unseen" },
  ],
  [
    "a set-user-ID program that could not have been",
    asks({ user: { uid: 5, gid: 0 }, noNewPrivileges: true }),
    status({ Uid: "5 0 0 0" }),
    { "/process/user/uid": "broken" },
  ],
  [
    "capabilities of the program's file",
    asks({ user: { uid: 5, gid: 0 }, capabilities: { bounding: ["CAP_KILL"] } }),
    status({ ...bits, Uid: "5 5 5 5" }),
    { "/process/capabilities/permitted": "unseen", "/process/capabilities/effective": "unseen" },
  ],
  [
    "capabilities that no file can have given",
    asks({ user: { uid: 5, gid: 0 }, capabilities: { bounding: ["CAP_KILL"] }, noNewPrivileges: true }),
    status({ ...bits, Uid: "5 5 5 5" }),
    { "/process/capabilities/permitted": "broken" },
  ],
  ["umask changed since", asks({ user: { ...root, umask: 0 } }), {}, { "/process/user/umask": "unseen" }],
  [
    "capabilities",
    asks({ user: root, capabilities: kill }),
    status(bits),
    {
      "/process/capabilities/bounding": "kept",
      "/process/capabilities/effective": "kept",
      "/process/capabilities/permitted": "kept",
      "/process/capabilities/inheritable": "kept",
      "/process/capabilities/ambient": "kept",
    },
  ],
  [
    "one capability more than asked",
    asks({ user: root, capabilities: kill }),
    status({ ...bits, CapEff: "21" }),
    { "/process/capabilities/effective": "broken", "/process/capabilities/permitted": "kept" },
  ],
  [
    "one capability less than asked",
    asks({ user: root, capabilities: kill }),
    status({ ...bits, CapBnd: "0" }),
    { "/process/capabilities/bounding": "broken" },
  ],
  [
    "a capability without a name",
    asks({ user: root, capabilities: kill }),
    status({ ...bits, CapInh: "8000000000000000" }),
    { "/process/capabilities/inheritable": "broken" },
  ],
  [
    "capabilities gone with the user",
    asks({ user: root, capabilities: { ...kill, permitted: ["CAP_KILL", "CAP_SETUID"], bounding: [] } }),
    status({ Uid: "9 9 9 9" }),
    {
      "/process/capabilities/effective": "unseen",
      "/process/capabilities/permitted": "unseen",
      "/process/capabilities/bounding": "kept",
    },
  ],
  [
    "the bounding set does not go with the user",
    asks({ user: root, capabilities: kill }),
    status({ Uid: "9 9 9 9" }),
    { "/process/capabilities/bounding": "broken", "/process/capabilities/effective": "unseen" },
  ],
  [
    "rlimits",
    asks({
      rlimits: [
        { type: "RLIMIT_NOFILE", soft: 512, hard: 1024 },
        { type: "RLIMIT_CPU", soft: 18446744073709551615n, hard: -1 },
      ],
    }),
    {},
    { "/process/rlimits/0": "kept", "/process/rlimits/1": "kept" },
  ],
  [
    "rlimits that differ",
    asks({
      rlimits: [
        { type: "RLIMIT_NOFILE", soft: 511, hard: 1024 },
        { type: "RLIMIT_CPU", soft: 1, hard: 2 },
      ],
    }),
    {},
    { "/process/rlimits/0": "broken", "/process/rlimits/1": "broken" },
  ],
  [
    "only the hard rlimit differs",
    asks({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 512, hard: 2048 }] }),
    {},
    { "/process/rlimits/0": "broken" },
  ],
  [
    "a soft limit raised as Go does",
    asks({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 512 }] }),
    { "/proc/7/limits": "Limit\nMax open files  512  512  files\n" },
    { "/process/rlimits/0": "unseen" },
  ],
  [
    "both limits of open files changed",
    asks({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 512 }] }),
    { "/proc/7/limits": "Limit\nMax open files  1024  1024  files\n" },
    { "/process/rlimits/0": "broken" },
  ],
  [
    "an rlimit that the kernel does not know",
    asks({ rlimits: [{ type: "RLIMIT_FOO", soft: 1, hard: 2 }] }),
    {},
    { "/process/rlimits/0": "unseen" },
  ],
  [
    "AppArmor",
    asks({ apparmorProfile: "box" }),
    { "/sys/kernel/security/lsm": "lockdown,apparmor", "/proc/7/attr/apparmor/current": "box (enforce)\n" },
    { "/process/apparmorProfile": "kept" },
  ],
  [
    "another profile",
    asks({ apparmorProfile: "box" }),
    { "/sys/kernel/security/lsm": "apparmor", "/proc/7/attr/current": "unconfined\n" },
    { "/process/apparmorProfile": "broken" },
  ],
  [
    "a profile that only begins like it",
    asks({ apparmorProfile: "box" }),
    { "/sys/kernel/security/lsm": "apparmor", "/proc/7/attr/current": "boxer (enforce)\n" },
    { "/process/apparmorProfile": "broken" },
  ],
  ["no AppArmor", asks({ apparmorProfile: "box" }), {}, { "/process/apparmorProfile": "unseen" }],
  [
    "SELinux",
    asks({ selinuxLabel: "container_t" }),
    { "/sys/kernel/security/lsm": "selinux" },
    { "/process/selinuxLabel": "kept" },
  ],
  [
    "another label",
    asks({ selinuxLabel: "other_t" }),
    { "/sys/kernel/security/lsm": "selinux" },
    { "/process/selinuxLabel": "broken" },
  ],
  [
    "scheduler",
    asks({ scheduler: { policy: "SCHED_FIFO", priority: 9, nice: 5, flags: ["SCHED_FLAG_RESET_ON_FORK"] } }),
    {},
    {
      "/process/scheduler/policy": "kept",
      "/process/scheduler/priority": "kept",
      "/process/scheduler/nice": "kept",
      "/process/scheduler/flags": "unseen",
    },
  ],
  [
    "another scheduler",
    asks({ scheduler: { policy: "SCHED_BATCH", priority: 1, nice: 0 } }),
    {},
    {
      "/process/scheduler/policy": "broken",
      "/process/scheduler/priority": "broken",
      "/process/scheduler/nice": "broken",
    },
  ],
  [
    "what procfs does not show",
    asks({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 1 }, execCPUAffinity: { initial: "0" } }),
    {},
    { "/process/ioPriority": "unseen", "/process/execCPUAffinity": "unseen" },
  ],
  [
    "personality",
    { linux: { personality: { domain: "LINUX32" }, memoryPolicy: { mode: "MPOL_BIND", nodes: "0" } } },
    {},
    { "/linux/personality/domain": "kept", "/linux/memoryPolicy": "unseen" },
  ],
  [
    "another personality",
    { linux: { personality: { domain: "LINUX" } } },
    {},
    { "/linux/personality/domain": "broken" },
  ],
  [
    "the whole low byte is the domain, and flags above it are not",
    { linux: { personality: { domain: "LINUX32" } } },
    { "/proc/7/personality": "00000018\n" },
    { "/linux/personality/domain": "broken" },
  ],
];

describe("process", () => {
  test.each(rows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});

const worldRows: readonly Row[] = [
  ["names", { hostname: "box", domainname: "lan" }, {}, { "/hostname": "kept", "/domainname": "kept" }],
  ["other names", { hostname: "a", domainname: "b" }, {}, { "/hostname": "broken", "/domainname": "broken" }],
  [
    "a new namespace",
    { linux: { namespaces: [{ type: "network" }] } },
    namespaces("7", 20, { net: 21 }),
    { "/linux/namespaces/0": "kept" },
  ],
  [
    "a new namespace that is ours",
    { linux: { namespaces: [{ type: "network" }] } },
    {},
    { "/linux/namespaces/0": "broken" },
  ],
  [
    "a new namespace that is pid 1's",
    { linux: { namespaces: [{ type: "network" }] } },
    { ...namespaces("7", 20, { net: 1 }), ...namespaces("1", 1) },
    { "/linux/namespaces/0": "broken" },
  ],
  [
    "a new namespace that is ours and not pid 1's",
    { linux: { namespaces: [{ type: "network" }] } },
    namespaces("1", 1),
    { "/linux/namespaces/0": "broken" },
  ],
  [
    "a joined namespace",
    { linux: { namespaces: [{ type: "ipc", path: "/run/ns" }] } },
    { "/run/ns": "!inode 20" },
    { "/linux/namespaces/0": "kept" },
  ],
  [
    "another than the joined namespace",
    { linux: { namespaces: [{ type: "ipc", path: "/run/ns" }] } },
    { "/run/ns": "!inode 9" },
    { "/linux/namespaces/0": "broken" },
  ],
  [
    "a joined namespace that is gone",
    { linux: { namespaces: [{ type: "ipc", path: "/run/ns" }] } },
    {},
    { "/linux/namespaces/0": "unseen" },
  ],
  [
    "inherited ones of the host, with us elsewhere",
    { linux: { namespaces: [] } },
    { ...namespaces("7", 1), ...namespaces("1", 1) },
    { "/linux/namespaces": "kept" },
  ],
  [
    "a clock a few nanoseconds off",
    { linux: { namespaces: [], timeOffsets: { monotonic: { secs: 10 } } } },
    {},
    { "/linux/timeOffsets/monotonic": "broken" },
  ],
  ["inherited ones", { linux: { namespaces: [] } }, {}, { "/linux/namespaces": "kept" }],
  [
    "clocks",
    { linux: { namespaces: [], timeOffsets: { monotonic: { secs: 10, nanosecs: 5 } } } },
    {},
    { "/linux/timeOffsets/monotonic": "kept" },
  ],
  [
    "other clocks",
    { linux: { namespaces: [], timeOffsets: { boottime: { secs: 10 } } } },
    {},
    { "/linux/timeOffsets/boottime": "broken" },
  ],
  [
    "id maps, joined ranges",
    {
      linux: {
        uidMappings: [
          { containerID: 0, hostID: 0, size: 10 },
          { containerID: 10, hostID: 10, size: 4294967285 },
        ],
        gidMappings: [{ containerID: 0, hostID: 0, size: 4294967295 }],
      },
    },
    {},
    { "/linux/uidMappings": "kept", "/linux/gidMappings": "kept" },
  ],
  [
    "other id maps",
    { linux: { uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }] } },
    {},
    { "/linux/uidMappings": "broken" },
  ],
  [
    "id maps that continue inside and not outside",
    {
      linux: {
        uidMappings: [
          { containerID: 0, hostID: 0, size: 10 },
          { containerID: 10, hostID: 500, size: 4294967285 },
        ],
      },
    },
    {},
    { "/linux/uidMappings": "broken" },
  ],
  [
    "interfaces",
    { linux: { netDevices: { eth0: {}, x: { name: "eth%d" }, y: { name: "wan" } } } },
    {},
    { "/linux/netDevices/eth0": "kept", "/linux/netDevices/x": "kept", "/linux/netDevices/y": "broken" },
  ],
  [
    "sysctls",
    { linux: { sysctl: { "net.ipv4.ip_local_port_range": "1024 2048", "net.none": "1" } } },
    {},
    { "/linux/sysctl/net.ipv4.ip_local_port_range": "kept", "/linux/sysctl/net.none": "unseen" },
  ],
  [
    "another sysctl",
    { linux: { sysctl: { "net.ipv4.ip_local_port_range": "1 2" } } },
    {},
    { "/linux/sysctl/net.ipv4.ip_local_port_range": "broken" },
  ],
  [
    "a filter",
    { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW" } } },
    status({ Seccomp: "2", Seccomp_filters: "1" }),
    { "/linux/seccomp": "kept", "/linux/seccomp/defaultAction": "unseen" },
  ],
  [
    "a filter that an old kernel does not count",
    { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW" } } },
    { "/proc/7/status": "Seccomp:\t2\n" },
    { "/linux/seccomp": "kept" },
  ],
  [
    "strict seccomp, which is no filter",
    { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW" } } },
    status({ Seccomp: "1", Seccomp_filters: "0" }),
    { "/linux/seccomp": "broken" },
  ],
  [
    "no filter",
    { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW" } } },
    {},
    { "/linux/seccomp": "broken" },
  ],
  [
    "hooks and the rest that leaves no trace",
    { hooks: { prestart: [{ path: "/h" }] }, linux: { mountLabel: "x" } },
    mounted(),
    { "/hooks/prestart/0": "unseen", "/linux/mountLabel": "unseen" },
  ],
];

describe("namespaces and what lives in them", () => {
  test.each(worldRows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});
