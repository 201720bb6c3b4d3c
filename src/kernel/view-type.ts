import type { WindowSize } from "../linux/terminal.ts";
import type { NamespaceType } from "../oci/spec.ts";
import type { CgroupEntry, CgroupValue } from "./parse/cgroup.ts";
import type { MountView } from "./parse/mountinfo.ts";
import type { Exact } from "./parse/parsed.ts";
import type { ClockOffset, IdRange, ResourceLimit } from "./parse/process-files.ts";
import type { SchedulingPolicy } from "./parse/stat.ts";
import type { CapabilitySet, Ids, SeccompMode } from "./parse/status.ts";
import type { FileStatus, Reading } from "./reading.ts";
import type {
  CgroupLevel,
  Descriptor,
  DeviceFilter,
  DeviceRow,
  IoPriority,
  KeyringView,
  MemberProcess,
  MemoryPolicy,
  NetworkView,
  SchedulingAttributes,
  SeccompRules,
} from "./view-parts.ts";

export type CapabilitySetName = "inheritable" | "permitted" | "effective" | "bounding" | "ambient";
export const capabilitySetNames = [
  "bounding",
  "effective",
  "inheritable",
  "permitted",
  "ambient",
] as const satisfies readonly CapabilitySetName[];

/** What Linux says about one process. Every leaf is a fact with its file, or the reason why it could not be read. */
export type ProcessView = {
  readonly pid: number;
  readonly identity: {
    readonly command: Reading<string>;
    readonly state: Reading<string>;
    readonly parent: Reading<number>;
    /** Clock ticks after boot. */
    readonly startTime: Reading<Exact>;
    readonly threads: Reading<number>;
    /** The process's id in each pid namespace, the reader's first, its own last. */
    readonly pids: Reading<readonly number[]>;
  };
  readonly program: {
    readonly args: Reading<readonly string[]>;
    /** As it was when the program was executed. */
    readonly env: Reading<readonly string[]>;
    /** Relative to the process's root directory. */
    readonly cwd: Reading<string>;
    readonly executable: Reading<string>;
    /** The root directory as its mount namespace names it: "/" after pivot_root(2). */
    readonly root: Reading<string>;
    /** What file descriptor 0 is: "/dev/pts/0", "pipe:[123]", … */
    readonly stdin: Reading<string>;
    /** Size of that terminal in characters; read only when `Questions.windowSize` asks, and only of a terminal. */
    readonly windowSize: Reading<WindowSize>;
  };
  /** Ids are numbered as the reader's user namespace does; `idMaps` translate them. */
  readonly user: {
    readonly uids: Reading<Ids>;
    readonly gids: Reading<Ids>;
    readonly groups: Reading<readonly number[]>;
    readonly umask: Reading<number>;
  };
  readonly capabilities: Readonly<Record<CapabilitySetName, Reading<CapabilitySet>>>;
  readonly seccomp: {
    readonly mode: Reading<SeccompMode>;
    readonly filters: Reading<number>;
    /** Read only when `Questions.seccompRules` asks: the process is stopped for an instant by ptrace(2). */
    readonly rules: Reading<SeccompRules>;
  };
  readonly noNewPrivileges: Reading<boolean>;
  /** Linux shows these only to the process itself: always unread, with the reason. */
  readonly securebits: Reading<readonly string[]>;
  readonly keyring: {
    /** Linux names no process's session keyring to another: always unread, with the reason. */
    readonly session: Reading<string>;
    /** The session keyrings ("_ses…") that /proc/keys shows to us, whoever's. */
    readonly visible: Reading<readonly KeyringView[]>;
  };
  readonly namespaces: Readonly<Record<NamespaceType, NamespaceView>>;
  /** The namespaces that children will be born into, which for pid and time may be others than the process's own. */
  readonly namespacesForChildren: Readonly<Record<"pid" | "time", Reading<number>>>;
  readonly cgroups: Reading<readonly CgroupEntry[]>;
  readonly hierarchies: readonly HierarchyView[];
  readonly mounts: Reading<readonly MountView[]>;
  readonly idMaps: {
    readonly uid: Reading<readonly IdRange[]>;
    readonly gid: Reading<readonly IdRange[]>;
    /** "allow" or "deny": whether setgroups(2) is permitted in the user namespace. */
    readonly setgroups: Reading<string>;
  };
  /** By RLIMIT_ name. */
  readonly limits: Reading<Readonly<Record<string, ResourceLimit>>>;
  readonly oomScoreAdj: Reading<number>;
  readonly security: {
    /** attr/current: the label of whichever of the older modules answers. */
    readonly label: Reading<string>;
    readonly apparmor: Reading<string>;
    readonly selinux: Reading<string>;
  };
  /** personality(2), a mask. */
  readonly personality: Reading<number>;
  readonly scheduling: {
    readonly policy: Reading<SchedulingPolicy>;
    readonly nice: Reading<number>;
    readonly realtimePriority: Reading<number>;
    readonly cpus: Reading<readonly number[]>;
    readonly memoryNodes: Reading<readonly number[]>;
    readonly attributes: Reading<SchedulingAttributes>;
    readonly ioPriority: Reading<IoPriority>;
    readonly memoryPolicy: Reading<MemoryPolicy>;
  };
  readonly timeOffsets: Reading<Readonly<Record<string, ClockOffset>>>;
  readonly interfaces: Reading<readonly string[]>;
  readonly network: NetworkView;
  /** Every process of the cgroup and below, by pid; read only when `Questions.processes` asks. */
  readonly processes: Reading<readonly MemberProcess[]>;
  /** By number; read only when `Questions.descriptors` asks. */
  readonly descriptors: Reading<readonly Descriptor[]>;
  readonly hostname: Reading<string>;
  readonly domainname: Reading<string>;
  /** What `questions` asked beyond this. */
  readonly answers: Answers;
};

