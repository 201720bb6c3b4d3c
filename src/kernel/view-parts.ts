import type { Exact } from "./parse/parsed.ts";
import type { Reading } from "./reading.ts";

/** One process of the cgroup and of those below it, with its id in each pid namespace. */
export type MemberProcess = {
  readonly pid: number;
  readonly parent: number;
  /** In each pid namespace, the reader's first, its own last. */
  readonly pids: readonly number[];
  /** Effective user id as the reader's user namespace numbers it. */
  readonly user: number;
  /** A letter of proc_pid_stat(5). */
  readonly state: string;
  readonly command: string;
  /** Empty for a zombie. */
  readonly args: readonly string[];
  readonly threads: number;
  /** Clock ticks after boot, and clock ticks spent in user and kernel mode. */
  readonly startTime: Exact;
  readonly cpuTicks: Exact;
  /** Resident bytes. */
  readonly memory: Exact;
  /** The cgroup's path below that of the view, "" for the view's own. */
  readonly cgroup: string;
};

export type DescriptorKind =
  | "file"
  | "directory"
  | "pipe"
  | "socket"
  | "terminal"
  | "device"
  | "memory"
  | "namespace"
  | "anonymous"
  | "deleted";

/** One open descriptor: /proc/PID/fd and fdinfo (proc_pid_fdinfo(5)). */
export type Descriptor = {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** What the link says: "/dev/null", "pipe:[123]", "anon_inode:[eventfd]". */
  readonly target: string;
  /** Names of open(2), the access mode first: "O_RDWR", "O_CLOEXEC". */
  readonly flags: readonly string[];
  readonly position: Exact;
  /** Of mountinfo; undefined where this kernel does not say. */
  readonly mount: number | undefined;
};

/** What a filter answers to a system call, by the names of the runtime specification. */
export type SeccompAnswer = {
  readonly action:
    | "SCMP_ACT_KILL_PROCESS"
    | "SCMP_ACT_KILL_THREAD"
    | "SCMP_ACT_TRAP"
    | "SCMP_ACT_ERRNO"
    | "SCMP_ACT_NOTIFY"
    | "SCMP_ACT_TRACE"
    | "SCMP_ACT_LOG"
    | "SCMP_ACT_ALLOW";
  /** The errno of ERRNO, the message of TRACE and TRAP; else 0. */
  readonly data: number;
};

/** A test of an argument of the call; `word` is the part of the 64 bits that was tested, `mask` what was kept of it. */
export type ArgumentTest = {
  readonly argument: number;
  readonly word: "low" | "high" | "both";
  readonly mask: bigint;
  readonly op: "==" | "!=" | ">" | "<=" | ">=" | "<" | "&" | "!&";
  readonly value: bigint;
};

/** An answer, and when it is given: all tests hold. Without tests: always, unless it is `unclear`: it hangs on more than tests can say. */
export type SeccompCase = SeccompAnswer & {
  readonly when: readonly ArgumentTest[];
  readonly unclear?: true;
};

/** What the filters of a process say together: for each call the strictest answer, as the kernel takes it (seccomp(2)). */
export type SeccompRules = {
  /** The filters, the oldest first; of the flags the kernel tells SECCOMP_FILTER_FLAG_LOG alone. */
  readonly filters: readonly { readonly instructions: number; readonly flags: readonly string[] }[];
  readonly architectures: Readonly<Record<string, SeccompArchitecture>>;
  /** The answer to a call of any other architecture; undefined where it depends on more than that. */
  readonly otherArchitectures: SeccompAnswer | undefined;
};

/** Rules for the calls of one architecture; `calls` has a call by name, one case where the arguments do not matter. */
export type SeccompArchitecture = {
  readonly calls: Readonly<Record<string, readonly SeccompCase[]>>;
  /** The answer to numbers that no call known here has; undefined where they differ. */
  readonly otherCalls: SeccompAnswer | undefined;
};

/** A keyring that /proc/keys shows us (keyrings(7)). */
export type KeyringView = {
  /** Serial number, hexadecimal as the kernel writes it. */
  readonly id: string;
  readonly description: string;
  readonly user: number;
  /** Permission mask. */
  readonly permissions: number;
  /** How many keys are in it; undefined when the kernel does not say. */
  readonly keys: number | undefined;
};

