import { type Mutation, mutant } from "./mutation.ts";

const ofProcess: readonly Mutation[] = [
  mutant("other arguments", "/process/args", ({ process }) => {
    process.args = ["sleep", "999"];
  }),
  mutant("a variable dropped", "/process/env", ({ process }) => {
    process.env = (process.env ?? []).filter((entry) => entry !== "WORD=one");
  }),
  mutant("another working directory", "/process/cwd", ({ process }) => {
    process.cwd = "/";
  }),
  mutant("another user", "/process/user/uid", ({ process }) => {
    Object.assign(process.user ?? {}, { uid: 34 });
  }),
  mutant("another group", "/process/user/gid", ({ process }) => {
    Object.assign(process.user ?? {}, { gid: 45 });
  }),
  mutant("a further group dropped", "/process/user/additionalGids", ({ process }) => {
    Object.assign(process.user ?? {}, { additionalGids: [10] });
  }),
  mutant("another umask", "/process/user/umask", ({ process }) => {
    Object.assign(process.user ?? {}, { umask: 0o22 });
  }),
  mutant("no_new_privs set", "/process/noNewPrivileges", ({ process }) => {
    process.noNewPrivileges = true;
  }),
  mutant("oom_score_adj dropped", "/process/oomScoreAdj", ({ process }) => {
    process.oomScoreAdj = 0;
  }),
  mutant("a capability more to be had", "/process/capabilities/bounding", ({ process }) => {
    process.capabilities?.bounding?.push("CAP_NET_RAW");
  }),
  mutant("a capability more to be inherited", "/process/capabilities/inheritable", ({ process }) => {
    process.capabilities?.inheritable?.push("CAP_CHOWN");
  }),
  mutant("a soft limit", "/process/rlimits[RLIMIT_NOFILE]", ({ process }) => {
    Object.assign(process.rlimits?.[0] ?? {}, { soft: 511 });
  }),
  mutant("a limit dropped", "/process/rlimits[RLIMIT_CORE]", ({ process }) => {
    process.rlimits?.pop();
  }),
];

const furtherProcess: readonly Mutation[] = [
  mutant(
    "no ambient capabilities",
    ["/process/capabilities/ambient", "/process/capabilities/permitted", "/process/capabilities/effective"],
    ({ process }) => {
      if (process.capabilities !== undefined) process.capabilities.ambient = [];
    },
  ),
  mutant("a variable more", "/process/env", ({ process }) => {
    process.env?.push("EXTRA=1");
  }),
  mutant("groups not asked for", "/process/user/additionalGids", ({ process }) => {
    process.user?.additionalGids?.push(30);
  }),
  mutant("a hard limit", "/process/rlimits[RLIMIT_NOFILE]", ({ process }) => {
    Object.assign(process.rlimits?.[0] ?? {}, { hard: 1023 });
  }),
];

const filesystem: readonly Mutation[] = [
  mutant("the root writable", "/root/readonly", ({ spec }) => {
    spec.root = { path: "rootfs", readonly: false };
  }),
  mutant("a mount dropped", "/mounts[/opt]", ({ spec }) => {
    spec.mounts = (spec.mounts ?? []).filter(({ destination }) => destination !== "/opt");
  }),
  mutant("noexec dropped", "/mounts[/tmp]/options", ({ mount }) => {
    mount("/tmp").options = ["nosuid", "size=1m", "mode=1770"];
  }),
  mutant(
    "a read-only bind mount writable, of another source",
    ["/mounts[/etc]/source", "/mounts[/etc]/options"],
    ({ mount }) => {
      Object.assign(mount("/etc"), { source: "rootfs/dev", options: ["bind", "nosuid", "nodev"] });
    },
  ),
  mutant("the inner mount made first", ["/mounts", "/mounts[/nest/inner]"], ({ spec }) => {
    const { mounts = [] } = spec;
    const [outer, inner] = ["/nest", "/nest/inner"].map((at) => mounts.find((one) => one.destination === at));
    if (outer === undefined || inner === undefined) throw new Error("the nested mounts are gone");
    spec.mounts = [...mounts.filter((one) => one !== outer && one !== inner), inner, outer];
  }),
  mutant("a path not masked", "/linux/maskedPaths[/proc/acpi]", ({ linux }) => {
    linux.maskedPaths = linux.maskedPaths?.filter((path) => path !== "/proc/acpi") ?? [];
  }),
  mutant("a path not read-only", "/linux/readonlyPaths[/proc/bus]", ({ linux }) => {
    linux.readonlyPaths = linux.readonlyPaths?.filter((path) => path !== "/proc/bus") ?? [];
  }),
  mutant("another device", "/linux/devices[/dev/mine]", ({ linux }) => {
    Object.assign(linux.devices?.[0] ?? {}, { minor: 7 });
  }),
  mutant("a device's mode", "/linux/devices[/dev/second]/fileMode", ({ linux }) => {
    Object.assign(linux.devices?.[1] ?? {}, { fileMode: 0o666 });
  }),
  mutant("a device's owner", "/linux/devices[/dev/second]/uid", ({ linux }) => {
    Object.assign(linux.devices?.[1] ?? {}, { uid: 9 });
  }),
  mutant("a device's group", "/linux/devices[/dev/second]/gid", ({ linux }) => {
    Object.assign(linux.devices?.[1] ?? {}, { gid: 9 });
  }),
];

