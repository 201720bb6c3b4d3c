// Made by scripts/generate.ts from schemas/.
import type { Integer64 } from "../scalars.ts";

/**
 * A scheduling policy of sched_setattr(2).
 */
export type SchedulerPolicy =
  "SCHED_OTHER" | "SCHED_FIFO" | "SCHED_RR" | "SCHED_BATCH" | "SCHED_ISO" | "SCHED_IDLE" | "SCHED_DEADLINE";
/**
 * A flag of sched_setattr(2).
 */
export type SchedulerFlag =
  | "SCHED_FLAG_RESET_ON_FORK"
  | "SCHED_FLAG_RECLAIM"
  | "SCHED_FLAG_DL_OVERRUN"
  | "SCHED_FLAG_KEEP_POLICY"
  | "SCHED_FLAG_KEEP_PARAMS"
  | "SCHED_FLAG_UTIL_CLAMP_MIN"
  | "SCHED_FLAG_UTIL_CLAMP_MAX";
/**
 * A class of the IO scheduler (ioprio_set(2)).
 */
export type IoPriorityClass = "IOPRIO_CLASS_RT" | "IOPRIO_CLASS_BE" | "IOPRIO_CLASS_IDLE";
/**
 * A kind of namespace (namespaces(7)).
 */
export type NamespaceType = "mount" | "pid" | "network" | "uts" | "ipc" | "user" | "cgroup" | "time";
/**
 * A kind of mount propagation (mount_namespaces(7)).
 */
export type RootfsPropagation = "private" | "shared" | "slave" | "unbindable";
/**
 * What the kernel does with a system call that is filtered.
 */
export type SeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";
/**
 * An architecture by its name in libseccomp.
 */
export type SeccompArchitecture =
  | "SCMP_ARCH_X86"
  | "SCMP_ARCH_X86_64"
  | "SCMP_ARCH_X32"
  | "SCMP_ARCH_ARM"
  | "SCMP_ARCH_AARCH64"
  | "SCMP_ARCH_LOONGARCH64"
  | "SCMP_ARCH_M68K"
  | "SCMP_ARCH_MIPS"
  | "SCMP_ARCH_MIPS64"
  | "SCMP_ARCH_MIPS64N32"
  | "SCMP_ARCH_MIPSEL"
  | "SCMP_ARCH_MIPSEL64"
  | "SCMP_ARCH_MIPSEL64N32"
  | "SCMP_ARCH_PPC"
  | "SCMP_ARCH_PPC64"
  | "SCMP_ARCH_PPC64LE"
  | "SCMP_ARCH_S390"
  | "SCMP_ARCH_S390X"
  | "SCMP_ARCH_SH"
  | "SCMP_ARCH_SHEB"
  | "SCMP_ARCH_PARISC"
  | "SCMP_ARCH_PARISC64"
  | "SCMP_ARCH_RISCV64";
/**
 * A flag of seccomp(2).
 */
export type SeccompFlag =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";
/**
 * How an argument is compared.
 */
export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";
/**
 * A mode of set_mempolicy(2).
 */
export type MemoryPolicyMode =
  | "MPOL_DEFAULT"
  | "MPOL_BIND"
  | "MPOL_INTERLEAVE"
  | "MPOL_WEIGHTED_INTERLEAVE"
  | "MPOL_PREFERRED"
  | "MPOL_PREFERRED_MANY"
  | "MPOL_LOCAL";
/**
 * A flag of a memory policy mode.
 */
export type MemoryPolicyFlag = "MPOL_F_NUMA_BALANCING" | "MPOL_F_RELATIVE_NODES" | "MPOL_F_STATIC_NODES";
/**
 * How a jail shares what it cannot do without.
 */
export type JailIsolation = "new" | "inherit";
/**
 * How a jail shares something with its host.
 */
export type JailSharing = "disable" | "new" | "inherit";

/**
 * The configuration of a container: config.json of a bundle (runtime-spec config.md).
 */
