import type { Cancel } from "../base/brand.ts";
import { capabilityNames } from "../oci/capabilities.ts";
import { kernelFiles } from "./files.ts";
import { parseFilesystems, parseMeminfo, parseNames, parseWords } from "./parse/host-files.ts";
import { type MountView, parseMountinfo } from "./parse/mountinfo.ts";
import { type Exact, good, parseCount } from "./parse/parsed.ts";
import { type CapabilitySet, parseRanges } from "./parse/status.ts";
import { attempt, mapReading, readFact, readWhole } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import { statusFacts } from "./status-facts.ts";

/** "hybrid": v1 hierarchies beside a cgroup2 mount; "none": nothing mounted that we can see. */
export type CgroupMode = "v1" | "hybrid" | "v2" | "none";

type HostHierarchy = {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** v1: the controllers bound here or its "name=…"; v2: what its root offers (cgroup.controllers). */
  readonly controllers: Reading<readonly string[]>;
};

/** What this machine can do for containers. Every leaf is a fact with its file, or the reason why it could not be read. */
export type HostView = {
  readonly kernel: Reading<string>;
  readonly architecture: Reading<string>;
  readonly cgroupMode: Reading<CgroupMode>;
  readonly hierarchies: Reading<readonly HostHierarchy[]>;
  readonly securityModules: Reading<readonly string[]>;
  /** The types that this kernel has, by the link's name in /proc/self/ns. */
  readonly namespaces: Reading<readonly string[]>;
  readonly userNamespaces: {
    readonly most: Reading<number>;
    /** Debian's switch; absent on other kernels. */
    readonly unprivileged: Reading<number>;
    /** Ubuntu's switch: 1 keeps unprivileged programs without a profile from using theirs. */
    readonly apparmorRestricts: Reading<number>;
  };
  readonly seccompActions: Reading<readonly string[]>;
  /** What we could hand on: a runtime that we start can grant no others. */
  readonly capabilities: {
    readonly bounding: Reading<CapabilitySet>;
    readonly effective: Reading<CapabilitySet>;
    /** The highest capability of this kernel, by name when we know it. */
    readonly last: Reading<string | number>;
  };
  readonly memory: {
    readonly total: Reading<Exact>;
    readonly available: Reading<Exact>;
    readonly swap: Reading<Exact>;
  };
  readonly cpus: Reading<readonly number[]>;
  readonly filesystems: Reading<readonly string[]>;
};

/** What the kernel says of this machine, read-only. Runtimes are not looked for here: running programs is the runtime folder's part. */
export async function viewHost(options: Cancel & { readonly files?: KernelFiles } = {}): Promise<HostView> {
  const files = options.files ?? kernelFiles;
  const own = statusFacts(await readWhole(files, "/proc/self/status"));
  const mounts = await readFact(files, "/proc/self/mountinfo", parseMountinfo);
  const text = (path: string): Promise<Reading<string>> => readFact(files, path, (line) => good(line.trim()));
  return {
    kernel: await text("/proc/sys/kernel/osrelease"),
    architecture: await text("/proc/sys/kernel/arch"),
    cgroupMode: mapReading(mounts, cgroupModeOf),
    hierarchies: await readHierarchies(files, mounts),
    securityModules: await readFact(files, "/sys/kernel/security/lsm", parseNames),
    namespaces: await attempt("/proc/self/ns", () => files.list("/proc/self/ns")),
    userNamespaces: await readUserNamespaces(files),
    seccompActions: await readFact(files, "/proc/sys/kernel/seccomp/actions_avail", parseWords),
    capabilities: {
      bounding: own.credentials.capabilities.bounding,
      effective: own.credentials.capabilities.effective,
      last: mapReading(
        await readFact(files, "/proc/sys/kernel/cap_last_cap", parseCount),
        (bit) => capabilityNames[bit] ?? bit,
      ),
    },
    memory: await readMemory(files),
    cpus: await readFact(files, "/sys/devices/system/cpu/online", parseRanges),
    filesystems: await readFact(files, "/proc/filesystems", parseFilesystems),
  };
}

/** Which of the three arrangements the mounts show; those below /sys/fs/cgroup decide where there are any. */
export function cgroupModeOf(mounts: readonly MountView[]): CgroupMode {
  const all = mounts.filter(({ type }) => type === "cgroup" || type === "cgroup2");
  const usual = all.filter(({ mountPoint }) => `${mountPoint}/`.startsWith("/sys/fs/cgroup/"));
  const types = (usual.length > 0 ? usual : all).map(({ type }) => type);
  const v1 = types.includes("cgroup");
  const v2 = types.includes("cgroup2");
  if (v1) return v2 ? "hybrid" : "v1";
  return v2 ? "v2" : "none";
}

async function readHierarchies(
  files: KernelFiles,
  mounts: Reading<readonly MountView[]>,
): Promise<HostView["hierarchies"]> {
  if (!mounts.ok) return mounts;
  const found: HostHierarchy[] = [];
  for (const mount of mounts.value) {
    if (mount.type === "cgroup2") {
      const controllers = await readFact(files, `${mount.mountPoint}/cgroup.controllers`, parseWords);
      found.push({ version: 2, mountPoint: mount.mountPoint, controllers });
    }
    if (mount.type === "cgroup")
      found.push({ version: 1, mountPoint: mount.mountPoint, controllers: boundTo(mount, mounts.source) });
  }
  return { source: mounts.source, ok: true, value: found };
}

/** Mount options of a v1 hierarchy that are not controllers (cgroups(7), kernel/cgroup/cgroup-v1.c). */
const notControllers = ["rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods"];

function boundTo(mount: MountView, source: string): Reading<readonly string[]> {
  const value = mount.superOptions.filter(
    (option) => !notControllers.includes(option) && !option.startsWith("release_agent="),
  );
  return { source: `${source} ${mount.mountPoint}`, ok: true, value };
}

async function readUserNamespaces(files: KernelFiles): Promise<HostView["userNamespaces"]> {
  const count = (path: string): Promise<Reading<number>> => readFact(files, `/proc/sys/${path}`, parseCount);
  return {
    most: await count("user/max_user_namespaces"),
    unprivileged: await count("kernel/unprivileged_userns_clone"),
    apparmorRestricts: await count("kernel/apparmor_restrict_unprivileged_userns"),
  };
}

async function readMemory(files: KernelFiles): Promise<HostView["memory"]> {
  const meminfo = await readFact(files, "/proc/meminfo", parseMeminfo);
  const field = (name: string): Reading<Exact> => {
    const source = `${meminfo.source} ${name}`;
    const value = meminfo.ok ? meminfo.value[name] : undefined;
    if (!meminfo.ok) return { ...meminfo, source };
    return value === undefined
      ? { source, ok: false, reason: "absent", detail: "this kernel does not show the field" }
      : { source, ok: true, value };
  };
  return { total: field("MemTotal"), available: field("MemAvailable"), swap: field("SwapTotal") };
}