export type NamespaceView = {
  readonly inode: Reading<number>;
  /** The same namespace type of pid 1, or of ourselves where pid 1's cannot be read: `source` says which. */
  readonly host: Reading<number>;
  /** Our own: what a runtime that we start inherits. */
  readonly own: Reading<number>;
  readonly sharedWithHost: Reading<boolean>;
  /** Inode of the user namespace that owns it (NS_GET_USERNS, ioctl_ns(2)); of a user namespace, its parent. */
  readonly owner: Reading<number>;
  /** Inode of the namespace above it: pid and user namespaces alone have one (NS_GET_PARENT). */
  readonly parent: Reading<number>;
};

/** One cgroup hierarchy, the process's place in it, and what its files say. */
export type HierarchyView = {
  readonly version: 1 | 2;
  /** v1: those bound to it; v2: those that the process's cgroup has (cgroup.controllers). */
  readonly controllers: readonly string[];
  /** As /proc/PID/cgroup names it. */
  readonly path: string;
  /** The directory under which we see it, found by our own mountinfo. */
  readonly directory: Reading<string>;
  /** By file name: "memory.max", "pids.current", … Only files that are there. */
  readonly files: Readonly<Record<string, Reading<CgroupValue>>>;
  /** From the top of what is mounted down to the cgroup itself, which is the last. v1: none. */
  readonly levels: readonly CgroupLevel[];
  /** v2: the BPF programs that decide about devices. v1 has devices.list among `files`. */
  readonly deviceFilter: Reading<DeviceFilter>;
  /** What these programs answer, found by running them; only when `Questions.deviceAnswers` asks. */
  readonly deviceAnswers: Reading<readonly DeviceRow[]>;
  /** Whether one write can kill or freeze all of it (cgroup.kill, since Linux 5.14; cgroup.freeze or freezer.state). */
  readonly can: { readonly kill: Reading<boolean>; readonly freeze: Reading<boolean> };
};

/** What a config wants to know beyond what every view holds. Derived from a config by the audit's `questions`. */
export type Questions = {
  /** Paths in the reader's mount namespace that name namespaces. */
  readonly namespacePaths?: readonly string[];
  /** Paths in the container; links are followed inside the container's root and never lead out of it. */
  readonly paths?: readonly string[];
  /** Some of `paths`: where they are directories, how many names are in them. */
  readonly directories?: readonly string[];
  /** Absolute paths on the host: the sources of bind mounts. */
  readonly hostPaths?: readonly string[];
  /** Absolute paths of small files on the host: of resctrl. */
  readonly hostFiles?: readonly string[];
  /** In sysctl(8) or path form: "net.ipv4.ip_forward". */
  readonly sysctls?: readonly string[];
  /** More files of the cgroup v2 directory. */
  readonly cgroupFiles?: readonly string[];
  /** The rules of the seccomp filters: costs a child process and stops the process for an instant. */
  readonly seccompRules?: boolean;
  /** What the programs of the cgroup answer about devices: costs some milliseconds. */
  readonly deviceAnswers?: boolean;
  /** The size of the terminal that is its standard input: opens it for an instant. */
  readonly windowSize?: boolean;
  /** Every process of the cgroup. */
  readonly processes?: boolean;
  /** Open descriptors. */
  readonly descriptors?: boolean;
};

/** A path of the container, with the path that remains when the links on the way are followed. */
export type PathView = { readonly resolved: string; readonly status: FileStatus };

/** By the question. */
export type Answers = {
  readonly namespacePaths: Readonly<Record<string, Reading<number>>>;
  readonly paths: Readonly<Record<string, Reading<PathView>>>;
  /** The number of names in each. */
  readonly directories: Readonly<Record<string, Reading<number>>>;
  readonly hostPaths: Readonly<Record<string, Reading<FileStatus>>>;
  /** The text of each. */
  readonly hostFiles: Readonly<Record<string, Reading<string>>>;
  readonly sysctls: Readonly<Record<string, Reading<string>>>;
};