export type Spec = {
  /**
   * Version of the runtime specification that the document keeps, in SemVer 2.0.0.
   */
  ociVersion: string;
  root?: Root;
  process?: Process;
  /**
   * Host name in the container; wants a UTS namespace of its own.
   */
  hostname?: string;
  /**
   * NIS domain name in the container; wants a UTS namespace of its own.
   */
  domainname?: string;
  /**
   * What is mounted on top of the root filesystem, in this order.
   */
  mounts?: Mount[];
  hooks?: Hooks;
  /**
   * Free metadata. Keys are not empty and best begin with a reversed domain name.
   */
  annotations?: {
    [k: string]: string;
  };
  linux?: Linux;
  vm?: Vm;
  freebsd?: FreeBsd;
  zos?: Zos;
  /**
   * What only Solaris has. Not looked into here.
   */
  solaris?: Record<string, unknown>;
  /**
   * What only Windows has. Not looked into here.
   */
  windows?: Record<string, unknown>;
  [k: string]: unknown;
};
/**
 * The root filesystem of the container.
 */
export type Root = {
  /**
   * Directory of the root filesystem, absolute or relative to the bundle.
   */
  path: string;
  /**
   * Make it read-only for the container. False when unset.
   */
  readonly?: boolean;
};
/**
 * The program to run in the container, and with what.
 */
export type Process = {
  /**
   * Give the process a pseudo-terminal as standard input, output and error. False when unset.
   */
  terminal?: boolean;
  consoleSize?: ConsoleSize;
  user?: User;
  /**
   * The program and its arguments; the program is looked up in PATH as execvp(3) does. At least one entry on POSIX systems.
   */
  args?: string[];
  /**
   * The whole command line as one string, on Windows.
   */
  commandLine?: string;
  /**
   * The whole environment, as NAME=VALUE.
   */
  env?: string[];
  /**
   * Working directory, an absolute path in the container.
   */
  cwd: string;
  capabilities?: Capabilities;
  /**
   * Resource limits, each type at most once.
   */
  rlimits?: Rlimit[];
  /**
   * Set no_new_privs: no execve gains privileges any more (prctl(2)).
   */
  noNewPrivileges?: boolean;
  /**
   * AppArmor profile of the process.
   */
  apparmorProfile?: string;
  /**
   * What is written to oom_score_adj (proc(5)): who is killed first when memory runs out.
   */
  oomScoreAdj?: number;
  /**
   * SELinux label of the process.
   */
  selinuxLabel?: string;
  scheduler?: Scheduler;
  ioPriority?: IoPriority;
  execCPUAffinity?: ExecCpuAffinity;
};
/**
 * Size of a terminal, in characters.
 */
export type ConsoleSize = {
  /**
   * Height, in rows of characters.
   */
  height: number;
  /**
   * Width, in columns of characters.
   */
  width: number;
};
/**
 * Who the process runs as.
 */
export type User = {
  /**
   * User id inside the container.
   */
  uid: number;
  /**
   * Group id inside the container.
   */
  gid: number;
  /**
   * File mode creation mask, written in decimal (18 is 0022).
   */
  umask?: number;
  /**
   * Supplementary group ids.
   */
  additionalGids?: number[];
  /**
   * Name of the user, on Windows, in place of the ids.
   */
  username?: string;
};
/**
 * The five capability sets of the process, each complete: what is not listed is not there.
 */
export type Capabilities = {
  /**
   * The most that the process or its programs can ever gain.
   */
  bounding?: string[];
  /**
   * What the process may make effective.
   */
  permitted?: string[];
  /**
   * What the kernel checks when the process asks for something.
   */
  effective?: string[];
  /**
   * What may pass through execve to files that carry it too.
   */
  inheritable?: string[];
  /**
   * What passes through execve to ordinary files; must be permitted and inheritable as well.
   */
  ambient?: string[];
};
/**
 * One resource limit of setrlimit(2).
 */
export type Rlimit = {
  /**
   * Name of the limit, as RLIMIT_NOFILE.
   */
  type: string;
  /**
   * The value in force.
   */
  soft: Integer64;
  /**
   * The most to which an unprivileged process can raise the soft limit.
   */
  hard: Integer64;
};
/**
 * How the kernel schedules the process (sched_setattr(2)).
 */
