import type { Capabilities, DeviceCgroup, Mount, Namespace, Spec } from "../oci/spec.ts";
import { grantableOf } from "./capability.ts";
import type { SpecContext } from "./context.ts";
import { defaultSeccomp } from "./seccomp/profile.ts";

/**
 * A spec with the defaults that engines give and nothing of any image: no arguments, no user, ociVersion still the lowest.
 * It follows Docker 28 but for these points: no_new_privs is set; the cgroup namespace is private whatever the cgroup version;
 * every default device of config-linux.md#default-devices is allowed by name, where runtimes add the missing ones silently;
 * no rlimit is raised, since that needs CAP_SYS_RESOURCE.
 */
export function defaultSpec(context: SpecContext): Spec {
  const capabilities = defaultCapabilities.filter((name) => grantableOf(context).includes(name));
  return {
    ociVersion: "1.0.0",
    root: { path: context.rootPath ?? "rootfs" },
    process: {
      cwd: "/",
      env: [`PATH=${defaultPath}`],
      args: [],
      capabilities: sameSets(capabilities),
      noNewPrivileges: true,
    },
    ...(context.hostname === undefined ? {} : { hostname: context.hostname }),
    mounts: defaultMounts(),
    linux: {
      namespaces: defaultNamespaces(),
      resources: { devices: defaultDeviceRules() },
      seccomp: defaultSeccomp(context.architecture, capabilities),
      maskedPaths: [...defaultMaskedPaths],
      readonlyPaths: [...defaultReadonlyPaths],
    },
  };
}

/** Where a program without a slash is looked for when the image does not set PATH; every engine's value. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The fourteen capabilities that Docker and containerd leave to root in a container, in bit order (capabilities(7)). */
export const defaultCapabilities: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_CHROOT",
  "CAP_MKNOD",
  "CAP_AUDIT_WRITE",
  "CAP_SETFCAP",
];

/** Bounding, effective and permitted alike; inheritable and ambient stay empty, as engines do since CVE-2022-24769. */
function sameSets(names: readonly string[]): Capabilities {
  return { bounding: [...names], effective: [...names], permitted: [...names] };
}

/** Kernel interfaces that tell about, or reach, the whole machine: hidden by an empty mount over each. */
const defaultMaskedPaths: readonly string[] = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

/** Kernel settings below /proc that have no namespace: they may be read, not written. */
const defaultReadonlyPaths: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

function defaultNamespaces(): Namespace[] {
  return (["pid", "network", "ipc", "uts", "mount", "cgroup"] as const).map((type) => ({ type }));
}

function defaultMounts(): Mount[] {
  const locked = ["nosuid", "noexec", "nodev"];
  return [
    { destination: "/proc", type: "proc", source: "proc", options: [...locked] },
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    },
    { destination: "/sys", type: "sysfs", source: "sysfs", options: [...locked, "ro"] },
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: [...locked, "relatime", "ro"],
    },
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: [...locked] },
    {
      destination: "/dev/shm",
      type: "tmpfs",
      source: "shm",
      options: [...locked, "mode=1777", "size=65536k"],
    },
  ];
}

/** Nothing but the default devices: null, zero, full, random, urandom, tty, console, ptmx and the container's ptys. */
function defaultDeviceRules(): DeviceCgroup[] {
  const character = (major: number, minor?: number): DeviceCgroup => ({
    allow: true,
    type: "c",
    major,
    ...(minor === undefined ? {} : { minor }),
    access: "rwm",
  });
  const memory = [3, 5, 7, 8, 9].map((minor) => character(1, minor));
  const terminals = [0, 1, 2].map((minor) => character(5, minor));
  return [{ allow: false, access: "rwm" }, ...memory, ...terminals, character(136)];
}