export type IoPriority = {
  readonly class: "IOPRIO_CLASS_NONE" | "IOPRIO_CLASS_RT" | "IOPRIO_CLASS_BE" | "IOPRIO_CLASS_IDLE";
  readonly level: number;
};

/** sched_getattr(2); times in nanoseconds. */
export type SchedulingAttributes = {
  /** Names of the runtime specification: "SCHED_FLAG_RESET_ON_FORK". */
  readonly flags: readonly string[];
  readonly runtime: Exact;
  readonly deadline: Exact;
  readonly period: Exact;
  /** Undefined where this kernel has no utilisation clamping. */
  readonly utilisation: { readonly least: number; readonly most: number } | undefined;
};

/** The policy that the first line of /proc/PID/numa_maps shows (set_mempolicy(2), numa(7)). */
export type MemoryPolicy = {
  /** "default", "bind", "interleave", "prefer", "prefer (many)", "local", "weighted interleave". */
  readonly mode: string;
  /** "static", "relative". */
  readonly flags: readonly string[];
  readonly nodes: readonly number[];
};

export type NetworkDevice = {
  readonly name: string;
  readonly receivedBytes: Exact;
  readonly receivedPackets: Exact;
  readonly sentBytes: Exact;
  readonly sentPackets: Exact;
};

export type NetworkAddress = {
  readonly address: string;
  /** Undefined where the kernel's file does not say (addresses of fib_trie without a route of their own). */
  readonly prefix: number | undefined;
  readonly device: string | undefined;
};

export type NetworkRoute = {
  /** "0.0.0.0/0", "fe80::/64". */
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string;
  readonly metric: number;
};

/** The network namespace of the process, as its own /proc/PID/net has it. */
export type NetworkView = {
  readonly devices: Reading<readonly NetworkDevice[]>;
  readonly ipv4: Reading<readonly NetworkAddress[]>;
  readonly ipv6: Reading<readonly NetworkAddress[]>;
  readonly routes: Reading<readonly NetworkRoute[]>;
};

/** One directory on the way from the top of the mounted tree to the cgroup, the top first. cgroup v2. */
export type CgroupLevel = {
  readonly path: string;
  readonly controllers: Reading<readonly string[]>;
  /** What its children may use. */
  readonly subtreeControl: Reading<readonly string[]>;
  /** "domain", "threaded", "domain threaded", "domain invalid"; the top has none. */
  readonly type: Reading<string>;
  readonly owner: Reading<CgroupOwner>;
};

/** Who owns the directory and the files that a delegate writes (cgroup-v2.rst, "Delegation Containment"); -1: the file is not there. */
export type CgroupOwner = {
  readonly user: number;
  readonly group: number;
  readonly mode: number;
  readonly procs: number;
  readonly subtreeControl: number;
};

/** A BPF program that is attached to the cgroup (bpf(2), BPF_PROG_QUERY). */
export type BpfProgram = {
  readonly id: number;
  readonly type: string;
  /** At most 15 characters; runtimes leave it empty. */
  readonly name: string;
  /** Instructions after the kernel's rewriting. */
  readonly instructions: number;
  /** These instructions in hexadecimal, 16 digits each (struct bpf_insn); left out where the kernel does not hand them out. */
  readonly code?: string;
};

/** What the device programs answer to devices of these numbers; "*" is every number that no other row has. */
export type DeviceRow = {
  readonly type: "b" | "c";
  readonly major: number | "*";
  readonly minor: number | "*";
  /** Of "rwm" those that are allowed; "" is none. With commas where both at once are answered otherwise than each: "r,w" is either alone, "r,rw" both but not w alone. */
  readonly access: string;
};

/** The programs that decide about devices in a v2 cgroup; an ancestor's count as well. */
export type DeviceFilter = {
  readonly attached: readonly BpfProgram[];
  /** Those of the cgroup and its ancestors. */
  readonly effective: readonly BpfProgram[];
  /** Flags of the attachment: "BPF_F_ALLOW_MULTI". */
  readonly flags: readonly string[];
};