export type Scheduler = {
  policy: SchedulerPolicy;
  /**
   * Nice value for the policies OTHER and BATCH, 0 when unset.
   */
  nice?: number;
  /**
   * Static priority for the policies FIFO and RR, 0 when unset.
   */
  priority?: number;
  /**
   * Flags of the scheduling attributes.
   */
  flags?: SchedulerFlag[];
  /**
   * For DEADLINE: processor time in each period, in nanoseconds.
   */
  runtime?: Integer64;
  /**
   * For DEADLINE: by when in the period it must have been given, in nanoseconds.
   */
  deadline?: Integer64;
  /**
   * For DEADLINE: length of the period, in nanoseconds.
   */
  period?: Integer64;
};
/**
 * IO priority of a process (ioprio_set(2)).
 */
export type IoPriority = {
  class: IoPriorityClass;
  /**
   * Priority within the class, 0 (first) to 7.
   */
  priority?: number;
};
/**
 * Processors for a process that is executed in a running container, as lists like 0-3,7.
 */
export type ExecCpuAffinity = {
  /**
   * Processors of the runtime parent before the process is moved to the cgroup of the container.
   */
  initial?: string;
  /**
   * Processors of the process once it is in the cgroup of the container.
   */
  final?: string;
};
/**
 * One thing to mount in the container; mounts happen in the order of the list.
 */
export type Mount = {
  /**
   * Where it appears in the container. Should be absolute; since 1.2 a relative path counts from the root.
   */
  destination: string;
  /**
   * Filesystem type as in /proc/filesystems. Plays no part for a bind mount.
   */
  type?: string;
  /**
   * What is mounted: a device, a name, or for a bind mount a path (from the bundle when relative).
   */
  source?: string;
  /**
   * Mount options by the names of mount(8), the recursive r- forms among them; unknown ones go to the filesystem as data.
   */
  options?: string[];
  /**
   * User ids of the files as the container shall see them. Goes together with gidMappings.
   */
  uidMappings?: IdMapping[];
  /**
   * Group ids of the files as the container shall see them. Goes together with uidMappings.
   */
  gidMappings?: IdMapping[];
};
/**
 * One range of ids: those seen inside the container beside those they are on the host.
 */
export type IdMapping = {
  /**
   * First id of the range as the container sees it.
   */
  containerID: number;
  /**
   * First id of the range as the host sees it.
   */
  hostID: number;
  /**
   * How many ids follow each other in the range.
   */
  size: number;
};
/**
 * Programs to run at set moments of the lifecycle, each list in its order.
 */
export type Hooks = {
  /**
   * Deprecated. During create, once the namespaces exist and before the root is switched; in the runtime namespace.
   */
  prestart?: Hook[];
  /**
   * During create, after prestart and before the root is switched; in the runtime namespace.
   */
  createRuntime?: Hook[];
  /**
   * During create, after createRuntime and before the root is switched; in the container namespace.
   */
  createContainer?: Hook[];
  /**
   * During start, just before the program; in the container namespace.
   */
  startContainer?: Hook[];
  /**
   * After the program has started and before start returns; in the runtime namespace.
   */
  poststart?: Hook[];
  /**
   * After the container is deleted and before delete returns; in the runtime namespace.
   */
  poststop?: Hook[];
};
/**
 * A program that the runtime runs at one moment of the lifecycle, with the container state as JSON on its standard input.
 */
export type Hook = {
  /**
   * Absolute path of the program, seen from the namespace the hook runs in.
   */
  path: string;
  /**
   * Its arguments, the first of which is the name it sees itself called by.
   */
  args?: string[];
  /**
   * Its whole environment, as NAME=VALUE; nothing is inherited.
   */
  env?: string[];
  /**
   * Seconds after which the hook is aborted.
   */
  timeout?: number;
};
/**
 * What only Linux has (runtime-spec config-linux.md).
 */
