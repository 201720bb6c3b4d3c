import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isatty } from "node:tty";
import { isProgram } from "../base/programs.ts";
import { readIdPlan, userNamespacesForbidden } from "../linux/user-namespace.ts";
import type { Mount, Spec } from "../oci/spec.ts";
import type { Bundle } from "./bundle.ts";
import { capabilitiesIn } from "./context.ts";
import { readDelegation } from "./delegation.ts";
import { resolveInside, unlessDenied } from "./inside.ts";
import type { OrdinaryFacts } from "./preflight-ordinary.ts";
import { otherDevices } from "./shown-devices.ts";

/** What a path is: undefined when there is nothing, "unseen" when it lies where this user may not look: sub ids have places of their own. */
export type PathFact =
  | { readonly type: "file" | "directory" | "other" | "unseen"; readonly executable: boolean }
  | undefined;

/** What the preflight must know of this host. Read once; the deciding is done by `preflight`. */
export type HostFacts = {
  readonly uid: number;
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  /** Hard limits by their name in config.json; undefined is unlimited. */
  readonly hardLimits: ReadonlyMap<string, bigint | undefined>;
  /** Names of the active security modules. */
  readonly modules: readonly string[];
  readonly cgroup: { readonly version: 1 | 2; readonly controllers: readonly string[] };
  /** user.max_user_namespaces; undefined when the kernel does not say. */
  readonly maxUserNamespaces: number | undefined;
  /** Our own OOM score; left out, it is 0. */
  readonly oomScoreAdj?: number;
  /** Those in linux.devices that the host has not at their path. */
  readonly otherDevices?: readonly number[];
  /** What else counts for an ordinary user; undefined for root. */
  readonly ordinary?: OrdinaryFacts | undefined;
  readonly hasTerminal: boolean;
  /** Host paths that the spec names: bind sources (resolved), hooks, namespaces, sysctls below /proc/sys. */
  readonly paths: ReadonlyMap<string, PathFact>;
  /** Directories above the rootfs that other users may not pass through. */
  readonly closedParents: readonly string[];
  /** Who owns the rootfs on this host; undefined when it is not there. */
  readonly rootfsOwner?: number | undefined;
  /** Destinations of bind mounts and startContainer hooks, inside the rootfs. */
  readonly inside: ReadonlyMap<string, PathFact>;
};

/** Read what the preflight of this bundle needs. Reads only; what cannot be read counts as not there. */
export function readHostFacts({ spec, path, rootfs }: Bundle): HostFacts {
  const status = readFileSync("/proc/self/status", "utf8");
  const max = readText("/proc/sys/user/max_user_namespaces");
  return {
    uid: process.getuid?.() ?? 0,
    bounding: capabilitiesIn(status, "CapBnd"),
    effective: capabilitiesIn(status, "CapEff"),
    hardLimits: parseLimits(readText("/proc/self/limits") ?? ""),
    modules: (readText("/sys/kernel/security/lsm") ?? "").trim().split(",").filter(Boolean),
    cgroup: readCgroup(),
    maxUserNamespaces: max === undefined ? undefined : Number(max),
    oomScoreAdj: Number(readText("/proc/self/oom_score_adj") ?? 0),
    otherDevices: otherDevices(spec),
    ordinary: process.geteuid?.() === 0 ? undefined : readOrdinary(spec),
    hasTerminal: isatty(0),
    paths: new Map(hostPaths(spec, path).map((place) => [place, pathFact(place)])),
    closedParents: closedAbove(rootfs),
    rootfsOwner: statSync(rootfs, { throwIfNoEntry: false })?.uid,
    inside: new Map(insidePaths(spec).map((place) => [place, insideFact(rootfs, place)])),
  };
}

function readOrdinary(spec: Spec): OrdinaryFacts {
  return {
    plan: readIdPlan(),
    delegation: readDelegation(spec.linux?.cgroupsPath),
    forbidden: userNamespacesForbidden(),
    oomScoreAdj: Number(readText("/proc/self/oom_score_adj") ?? 0),
  };
}

/** Is the mount a bind mount? The option says so, not the type (config.md#mounts). */
export function isBind({ options = [], type }: Mount): boolean {
  return type === "bind" || options.includes("bind") || options.includes("rbind");
}

/** Where a bind mount's source lies: relative ones start at the bundle (config.md#mounts). */
export function bindSource({ source = "" }: Mount, bundle: string): string {
  return isAbsolute(source) ? source : resolve(bundle, source);
}

