/** Two values at one place of a config. */
export type Pair = readonly [at: string, a: unknown, b: unknown];

const bind = { destination: "/data", source: "/srv" };
const syscall = (names: readonly string[], action: string, more: object = {}) => ({ names, action, ...more });
const errno = "SCMP_ACT_ERRNO";
const allow = "SCMP_ACT_ALLOW";
const seccomp = (syscalls: readonly unknown[], more: object = {}) => ({
  defaultAction: errno,
  syscalls,
  ...more,
});
const rule = (allowed: boolean, type?: string, major?: number, minor?: number, access?: string) => ({
  allow: allowed,
  ...Object.fromEntries(
    Object.entries({ type, major, minor, access }).filter(([, value]) => value !== undefined),
  ),
});

/** What says the same in two ways. undefined: the member is absent. */
export const samePairs: readonly Pair[] = [
  ["/process/terminal", false, undefined],
  ["/process/consoleSize", { height: 20, width: 80 }, undefined],
  ["/process/env", ["A=1", "B=2"], ["B=2", "A=0", "A=1"]],
  ["/process/cwd", "/srv/", "/srv"],
  ["/process/user/additionalGids", [1, 2], [2, 1]],
  ["/process/user/username", "x", undefined],
  ["/process/capabilities/bounding", ["CAP_KILL", "CAP_CHOWN"], ["CAP_CHOWN", "CAP_KILL"]],
  ["/process/capabilities/ambient", [], undefined],
  ["/process/rlimits", [lim("CORE", 0), lim("CPU", 1)], [lim("CPU", 1), lim("CORE", 0)]],
  [
    "/process/rlimits",
    [{ type: "RLIMIT_CORE", soft: 0, hard: 18446744073709551615n }],
    [{ hard: 18446744073709551615n, soft: 0, type: "RLIMIT_CORE" }],
  ],
  ["/process/noNewPrivileges", false, undefined],
  ["/process/apparmorProfile", "", undefined],
  [
    "/process/scheduler",
    { policy: "SCHED_OTHER", nice: 0 },
    { policy: "SCHED_OTHER", priority: 0, flags: [] },
  ],
  ["/process/ioPriority", { class: "IOPRIO_CLASS_BE", priority: 0 }, { class: "IOPRIO_CLASS_BE" }],
  ["/process/execCPUAffinity", { initial: "0-3" }, { initial: "0,1,2,3", final: "" }],
  ["/hostname", "", undefined],
  ["/root", { path: "rootfs/", readonly: false }, { path: "./rootfs" }],
  [
    "/mounts",
    [{ ...bind, type: "bind", options: ["ro", "rbind"] }],
    [{ ...bind, options: ["rbind", "rw", "ro"] }],
  ],
  [
    "/mounts",
    [{ ...bind, type: "none", options: ["bind", "nosuid", "suid"] }],
    [{ ...bind, destination: "/data/", options: ["bind"] }],
  ],
  [
    "/mounts",
    [{ destination: "/t", type: "tmpfs", options: ["size=64m", "mode=0755", "rw"] }],
    [{ destination: "/t", type: "tmpfs", options: ["mode=755", "size=65536k", "defaults"] }],
  ],
  [
    "/mounts",
    [{ destination: "/t", type: "tmpfs", options: ["mode=1777"] }],
    [{ destination: "/t", type: "tmpfs" }],
  ],
  [
    "/mounts",
    [{ destination: "/p", type: "devpts", options: ["newinstance"] }],
    [{ destination: "/p", type: "devpts", options: ["relatime"] }],
  ],
  ["/mounts", [{ destination: "/a" }, { destination: "/b" }], [{ destination: "/b" }, { destination: "/a" }]],
  ["/hooks/poststop", [{ path: "/x", args: ["/x"], env: [] }], [{ path: "/x" }]],
  ["/hooks/poststop", [], undefined],
  ["/annotations", {}, undefined],
  ["/linux/namespaces", [{ type: "pid" }, { type: "ipc", path: "" }], [{ type: "ipc" }, { type: "pid" }]],
  ["/linux/uidMappings", [map(0, 1000, 5), map(5, 1005, 5)], [map(0, 1000, 10)]],
  ["/linux/gidMappings", [map(5, 9, 1), map(0, 1, 1)], [map(0, 1, 1), map(5, 9, 1)]],
  ["/linux/timeOffsets", { boottime: { secs: 0 } }, undefined],
  [
    "/linux/devices",
    [{ type: "u", path: "/dev/x", major: 1, minor: 3 }],
    [{ type: "c", path: "/dev/x", major: 1, minor: 3, fileMode: 438, uid: 0, gid: 0 }],
  ],
  ["/linux/netDevices", { eth0: { name: "eth0" } }, { eth0: {} }],
  ["/linux/resources/memory", { limit: -1, swap: 0, disableOOMKiller: false }, undefined],
  ["/linux/resources/pids", { limit: -1 }, undefined],
  ["/linux/resources/cpu", { cpus: "0,1,2,3", shares: 0, quota: -1 }, { cpus: "0-3" }],
  ["/linux/resources/cpu", { quota: 50000, period: 100000 }, { quota: 50000 }],
  [
    "/linux/resources/unified",
    { "memory.high": "32M", "memory.max": "max" },
    { "memory.max": " max\n", "memory.high": "33554432" },
  ],
  [
    "/linux/resources/devices",
    [rule(false), rule(true, "c", 1, 3), rule(true, "c", 1, 5)],
    [
      rule(true, "c", 9),
      rule(false, "a", -1, -1, "mwr"),
      rule(true, "c", 1, 5, "rwm"),
      rule(true, "c", 1, 3),
    ],
  ],
  [
    "/linux/resources/devices",
    [rule(false), rule(true, "c", 1, 3), rule(false, "c", 10, 229)],
    [rule(false), rule(false, "b"), rule(true, "c", 1, 3)],
  ],
  ["/mounts", [{ ...bind, options: ["bind", "ro", "rro"] }], [{ ...bind, options: ["rro", "bind"] }]],
  ["/linux/resources/blockIO", { weight: 0, weightDevice: [] }, undefined],
  ["/linux/resources/hugepageLimits", [page("2MB"), page("1GB")], [page("1GB"), page("2MB")]],
  ["/linux/rootfsPropagation", "", undefined],
  ["/linux/rootfsPropagation", "rslave", "slave"],
  ["/linux/maskedPaths", ["/proc/a", "/proc/b/"], ["/proc/b", "/proc/a"]],
  ["/linux/personality", { domain: "LINUX" }, undefined],
  [
    "/linux/seccomp",
    seccomp([syscall(["read", "write"], allow)]),
    seccomp([syscall(["write"], allow), syscall(["read"], allow)], { defaultErrnoRet: 1, flags: [] }),
  ],
  [
    "/linux/seccomp",
    seccomp([syscall(["read"], allow), syscall(["ptrace"], errno, { errnoRet: 1 })]),
    seccomp([syscall(["read"], allow, { args: [] })]),
  ],
  [
    "/linux/seccomp",
    seccomp([], { architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X86_64"] }),
    seccomp([], { architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], listenerPath: "" }),
  ],
  ["/linux/seccomp", { defaultAction: "SCMP_ACT_KILL" }, { defaultAction: "SCMP_ACT_KILL_THREAD" }],
];

/** What differs: the place, both values, and what is told of it. */
export const differentPairs: readonly (readonly [...Pair, told: Readonly<Record<string, unknown>>])[] = [
  ["/process/args", ["a", "b"], ["b", "a"], { group: "program", what: "args", a: ["a", "b"] }],
  ["/process/env", ["A=1"], ["A=2"], { what: "A", a: "1", b: "2", group: "environment" }],
  ["/process/user/umask", 18, undefined, { what: "user umask", a: 18, b: null }],
  [
    "/process/capabilities/bounding",
    ["CAP_KILL"],
    [],
    { what: "CAP_KILL (bounding)", says: expect("send signals") },
  ],
  [
    "/process/rlimits",
    [lim("CORE", 0)],
    [lim("CORE", 7)],
    { what: "RLIMIT_CORE soft", a: 0, b: 7, says: expect("core dump") },
  ],
  ["/process/rlimits", [lim("CORE", 0)], [], { what: "RLIMIT_CORE", b: null }],
  [
    "/process/rlimits",
    [{ type: "RLIMIT_CPU", soft: 18446744073709551615n, hard: 18446744073709551615n }],
    [{ type: "RLIMIT_CPU", soft: 18446744073709551614n, hard: 18446744073709551615n }],
    { what: "RLIMIT_CPU soft", b: 18446744073709551614n },
  ],
  ["/process/noNewPrivileges", true, undefined, { a: true, b: null, group: "capabilities" }],
  ["/process/oomScoreAdj", 0, undefined, { group: "scheduling" }],
  [
    "/mounts",
    [{ ...bind, options: ["bind"] }],
    [{ ...bind, options: ["rbind"] }],
    { what: "/data bind", a: "bind", b: "rbind" },
  ],
  [
    "/mounts",
    [{ ...bind, options: ["bind", "nosuid"] }],
    [{ ...bind, options: ["bind", "rw"] }],
    { what: "/data nosuid", b: null, says: expect("set-user-id") },
  ],
  [
    "/mounts",
    [{ ...bind, options: ["bind", "rro"] }],
    [{ ...bind, options: ["bind"] }],
    { what: "/data rro", says: expect("here and below") },
  ],
  [
    "/mounts",
    [{ ...bind, options: ["bind", "rprivate"] }],
    [{ ...bind, options: ["bind", "rshared"] }],
    { what: "/data propagation", says: expect("rshared lets mounts travel both ways") },
  ],
  ["/mounts", [{ destination: "/a" }], [], { what: "/a", a: { type: "none" }, b: null }],
  [
    "/mounts",
    [{ destination: "/a" }, { destination: "/a/b" }],
    [{ destination: "/a/b" }, { destination: "/a" }],
    { what: "/a/b order", says: expect("covers") },
  ],
  [
    "/hooks/poststop",
    [{ path: "/x", timeout: 1 }],
    [{ path: "/x" }],
    { group: "hooks", at: "/hooks/poststop/0/timeout" },
  ],
  [
    "/linux/namespaces",
    [{ type: "pid" }],
    [{ type: "pid", path: "/proc/1/ns/pid" }],
    { what: "namespaces pid", a: "a new one", b: "/proc/1/ns/pid" },
  ],
  ["/linux/uidMappings", [map(0, 1, 2)], [map(0, 1, 3)], { group: "namespaces", b: ["0 → 1, 3 ids"] }],
  [
    "/linux/resources/memory",
    { limit: 1 },
    { limit: 2 },
    { what: "resources memory limit", group: "cgroup" },
  ],
  ["/linux/resources/memory", { swappiness: 0 }, {}, { what: "resources memory swappiness" }],
  [
    "/linux/resources/cpu",
    { quota: 50000 },
    { quota: 50000, period: 50000 },
    { what: "resources cpu period", a: 100000 },
  ],
  [
    "/linux/resources/unified",
    { "memory.high": "1" },
    { "memory.high": "max" },
    { says: expect("slowed down") },
  ],
  [
    "/linux/resources/devices",
    [rule(true, "c", 1, 3), rule(false, "c", 1)],
    [rule(false, "c", 1), rule(true, "c", 1, 3)],
    { group: "devices", what: "resources devices", a: ["allow c 1:3 rwm", "deny c 1:* rwm"] },
  ],
  [
    "/linux/resources/devices",
    [rule(false), rule(true, "c", 1, 3, "r")],
    [rule(false)],
    { what: "resources devices allow c 1:3 r", b: null },
  ],
  [
    "/linux/maskedPaths",
    ["/proc/kcore"],
    [],
    { what: "maskedPaths /proc/kcore", says: expect("kernel's memory") },
  ],
  [
    "/linux/rootfsPropagation",
    "shared",
    "private",
    { says: expect("shared lets mounts travel both ways; private") },
  ],
  [
    "/linux/seccomp",
    seccomp([syscall(["clone", "unshare"], allow)]),
    seccomp([]),
    { what: "clone, unshare", a: allow, b: null },
  ],
  [
    "/linux/seccomp",
    seccomp([syscall(["ptrace"], errno, { errnoRet: 38 })]),
    seccomp([syscall(["ptrace"], errno)]),
    { what: "ptrace", a: "SCMP_ACT_ERRNO (38)" },
  ],
  [
    "/linux/seccomp",
    seccomp([
      syscall(["clone"], allow, { args: [{ index: 0, value: 2114060288, op: "SCMP_CMP_MASKED_EQ" }] }),
    ]),
    seccomp([syscall(["clone"], allow)]),
    { a: "SCMP_ACT_ALLOW when argument 0 & 2114060288 == 0", b: allow },
  ],
  ["/linux/seccomp", seccomp([]), undefined, { what: "seccomp", b: null }],
  ["/vendor", { x: 1 }, undefined, { group: "other", section: null, what: "vendor x" }],
];

function lim(name: string, soft: number) {
  return { type: `RLIMIT_${name}`, soft, hard: 9 };
}

function map(containerID: number, hostID: number, size: number) {
  return { containerID, hostID, size };
}

function page(pageSize: string) {
  return { pageSize, limit: 4 };
}

/** For `toMatchObject`, without importing the test runner here. */
function expect(part: string): { readonly asymmetricMatch: (value: unknown) => boolean } {
  return { asymmetricMatch: (value) => typeof value === "string" && value.includes(part) };
}