export type Linux = {
  /**
   * Namespaces of the container: new ones, or joined by path. What is not listed is inherited from the runtime.
   */
  namespaces?: Namespace[];
  /**
   * User ids of the user namespace.
   */
  uidMappings?: IdMapping[];
  /**
   * Group ids of the user namespace.
   */
  gidMappings?: IdMapping[];
  /**
   * How far the clocks of the time namespace stand off those of the host.
   */
  timeOffsets?: {
    monotonic?: TimeOffset;
    boottime?: TimeOffset;
  };
  /**
   * Device nodes to make in the container besides the default ones.
   */
  devices?: Device[];
  /**
   * Network devices of the host, by their name there, to move into the container.
   */
  netDevices?: {
    [k: string]: NetDevice;
  };
  /**
   * Where the cgroup of the container is: from the root of the hierarchy when absolute, else where the runtime chooses.
   */
  cgroupsPath?: string;
  resources?: Resources;
  rootfsPropagation?: RootfsPropagation;
  seccomp?: Seccomp;
  /**
   * Kernel parameters to set in the container, by their name below /proc/sys with dots.
   */
  sysctl?: {
    [k: string]: string;
  };
  /**
   * Absolute paths in the container that nothing can be read from.
   */
  maskedPaths?: string[];
  /**
   * Absolute paths in the container that cannot be written.
   */
  readonlyPaths?: string[];
  /**
   * SELinux context of the mounts in the container.
   */
  mountLabel?: string;
  intelRdt?: IntelRdt;
  memoryPolicy?: MemoryPolicy;
  personality?: Personality;
};
/**
 * A namespace of the container.
 */
export type Namespace = {
  type: NamespaceType;
  /**
   * Absolute path of an existing namespace to join; a new one is made when unset.
   */
  path?: string;
};
/**
 * Offset of a clock.
 */
export type TimeOffset = {
  /**
   * Whole seconds.
   */
  secs?: Integer64;
  /**
   * Nanoseconds on top.
   */
  nanosecs?: number;
};
/**
 * A device node to make in the container.
 */
export type Device = {
  /**
   * A character device (c or u), a block device (b) or a FIFO (p), as in mknod(1).
   */
  type: "c" | "b" | "u" | "p";
  /**
   * Absolute path in the container.
   */
  path: string;
  /**
   * Major number of the device.
   */
  major?: Integer64;
  /**
   * Minor number of the device.
   */
  minor?: Integer64;
  /**
   * Permission bits, in decimal (438 is 0666).
   */
  fileMode?: number;
  /**
   * Owner, as the container sees it.
   */
  uid?: number;
  /**
   * Group, as the container sees it.
   */
  gid?: number;
};
/**
 * A network device that moves into the container.
 */
export type NetDevice = {
  /**
   * Its name in the container; that on the host when unset.
   */
  name?: string;
};
/**
 * What the container may use, set through its cgroup.
 */
export type Resources = {
  /**
   * Files of the cgroup v2 directory and what to write to each, as memory.high.
   */
  unified?: {
    [k: string]: string;
  };
  /**
   * Rules for opening and making devices, the last that fits wins.
   */
  devices?: DeviceCgroup[];
  pids?: Pids;
  blockIO?: BlockIo;
  cpu?: Cpu;
  /**
   * Limits of huge pages by their size.
   */
  hugepageLimits?: HugepageLimit[];
  memory?: Memory;
  network?: NetworkResources;
  /**
   * Limits of RDMA devices, by device name.
   */
  rdma?: {
    [k: string]: Rdma;
  };
};
/**
 * One rule of the device cgroup.
 */
export type DeviceCgroup = {
  /**
   * Whether what fits is allowed or denied.
   */
  allow: boolean;
  /**
   * All devices (a), character devices (c) or block devices (b); all when unset.
   */
  type?: string;
  /**
   * Major number; any when unset.
   */
  major?: Integer64;
  /**
   * Minor number; any when unset.
   */
  minor?: Integer64;
  /**
   * Letters of r (read), w (write) and m (mknod).
   */
  access?: string;
};
/**
 * Limit of the number of tasks.
 */
