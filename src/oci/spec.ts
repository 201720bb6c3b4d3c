// Interim hand-written types; to be replaced by types generated from schemas/ under the same names.
import type { Brand } from "../base/brand.ts";

/** An int64 or uint64 of the specification: a number where it is safe, else a bigint. */
export type Integer64 = number | bigint;

export type Spec = {
  ociVersion: string;
  root?: Root;
  process?: Process;
  hostname?: string;
  domainname?: string;
  mounts?: Mount[];
  hooks?: Hooks;
  annotations?: Record<string, string>;
  linux?: Linux;
  [extra: string]: unknown;
};
export type Root = { path: string; readonly?: boolean };
export type Process = {
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  user?: User;
  args?: string[];
  commandLine?: string;
  env?: string[];
  cwd: string;
  capabilities?: Capabilities;
  rlimits?: Rlimit[];
  noNewPrivileges?: boolean;
  apparmorProfile?: string;
  oomScoreAdj?: number;
  selinuxLabel?: string;
  scheduler?: Scheduler;
  ioPriority?: { class: "IOPRIO_CLASS_RT" | "IOPRIO_CLASS_BE" | "IOPRIO_CLASS_IDLE"; priority?: number };
  execCPUAffinity?: { initial?: string; final?: string };
};
export type User = { uid: number; gid: number; umask?: number; additionalGids?: number[]; username?: string };
export type Capabilities = {
  bounding?: string[];
  permitted?: string[];
  effective?: string[];
  inheritable?: string[];
  ambient?: string[];
};
export type Rlimit = { type: string; soft: Integer64; hard: Integer64 };
export type Scheduler = {
  policy: string;
  nice?: number;
  priority?: number;
  flags?: string[];
  runtime?: Integer64;
  deadline?: Integer64;
  period?: Integer64;
};
export type IdMapping = { containerID: number; hostID: number; size: number };
export type Mount = {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
};
export type Hook = { path: string; args?: string[]; env?: string[]; timeout?: number };
export type Hooks = {
  prestart?: Hook[];
  createRuntime?: Hook[];
  createContainer?: Hook[];
  startContainer?: Hook[];
  poststart?: Hook[];
  poststop?: Hook[];
};
export type NamespaceType = "mount" | "pid" | "network" | "uts" | "ipc" | "user" | "cgroup" | "time";
export type Namespace = { type: NamespaceType; path?: string };
export type Device = {
  type: "c" | "b" | "u" | "p";
  path: string;
  fileMode?: number;
  major?: Integer64;
  minor?: Integer64;
  uid?: number;
  gid?: number;
};
export type DeviceCgroup = {
  allow: boolean;
  type?: string;
  major?: Integer64;
  minor?: Integer64;
  access?: string;
};
export type TimeOffset = { secs?: Integer64; nanosecs?: number };
export type Linux = {
  devices?: Device[];
  netDevices?: Record<string, { name?: string }>;
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
  namespaces?: Namespace[];
  resources?: Resources;
  cgroupsPath?: string;
  rootfsPropagation?: "private" | "shared" | "slave" | "unbindable";
  seccomp?: Seccomp;
  sysctl?: Record<string, string>;
  maskedPaths?: string[];
  readonlyPaths?: string[];
  mountLabel?: string;
  intelRdt?: Record<string, unknown>;
  memoryPolicy?: { mode: string; nodes?: string; flags?: string[] };
  personality?: { domain: "LINUX" | "LINUX32"; flags?: string[] };
  timeOffsets?: Record<string, TimeOffset>;
};
export type Resources = {
  unified?: Record<string, string>;
  devices?: DeviceCgroup[];
  pids?: Pids;
  blockIO?: BlockIo;
  cpu?: Cpu;
  hugepageLimits?: { pageSize: string; limit: Integer64 }[];
  memory?: Memory;
  network?: { classID?: number; priorities?: { name: string; priority: number }[] };
  rdma?: Record<string, { hcaHandles?: number; hcaObjects?: number }>;
};
export type Pids = { limit?: Integer64 };
export type Memory = {
  limit?: Integer64;
  reservation?: Integer64;
  swap?: Integer64;
  kernel?: Integer64;
  kernelTCP?: Integer64;
  swappiness?: Integer64;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
};
export type Cpu = {
  shares?: Integer64;
  quota?: Integer64;
  burst?: Integer64;
  period?: Integer64;
  realtimeRuntime?: Integer64;
  realtimePeriod?: Integer64;
  cpus?: string;
  mems?: string;
  idle?: Integer64;
};
export type WeightDevice = { major: Integer64; minor: Integer64; weight?: number; leafWeight?: number };
export type ThrottleDevice = { major: Integer64; minor: Integer64; rate: Integer64 };
export type BlockIo = {
  weight?: number;
  leafWeight?: number;
  weightDevice?: WeightDevice[];
  throttleReadBpsDevice?: ThrottleDevice[];
  throttleWriteBpsDevice?: ThrottleDevice[];
  throttleReadIOPSDevice?: ThrottleDevice[];
  throttleWriteIOPSDevice?: ThrottleDevice[];
};
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
export type Seccomp = {
  defaultAction: SeccompAction;
  defaultErrnoRet?: number;
  flags?: string[];
  listenerPath?: string;
  listenerMetadata?: string;
  architectures?: string[];
  syscalls?: SeccompSyscall[];
};
export type SeccompSyscall = {
  names: string[];
  action: SeccompAction;
  errnoRet?: number;
  args?: SeccompArgument[];
};
export type SeccompArgument = { index: number; value: Integer64; valueTwo?: Integer64; op: string };

/** A container id as runc takes it: letters, digits and `_+-.`, at most 1024 characters, not "." or "..". */
export type ContainerId = Brand<string, "ContainerId">;

/** The state of a container (runtime.md#state); pid is there exactly when there is a process. */
export type State = {
  readonly ociVersion: string;
  readonly id: ContainerId;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>>;
} & (
  | { readonly status: "creating" | "stopped" }
  | { readonly status: "created" | "running" | "paused"; readonly pid: number }
);

/** What a runtime says it can do (features.md): `runc features`. */
export type Features = {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks?: readonly string[] | null;
  readonly mountOptions?: readonly string[] | null;
  readonly annotations?: Readonly<Record<string, string>> | null;
  readonly potentiallyUnsafeConfigAnnotations?: readonly string[] | null;
  readonly linux?: Readonly<Record<string, unknown>> | null;
};

/** One thing wrong with a config.json, and where. */
export type Problem = {
  /** JSON pointer (RFC 6901) into config.json. */
  readonly at: `/${string}` | "";
  readonly says: string;
  readonly hint?: string;
  /** RFC 6902 operations that mend it. */
  readonly fix?: readonly JsonPatchOperation[];
  readonly from: "schema" | "lint" | "host";
  readonly level: "error" | "warning";
  /** Id of the statement of the runtime specification that it breaks, where there is one. */
  readonly statement?: string;
};
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };
