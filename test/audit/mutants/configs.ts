import type { Resources, Spec } from "../../../src/oci/spec.ts";
import { sleepSpec } from "../support/container.ts";
import { type Parts, partsOf } from "./mutation.ts";

const changed = (change: (parts: Parts) => void): Spec => sleepSpec((spec) => change(partsOf(spec)));

/** Calls that sleep(1) never makes, so that any answer to them will do. */
export const seccomp: NonNullable<NonNullable<Spec["linux"]>["seccomp"]> = {
  defaultAction: "SCMP_ACT_ALLOW",
  architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
  syscalls: [
    { names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 5 },
    {
      names: ["personality"],
      action: "SCMP_ACT_ERRNO",
      args: [{ index: 0, value: 7, op: "SCMP_CMP_EQ" }],
    },
    { names: ["swapon"], action: "SCMP_ACT_KILL" },
  ],
};

const kill = ["CAP_KILL"];

/** Limits that every machine of ours has, on cgroup v1 and v2. */
const limits: Resources = {
  memory: { limit: 64 * 1024 * 1024, reservation: 32 * 1024 * 1024 },
  pids: { limit: 77 },
  cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
};

/** What every runtime takes: an ordinary user's program with something asked in every part. `more`: limits of one kind of host. */
export function ordinaryConfig(more: Resources = {}): Spec {
  return changed(({ spec, process, linux }) => {
    process.user = { uid: 33, gid: 44, additionalGids: [10, 20], umask: 0o27 };
    process.cwd = "/tmp";
    process.env?.push("WORD=one");
    process.noNewPrivileges = false;
    process.oomScoreAdj = 300;
    process.capabilities = {
      bounding: ["CAP_KILL", "CAP_CHOWN"],
      permitted: kill,
      effective: kill,
      inheritable: kill,
      ambient: kill,
    };
    process.rlimits = [
      { type: "RLIMIT_NOFILE", soft: 512, hard: 1024 },
      { type: "RLIMIT_CORE", soft: 0, hard: 0 },
    ];
    spec.root = { path: "rootfs", readonly: true };
    spec.mounts?.push(
      {
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "noexec", "size=1m", "mode=1770"],
      },
      { destination: "/etc", type: "bind", source: "rootfs/bin", options: ["bind", "ro", "nosuid", "nodev"] },
      { destination: "/opt", type: "tmpfs", source: "tmpfs", options: ["nodev"] },
      { destination: "/nest", type: "tmpfs", source: "tmpfs", options: ["nodev"] },
      { destination: "/nest/inner", type: "tmpfs", source: "tmpfs", options: ["nodev", "rshared"] },
    );
    linux.devices = [
      { path: "/dev/mine", type: "c", major: 1, minor: 3, fileMode: 0o640, uid: 1, gid: 2 },
      { path: "/dev/second", type: "c", major: 1, minor: 5, fileMode: 0o600, uid: 0, gid: 0 },
    ];
    linux.sysctl = { "net.ipv4.ip_forward": "1", "kernel.msgmax": "65536" };
    linux.rootfsPropagation = "private";
    linux.cgroupsPath = `/ocilab-mutants-${globalThis.process.pid}`;
    const devices = [
      { allow: false, access: "rwm" },
      { allow: true, type: "c" as const, major: 10, minor: 229, access: "rw" },
    ];
    linux.resources = {
      ...linux.resources,
      ...limits,
      devices,
      ...more,
      memory: { ...limits.memory, ...more.memory },
    };
    if (globalThis.process.arch === "x64") linux.seccomp = seccomp;
  });
}

/** The root of a user namespace of its own. */
export function mappedConfig(): Spec {
  return changed(({ spec, process, linux }) => {
    const capabilities = ["CAP_KILL", "CAP_CHOWN"];
    process.capabilities = {
      bounding: capabilities,
      permitted: capabilities,
      effective: capabilities,
      inheritable: [],
      ambient: [],
    };
    linux.namespaces?.push({ type: "user" });
    linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 1000 }];
    linux.gidMappings = [{ containerID: 0, hostID: 200_000, size: 1000 }];
    spec.mounts = (spec.mounts ?? []).filter(({ type }) => type !== "cgroup" && type !== "sysfs");
  });
}

/** What only newer runtimes apply. */
export function modernConfig(): Spec {
  return changed(({ spec, process, linux }) => {
    spec.domainname = "lan";
    process.scheduler = { policy: "SCHED_BATCH", nice: 5 };
    process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 6 };
    linux.personality = { domain: "LINUX32" };
    linux.namespaces?.push({ type: "time" });
    if (globalThis.process.arch === "x64") linux.seccomp = { ...seccomp, flags: ["SECCOMP_FILTER_FLAG_LOG"] };
    linux.timeOffsets = { monotonic: { secs: 100 }, boottime: { secs: 200, nanosecs: 5 } };
  });
}