export type Pids = {
  /**
   * Most tasks at a time; -1 is unlimited, and since 1.3 zero is a limit too.
   */
  limit: Integer64;
};
/**
 * Weights and limits of block devices.
 */
export type BlockIo = {
  /**
   * Weight of the cgroup, 10 to 1000.
   */
  weight?: number;
  /**
   * Weight of its own tasks beside child cgroups, 10 to 1000 (cgroup v1).
   */
  leafWeight?: number;
  /**
   * Weights of single devices.
   */
  weightDevice?: WeightDevice[];
  /**
   * Most bytes a second read from single devices.
   */
  throttleReadBpsDevice?: ThrottleDevice[];
  /**
   * Most bytes a second written to single devices.
   */
  throttleWriteBpsDevice?: ThrottleDevice[];
  /**
   * Most reads a second from single devices.
   */
  throttleReadIOPSDevice?: ThrottleDevice[];
  /**
   * Most writes a second to single devices.
   */
  throttleWriteIOPSDevice?: ThrottleDevice[];
};
/**
 * Weight of one block device.
 */
export type WeightDevice = {
  /**
   * Major number of the device.
   */
  major: Integer64;
  /**
   * Minor number of the device.
   */
  minor: Integer64;
  /**
   * Weight of the tasks of the cgroup, 10 to 1000.
   */
  weight?: number;
  /**
   * Weight of those tasks beside child cgroups, 10 to 1000 (cgroup v1).
   */
  leafWeight?: number;
};
/**
 * Rate limit of one block device.
 */
export type ThrottleDevice = {
  /**
   * Major number of the device.
   */
  major: Integer64;
  /**
   * Minor number of the device.
   */
  minor: Integer64;
  /**
   * Bytes or operations a second.
   */
  rate?: Integer64;
};
/**
 * Processor time and processors.
 */
export type Cpu = {
  /**
   * Share of processor time beside other cgroups (cpu.shares; cpu.weight in v2).
   */
  shares?: Integer64;
  /**
   * Processor time in each period, in microseconds.
   */
  quota?: Integer64;
  /**
   * Unused quota that may be saved for a burst, in microseconds.
   */
  burst?: Integer64;
  /**
   * Length of the period, in microseconds.
   */
  period?: Integer64;
  /**
   * Processor time of realtime tasks in each of their periods, in microseconds (cgroup v1).
   */
  realtimeRuntime?: Integer64;
  /**
   * Length of that period, in microseconds (cgroup v1).
   */
  realtimePeriod?: Integer64;
  /**
   * Processors to run on, as 0-3,7.
   */
  cpus?: string;
  /**
   * Memory nodes to use, as 0-1.
   */
  mems?: string;
  /**
   * 1 makes the whole cgroup run only when nothing else wants to.
   */
  idle?: Integer64;
};
/**
 * Limit of huge pages of one size.
 */
export type HugepageLimit = {
  /**
   * Size of the page, as 64KB, 2MB or 1GB.
   */
  pageSize: string;
  /**
   * Most bytes in pages of this size.
   */
  limit: Integer64;
};
/**
 * Limits of memory, in bytes; -1 is unlimited.
 */
export type Memory = {
  /**
   * Most memory.
   */
  limit?: Integer64;
  /**
   * Soft limit: what is kept when memory runs short.
   */
  reservation?: Integer64;
  /**
   * Most memory and swap together.
   */
  swap?: Integer64;
  /**
   * Not recommended. Most kernel memory (cgroup v1).
   */
  kernel?: Integer64;
  /**
   * Not recommended. Most kernel memory for TCP buffers (cgroup v1).
   */
  kernelTCP?: Integer64;
  /**
   * How willingly memory is swapped out, 0 to 100 (cgroup v1).
   */
  swappiness?: Integer64;
  /**
   * Let tasks wait for memory in place of killing one (cgroup v1).
   */
  disableOOMKiller?: boolean;
  /**
   * Count the memory of child cgroups here too (cgroup v1).
   */
  useHierarchy?: boolean;
  /**
   * Refuse a limit below what is in use already.
   */
  checkBeforeUpdate?: boolean;
};
/**
 * Marking and priority of network traffic (cgroup v1).
 */