/** The file of a sysctl below /proc/sys; "/" and "." both divide, the first that occurs decides (sysctl.d(5)). */
export function sysctlFile(name: string): string {
  const swapped =
    /[./]/.exec(name)?.[0] === "/" ? name : name.replace(/[./]/g, (mark) => (mark === "." ? "/" : "."));
  return join("/proc/sys", swapped);
}

/** Hard limits in the text of /proc/PID/limits, by their RLIMIT names; undefined is unlimited. */
export function parseLimits(text: string): ReadonlyMap<string, bigint | undefined> {
  const found = text.split("\n").flatMap((line): [string, bigint | undefined][] => {
    const [, title = "", hard = ""] = /^Max (.+?)\s{2,}\S+\s+(\S+)/.exec(line) ?? [];
    const name = limitNames[title];
    if (name === undefined) return [];
    return [[name, /^\d+$/.test(hard) ? BigInt(hard) : undefined]];
  });
  return new Map(found);
}

/** Titles in /proc/PID/limits (fs/proc/base.c). */
const limitNames: Readonly<Record<string, string>> = {
  "cpu time": "RLIMIT_CPU",
  "file size": "RLIMIT_FSIZE",
  "data size": "RLIMIT_DATA",
  "stack size": "RLIMIT_STACK",
  "core file size": "RLIMIT_CORE",
  "resident set": "RLIMIT_RSS",
  processes: "RLIMIT_NPROC",
  "open files": "RLIMIT_NOFILE",
  "locked memory": "RLIMIT_MEMLOCK",
  "address space": "RLIMIT_AS",
  "file locks": "RLIMIT_LOCKS",
  "pending signals": "RLIMIT_SIGPENDING",
  "msgqueue size": "RLIMIT_MSGQUEUE",
  "nice priority": "RLIMIT_NICE",
  "realtime priority": "RLIMIT_RTPRIO",
  "realtime timeout": "RLIMIT_RTTIME",
};

function readCgroup(): HostFacts["cgroup"] {
  const unified = readText("/sys/fs/cgroup/cgroup.controllers");
  if (unified !== undefined) return { version: 2, controllers: unified.trim().split(" ").filter(Boolean) };
  const lines = (readText("/proc/self/cgroup") ?? "").split("\n");
  return {
    version: 1,
    controllers: lines.flatMap((line) => (line.split(":")[1] ?? "").split(",")).filter(Boolean),
  };
}

function closedAbove(path: string): readonly string[] {
  const parent = dirname(path);
  const above = parent === path ? [] : closedAbove(parent);
  const mode = statSync(parent, { throwIfNoEntry: false })?.mode ?? 0o777;
  return (mode & 0o001) === 0 ? [...above, parent] : above;
}

function hostPaths(spec: Spec, bundle: string): readonly string[] {
  const binds = (spec.mounts ?? [])
    .filter((mount) => isBind(mount))
    .map((mount) => bindSource(mount, bundle));
  const { startContainer: _, ...hooks } = spec.hooks ?? {};
  const hookPaths = Object.values(hooks).flatMap((list) => (list ?? []).map((hook) => hook.path));
  const namespaces = (spec.linux?.namespaces ?? []).flatMap((namespace) => namespace.path ?? []);
  return [
    ...binds,
    ...hookPaths,
    ...namespaces,
    ...Object.keys(spec.linux?.sysctl ?? {}).map((name) => sysctlFile(name)),
  ];
}

function insidePaths(spec: Spec): readonly string[] {
  const binds = (spec.mounts ?? []).filter((mount) => isBind(mount)).map(({ destination }) => destination);
  return [...binds, ...(spec.hooks?.startContainer ?? []).map(({ path }) => path)];
}

function pathFact(path: string): PathFact {
  try {
    const stats = statSync(path);
    const type = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
    return { type, executable: isProgram(path) };
  } catch {
    return undefined;
  }
}

function insideFact(rootfs: string, path: string): PathFact {
  const found = unlessDenied(() => resolveInside(rootfs, path), "denied");
  if (found === "denied") return { type: "unseen", executable: true };
  if (found === undefined) return undefined;
  const type = found.stats.isFile() ? "file" : found.stats.isDirectory() ? "directory" : "other";
  return { type, executable: (found.stats.mode & 0o111) !== 0 };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