const furtherFilesystem: readonly Mutation[] = [
  mutant("a mount of another type", ["/mounts[/opt]"], ({ mount }) => {
    Object.assign(mount("/opt"), { type: "ramfs", source: "ramfs" });
  }),
  mutant("another size", "/mounts[/tmp]/options[size=1m]", ({ mount }) => {
    mount("/tmp").options = ["nosuid", "noexec", "size=2m", "mode=1770"];
  }),
  mutant("a read-only bind mount writable", "/mounts[/etc]/options", ({ mount }) => {
    mount("/etc").options = ["bind", "nosuid", "nodev"];
  }),
  mutant("propagation dropped", "/mounts[/nest/inner]/options", ({ mount }) => {
    mount("/nest/inner").options = ["nodev"];
  }),
  mutant("a device dropped", "/linux/devices[/dev/second]", ({ linux }) => {
    linux.devices?.pop();
  }),
  mutant("the root of another bundle", "/root/path", ({ spec }) => {
    spec.root = { path: "other", readonly: true };
  }),
];

const limits: readonly Mutation[] = [
  mutant("another cgroup", "/linux/cgroupsPath", ({ linux }) => {
    linux.cgroupsPath = `${linux.cgroupsPath}-other`;
  }),
  mutant("a memory limit", "/linux/resources/memory/limit", ({ resources }) => {
    const { swap } = resources.memory ?? {};
    // Memory and swap together: what is left for swap alone stays the same.
    const together = swap === undefined ? {} : { swap: Number(swap) + 1024 * 1024 };
    Object.assign(resources.memory ?? {}, { limit: 65 * 1024 * 1024, ...together });
  }),
  mutant("a reservation dropped", "/linux/resources/memory/reservation", ({ resources }) => {
    delete resources.memory?.reservation;
  }),
  mutant("a limit of processes", "/linux/resources/pids/limit", ({ resources }) => {
    resources.pids = { limit: -1 };
  }),
  mutant("shares dropped", "/linux/resources/cpu/shares", ({ resources }) => {
    delete resources.cpu?.shares;
  }),
  mutant("another quota", "/linux/resources/cpu/quota", ({ resources }) => {
    Object.assign(resources.cpu ?? {}, { quota: 60_000 });
  }),
  mutant("another period", "/linux/resources/cpu/period", ({ resources }) => {
    Object.assign(resources.cpu ?? {}, { period: 90_000 });
  }),
  mutant("other processors", "/linux/resources/cpu/cpus", ({ resources }) => {
    Object.assign(resources.cpu ?? {}, { cpus: "0-1" });
  }),
];

const names: readonly Mutation[] = [
  mutant("a sysctl", "/linux/sysctl/kernel.msgmax", ({ linux }) => {
    linux.sysctl = { ...linux.sysctl, "kernel.msgmax": "65535" };
  }),
  mutant("a sysctl dropped", "/linux/sysctl/net.ipv4.ip_forward", ({ linux }) => {
    const { "net.ipv4.ip_forward": _, ...others } = linux.sysctl ?? {};
    linux.sysctl = others;
  }),
  mutant("another hostname", "/hostname", ({ spec }) => {
    spec.hostname = "other";
  }),
  mutant("no cgroup namespace", "/linux/namespaces[cgroup]", ({ linux }) => dropNamespaces(linux, "cgroup")),
  mutant("a call not refused", "/linux/seccomp/syscalls[SCMP_ACT_KILL]", ({ linux }) => {
    linux.seccomp?.syscalls?.pop();
  }),
  mutant("another errno", "/linux/seccomp/syscalls/0", ({ linux }) => {
    Object.assign(linux.seccomp?.syscalls?.[0] ?? {}, { errnoRet: 6 });
  }),
  mutant("an architecture dropped", "/linux/seccomp/architectures", ({ linux }) => {
    Object.assign(linux.seccomp ?? {}, { architectures: ["SCMP_ARCH_X86_64"] });
  }),
];

const furtherNames: readonly Mutation[] = [
  mutant(
    "no namespaces but those for mounts and processes",
    [
      ...["network", "uts", "ipc"].map((type) => `/linux/namespaces[${type}]`),
      ...["/hostname", "/linux/sysctl/kernel.msgmax", "/linux/sysctl/net.ipv4.ip_forward"],
    ],
    ({ spec, linux }) => {
      dropNamespaces(linux, "network", "uts", "ipc");
      delete spec.hostname;
      delete linux.sysctl;
    },
  ),
  mutant(
    "another default",
    ["/linux/seccomp/defaultAction", "/linux/seccomp/syscalls[personality]"],
    ({ linux }) => {
      Object.assign(linux.seccomp ?? {}, { defaultAction: "SCMP_ACT_LOG" });
    },
  ),
];