export type NetworkResources = {
  /**
   * Class id that net_cls marks packets with.
   */
  classID?: number;
  /**
   * Priorities of traffic by interface (net_prio).
   */
  priorities?: InterfacePriority[];
};
/**
 * Priority of traffic through one interface.
 */
export type InterfacePriority = {
  /**
   * Name of the interface in the network namespace of the runtime.
   */
  name: string;
  /**
   * The priority.
   */
  priority: number;
};
/**
 * Limits of one RDMA device; at least one of the two is wanted.
 */
export type Rdma = {
  /**
   * Most handles.
   */
  hcaHandles?: number;
  /**
   * Most objects.
   */
  hcaObjects?: number;
};
/**
 * A filter of system calls (seccomp(2)).
 */
export type Seccomp = {
  defaultAction: SeccompAction;
  /**
   * The errno that the default action gives, EPERM when unset.
   */
  defaultErrnoRet?: number;
  /**
   * Architectures whose calls are filtered besides the native one.
   */
  architectures?: SeccompArchitecture[];
  /**
   * Flags of seccomp(2).
   */
  flags?: SeccompFlag[];
  /**
   * Unix socket that gets the file descriptor of SCMP_ACT_NOTIFY.
   */
  listenerPath?: string;
  /**
   * Text that is sent along to that socket.
   */
  listenerMetadata?: string;
  /**
   * Rules for calls by name.
   */
  syscalls?: SeccompSyscall[];
};
/**
 * A rule for system calls.
 */
export type SeccompSyscall = {
  /**
   * Names of the calls.
   *
   * @minItems 1
   */
  names: string[];
  action: SeccompAction;
  /**
   * The errno that they give, EPERM when unset.
   */
  errnoRet?: number;
  /**
   * What their arguments must be for the rule to hold.
   */
  args?: SeccompArgument[];
};
/**
 * A condition on one argument of a system call.
 */
export type SeccompArgument = {
  /**
   * Which argument, from 0.
   */
  index: number;
  /**
   * What it is compared with; for MASKED_EQ the mask.
   */
  value: Integer64;
  /**
   * For MASKED_EQ what remains under the mask.
   */
  valueTwo?: Integer64;
  op: SeccompOperator;
};
/**
 * Cache and memory bandwidth allocation of Intel processors.
 */
export type IntelRdt = {
  /**
   * Name of the class of service; the container id when unset, and since 1.3 "/" is the default class.
   */
  closID?: string;
  /**
   * Lines for the schemata file, written after the two below.
   */
  schemata?: string[];
  /**
   * Line of the L3 cache, beginning with L3:.
   */
  l3CacheSchema?: string;
  /**
   * Line of the memory bandwidth, beginning with MB:.
   */
  memBwSchema?: string;
  /**
   * Make a monitoring group for the container.
   */
  enableMonitoring?: boolean;
};
/**
 * NUMA memory policy (set_mempolicy(2)).
 */
export type MemoryPolicy = {
  mode: MemoryPolicyMode;
  /**
   * Memory nodes, as 0-3,7.
   */
  nodes?: string;
  /**
   * Flags of the mode.
   */
  flags?: MemoryPolicyFlag[];
};
/**
 * Execution domain of a process (personality(2)).
 */
export type Personality = {
  /**
   * LINUX, or LINUX32 for a machine that looks 32-bit to uname(2).
   */
  domain: "LINUX" | "LINUX32";
  /**
   * Further flags; none is defined yet.
   */
  flags?: string[];
};
/**
 * A virtual machine that the container runs in (runtime-spec config-vm.md).
 */
export type Vm = {
  /**
   * The program that runs the machine.
   */
  hypervisor?: {
    /**
     * Path of the hypervisor on the host.
     */
    path: string;
    /**
     * Its parameters.
     */
    parameters?: string[];
  };
  /**
   * The kernel of the machine.
   */
  kernel: {
    /**
     * Path of the kernel image on the host.
     */
    path: string;
    /**
     * Its command line.
     */
    parameters?: string[];
    /**
     * Path of the initial RAM disk on the host.
     */
    initrd?: string;
  };
  /**
   * The disk image that holds the root filesystem.
   */
  image?: {
    /**
     * Path of the disk image on the host.
     */
    path: string;
    /**
     * Format of the disk image.
     */
    format: "raw" | "qcow2" | "vdi" | "vmdk" | "vhd";
  };
  /**
   * The hardware of the machine.
   */
  hwConfig?: {
    /**
     * Path of the device tree on the host.
     */
    deviceTree?: string;
    /**
     * How many processors the machine has.
     */
    vcpus?: number;
    /**
     * How much memory the machine has, in bytes.
     */
    memory?: Integer64;
    /**
     * Devices of the device tree that are passed through.
     */
    dtdevs?: string[];
    /**
     * Ranges of IO memory that the machine may touch.
     */
    iomems?: {
      /**
       * First frame number in the guest; that of the host when unset.
       */
      firstGFN?: Integer64;
      /**
       * First frame number on the host.
       */
      firstMFN: Integer64;
      /**
       * How many frames.
       */
      nrMFNs: Integer64;
    }[];
    /**
     * Interrupts that are passed through.
     */
    irqs?: number[];
  };
};
/**
 * What only FreeBSD has (runtime-spec config-freebsd.md).
 */
export type FreeBsd = {
  /**
   * Devices to show in the container.
   */
  devices?: {
    /**
     * Path of the device below /dev, wildcards allowed.
     */
    path?: string;
    /**
     * Permission bits, in decimal.
     */
    mode?: number;
  }[];
  jail?: Jail;
};
/**
 * Parameters of a jail (jail(8)).
 */
export type Jail = {
  /**
   * Name of the jail to be inside of.
   */
  parent?: string;
  host?: JailIsolation;
  ip4?: JailSharing;
  /**
   * IPv4 addresses of the jail.
   */
  ip4Addr?: string[];
  ip6?: JailSharing;
  /**
   * IPv6 addresses of the jail.
   */
  ip6Addr?: string[];
  vnet?: JailIsolation;
  /**
   * Interface that the addresses are added to.
   */
  interface?: string;
  /**
   * Interfaces that move into its network stack.
   */
  vnetInterfaces?: string[];
  sysvmsg?: JailSharing;
  sysvsem?: JailSharing;
  sysvshm?: JailSharing;
  /**
   * How much of the mount table the jail sees, 0 all to 2 least.
   */
  enforceStatfs?: number;
  /**
   * What the jail may do.
   */
  allow?: {
    /**
     * May set its host name.
     */
    setHostname?: boolean;
    /**
     * May open raw sockets.
     */
    rawSockets?: boolean;
    /**
     * May change system file flags.
     */
    chflags?: boolean;
    /**
     * Filesystem types that it may mount.
     */
    mount?: string[];
    /**
     * May administer quotas.
     */
    quotas?: boolean;
    /**
     * May open sockets of any family.
     */
    socketAf?: boolean;
    /**
     * May lock memory.
     */
    mlock?: boolean;
    /**
     * May bind ports below 1024.
     */
    reservedPorts?: boolean;
    /**
     * Its root user is privileged.
     */
    suser?: boolean;
  };
};
/**
 * What only z/OS has (runtime-spec config-zos.md).
 */
export type Zos = {
  /**
   * Namespaces of the container.
   */
  namespaces?: {
    /**
     * Which kind of namespace.
     */
    type: "mount" | "pid" | "uts" | "ipc";
    /**
     * Absolute path of an existing namespace to join.
     */
    path?: string;
  }[];
};
/**
 * The state of a container as a runtime reports it (runtime-spec runtime.md#state).
 */