const further: readonly Mutation[] = [
  mutant("no process namespace", "/linux/namespaces[pid]", ({ linux }) => dropNamespaces(linux, "pid")),
  mutant("another condition", "/linux/seccomp/syscalls[personality]", ({ linux }) => {
    const rule = linux.seccomp?.syscalls?.[1];
    Object.assign(rule?.args?.[0] ?? {}, { value: 9 });
  }),
];

const unfiltered: readonly Mutation[] = [
  mutant("no filter", "/linux/seccomp", ({ linux }) => {
    delete linux.seccomp;
  }),
];

const mapped: readonly Mutation[] = [
  mutant("a mapping of users", "/linux/uidMappings", ({ linux }) => {
    linux.uidMappings = [{ containerID: 0, hostID: 100_001, size: 1000 }];
  }),
  mutant("a mapping of groups", "/linux/gidMappings", ({ linux }) => {
    linux.gidMappings = [{ containerID: 0, hostID: 200_000, size: 999 }];
  }),
  mutant(
    "a capability more of root",
    ["bounding", "permitted", "effective"].map((set) => `/process/capabilities/${set}`),
    ({ process }) => {
      for (const set of ["bounding", "permitted", "effective"] as const)
        process.capabilities?.[set]?.push("CAP_NET_RAW");
    },
  ),
];

const modern: readonly Mutation[] = [
  mutant("another domain name", "/domainname", ({ spec }) => {
    spec.domainname = "wan";
  }),
  mutant("another scheduler", "/process/scheduler/policy", ({ process }) => {
    Object.assign(process.scheduler ?? {}, { policy: "SCHED_OTHER" });
  }),
  mutant("another niceness", "/process/scheduler/nice", ({ process }) => {
    Object.assign(process.scheduler ?? {}, { nice: 4 });
  }),
  mutant("another io priority", "/process/ioPriority", ({ process }) => {
    process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 5 };
  }),
  mutant("another personality", "/linux/personality/domain", ({ linux }) => {
    linux.personality = { domain: "LINUX" };
  }),
  mutant("a flag dropped", "/linux/seccomp/flags", ({ linux }) => {
    Object.assign(linux.seccomp ?? {}, { flags: [] });
  }),
  mutant("a clock", "/linux/timeOffsets/monotonic", ({ linux }) => {
    linux.timeOffsets = { ...linux.timeOffsets, monotonic: { secs: 99 } };
  }),
  mutant("a clock's nanoseconds", "/linux/timeOffsets/boottime", ({ linux }) => {
    linux.timeOffsets = { ...linux.timeOffsets, boottime: { secs: 200 } };
  }),
];

type Linux = { namespaces?: { type: string }[] | undefined };

function dropNamespaces(linux: Linux, ...types: readonly string[]): void {
  linux.namespaces = linux.namespaces?.filter(({ type }) => !types.includes(type)) ?? [];
}

const deviceRules: readonly Mutation[] = [
  mutant("a device more allowed", "/linux/resources/devices/0", ({ resources }) => {
    resources.devices?.push({ allow: true, type: "b", access: "rwm" });
  }),
  mutant("a device not allowed", "/linux/resources/devices/1", ({ resources }) => {
    resources.devices = resources.devices?.filter(({ major }) => major !== 10) ?? [];
  }),
];

const onlyV1: readonly Mutation[] = [
  mutant("another swappiness", "/linux/resources/memory/swappiness", ({ resources }) => {
    Object.assign(resources.memory ?? {}, { swappiness: 50 });
  }),
];

const onlyV2: readonly Mutation[] = [
  mutant("huge pages dropped", "/linux/resources/hugepageLimits/0", ({ resources }) => {
    delete resources.hugepageLimits;
  }),
  mutant("more swap", "/linux/resources/memory/swap", ({ resources }) => {
    Object.assign(resources.memory ?? {}, { swap: 128 * 1024 * 1024 });
  }),
  mutant("a file of the cgroup not written", "/linux/resources/unified/memory.high", ({ resources }) => {
    resources.unified = { "cpu.max.burst": "1000" };
  }),
  mutant(
    "a file of the cgroup written with something else",
    "/linux/resources/unified/cpu.max.burst",
    ({ resources }) => {
      resources.unified = { ...resources.unified, "cpu.max.burst": "2000" };
    },
  ),
];

/** Sets of mutations of one config that do not touch each other: one container for each set. */
export const mutationSets = {
  ordinary: {
    "the process": ofProcess,
    "more of the process": furtherProcess,
    "mounts and devices": filesystem,
    "more mounts and devices": furtherFilesystem,
    limits,
    "names, sysctls and calls": names,
    namespaces: furtherNames,
    "pids and conditions": further,
    "the filter": unfiltered,
  },
  mapped: { "a user namespace": mapped },
  modern: { "clocks, schedulers, priorities": modern },
  /** A list of cgroup v1, programs on v2. */
  either: { "device rules": deviceRules },
  v1: { "limits of cgroup v1": onlyV1 },
  v2: { "limits of cgroup v2": onlyV2 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly Mutation[]>>>>;

/** Every mutation of a config. */
export const allMutations: readonly Mutation[] = Object.values(mutationSets).flatMap((sets) =>
  Object.values<readonly Mutation[]>(sets).flat(),
);