export type StateDocument = {
  /**
   * Version of the specification that the state keeps.
   */
  ociVersion: string;
  /**
   * The id of the container, unique on its host for this runtime.
   */
  id: string;
  /**
   * Where in its lifecycle the container is. Runtimes may know more than the four of the specification; paused is that of runc, crun and runsc.
   */
  status: "creating" | "created" | "running" | "paused" | "stopped";
  /**
   * Process id of the first process of the container, as the reader of the state sees it.
   */
  pid?: number;
  /**
   * Absolute path of the bundle.
   */
  bundle: string;
  /**
   * The annotations of the configuration.
   */
  annotations?: {
    [k: string]: string;
  };
};
/**
 * What a runtime can do, whatever the host (runtime-spec features.md). A property that is missing or null says nothing; an empty list says none.
 */
export type Features = {
  /**
   * Oldest version of config.json that the runtime takes.
   */
  ociVersionMin: string;
  /**
   * Newest version of config.json that the runtime takes.
   */
  ociVersionMax: string;
  /**
   * Kinds of hooks that it runs.
   */
  hooks?: string[] | null;
  /**
   * Mount options that it knows, those of single filesystems left out.
   */
  mountOptions?: string[] | null;
  /**
   * What the runtime says about itself in its own words.
   */
  annotations?: {
    [k: string]: string;
  } | null;
  /**
   * Annotations of config.json that may change what the runtime does; a trailing dot means all that begin so.
   */
  potentiallyUnsafeConfigAnnotations?: string[] | null;
  /**
   * What it can do on Linux.
   */
  linux?: {
    /**
     * Kinds of namespaces that it knows.
     */
    namespaces?: NamespaceType[] | null;
    /**
     * Capabilities that it knows.
     */
    capabilities?: string[] | null;
    /**
     * What it can do with cgroups.
     */
    cgroup?: {
      /**
       * Cgroup v1.
       */
      v1?: boolean | null;
      /**
       * Cgroup v2.
       */
      v2?: boolean | null;
      /**
       * Cgroups made by systemd of the system.
       */
      systemd?: boolean | null;
      /**
       * Cgroups made by systemd of a user.
       */
      systemdUser?: boolean | null;
      /**
       * The rdma controller.
       */
      rdma?: boolean | null;
    } | null;
    /**
     * What it can do with seccomp.
     */
    seccomp?: {
      /**
       * Whether seccomp is built in.
       */
      enabled?: boolean | null;
      /**
       * Actions that it knows.
       */
      actions?: SeccompAction[] | null;
      /**
       * Operators that it knows.
       */
      operators?: SeccompOperator[] | null;
      /**
       * Architectures that it knows.
       */
      archs?: SeccompArchitecture[] | null;
      /**
       * Flags that it knows by name.
       */
      knownFlags?: SeccompFlag[] | null;
      /**
       * Flags that it can set as well.
       */
      supportedFlags?: SeccompFlag[] | null;
    } | null;
    /**
     * What it can do with AppArmor.
     */
    apparmor?: {
      /**
       * Whether AppArmor is built in.
       */
      enabled?: boolean | null;
    } | null;
    /**
     * What it can do with SELinux.
     */
    selinux?: {
      /**
       * Whether SELinux is built in.
       */
      enabled?: boolean | null;
    } | null;
    /**
     * What it can do with Intel RDT.
     */
    intelRdt?: {
      /**
       * Whether Intel RDT is built in.
       */
      enabled?: boolean | null;
      /**
       * Whether it knows intelRdt.schemata.
       */
      schemata?: boolean | null;
      /**
       * Whether it knows intelRdt.enableMonitoring.
       */
      monitoring?: boolean | null;
    } | null;
    /**
     * What it can do with NUMA memory policies.
     */
    memoryPolicy?: {
      /**
       * Modes that it knows.
       */
      modes?: string[] | null;
      /**
       * Flags that it knows.
       */
      flags?: string[] | null;
    } | null;
    /**
     * What it can do beyond mount options.
     */
    mountExtensions?: {
      /**
       * Id mappings of mounts.
       */
      idmap?: {
        /**
         * Whether it knows id mappings of mounts.
         */
        enabled?: boolean | null;
      } | null;
    } | null;
    /**
     * What it can do with network devices.
     */
    netDevices?: {
      /**
       * Whether it can move network devices.
       */
      enabled?: boolean | null;
    } | null;
  } | null;
};
