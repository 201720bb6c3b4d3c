import type { Cancel } from "../base/brand.ts";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { readAnswers } from "./answers.ts";
import { notAsked } from "./asked.ts";
import { readHierarchies } from "./cgroups.ts";
import { readDescriptors } from "./descriptors.ts";
import { kernelFiles } from "./files.ts";
import { readInside } from "./inside.ts";
import { readKept } from "./keyring.ts";
import { findLiving, hasEnded, type Living } from "./living.ts";
import { readNamespaces, readNamespacesForChildren } from "./namespaces.ts";
import { readNetwork } from "./network.ts";
import { parseCgroupFile } from "./parse/cgroup.ts";
import { parseMountinfo } from "./parse/mountinfo.ts";
import { good, parseCount } from "./parse/parsed.ts";
import {
  parseIdMap,
  parseInterfaces,
  parseLabel,
  parseLimits,
  parsePersonality,
  parseStrings,
  parseTimeOffsets,
} from "./parse/process-files.ts";
import type { Stat } from "./parse/stat.ts";
import { readProcesses } from "./processes.ts";
import { mapReading, parseReading, readFact, readLinkFact, readWhole, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import { readScheduling } from "./scheduling.ts";
import { readSeccompRules } from "./seccomp.ts";
import { type StatusFacts, statusFacts } from "./status-facts.ts";
import type { ProcessView, Questions } from "./view-type.ts";
import { readWindowSize } from "./window.ts";

type Unread = Extract<Reading<unknown>, { readonly ok: false }>;

export type ViewOptions = Cancel & {
  /** Where the facts are read; default: this machine. With captured files nothing is entered and nothing is run. */
  readonly files?: KernelFiles;
  /** The process whose namespaces count as the host's; default 1. */
  readonly hostPid?: number;
  readonly questions?: Questions;
};

/**
 * What Linux says about process `pid`: read-only, in one pass, some hundred small files. What may not be read, or is not there on this
 * kernel, is a reading that says so. The uts, ipc and net namespaces of another process are entered for an instant, and only when the
 * hostname or a sysctl has to be read in one that is not ours.
 * Errors: "kernel.no-process" when there is none, or when it ended (or its pid was given to another) meanwhile; "kernel.unreadable" when /proc
 * hides it from this user.
 */
export async function viewProcess(pid: number, options: ViewOptions = {}): Promise<ProcessView> {
  const files = options.files ?? kernelFiles;
  const { signal } = options;
  let living = await findLiving(files, { pid, signal });
  if (!living.stat.ok) throw notShown(pid, living.stat, files);
  if (hasEnded(living.stat.value)) throw noProcess(pid, "it has ended and waits for its parent");
  const { startTime } = living.stat.value;
  for (let tries = 0; ; tries++) {
    const view = await readView(pid, living, { ...options, files });
    const after = await findLiving(files, { pid, signal });
    if (!after.stat.ok || after.stat.value.startTime !== startTime || hasEnded(after.stat.value))
      throw noProcess(pid, "it ended while it was being read");
    if (after.shown === living.shown || tries === mostTries) return view;
    living = after;
  }
}

/** A stat file that cannot be read: hidepid=1 denies it, hidepid=2 says that there is none (proc(5)); a signal of number 0 knows better. */
function notShown(pid: number, { reason, detail }: Unread, files: KernelFiles): OcilabError {
  const isHidden = reason === "denied" || (reason === "absent" && files === kernelFiles && isThere(pid));
  if (!isHidden) return noProcess(pid, detail);
  return new OcilabError("kernel.unreadable", {
    doing: `read what the kernel says of process ${pid}`,
    got: `there is such a process, and /proc/${pid}/stat does not show it to us: ${detail}`,
    hint: "be root, or that process's user: /proc is mounted with hidepid here, or not at all (proc(5))",
    facts: { pid },
  });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

/** How often a process is read again whose first thread became another meanwhile. */
const mostTries = 3;

function noProcess(pid: number, detail: string): OcilabError {
  return new OcilabError("kernel.no-process", {
    doing: `read what the kernel says of process ${pid}`,
    got: detail === "there is no such file" ? "there is no such process" : detail,
    facts: { pid },
  });
}

async function readView(
  process: number,
  { shown: pid, stat }: Living,
  options: ViewOptions & { readonly files: KernelFiles },
): Promise<ProcessView> {
  const { files, questions = {} } = options;
  const at = `/proc/${pid}`;
  const status = statusFacts(await readWhole(files, `${at}/status`));
  const ids = pid === process ? status : statusFacts(await readWhole(files, `/proc/${process}/status`));
  const namespaces = await readNamespaces(files, { pid, hostPid: options.hostPid ?? 1 });
  const cgroups = await readFact(files, `${at}/cgroup`, parseCgroupFile);
  const mounts = await readFact(files, `${at}/mountinfo`, parseMountinfo);
  const inside = await readInside({ pid, namespaces, questions }, options);
  const hierarchies = await readHierarchies(files, { cgroups, questions });
  return {
    pid: process,
    identity: { ...identity(stat), pids: ids.pids },
    program: await readProgram(files, at, questions),
    ...status.credentials,
    seccomp: {
      ...status.credentials.seccomp,
      rules: await readRules({ pid, ...status.credentials }, options),
    },
    ...(await readKept(files, pid)),
    namespaces,
    namespacesForChildren: await readNamespacesForChildren(files, pid),
    cgroups,
    hierarchies,
    mounts,
    idMaps: await readIdMaps(files, at),
    limits: await readFact(files, `${at}/limits`, parseLimits),
    oomScoreAdj: await readFact(files, `${at}/oom_score_adj`, parseCount),
    security: await readSecurity(files, at),
    personality: await readFact(files, `${at}/personality`, parsePersonality),
    scheduling: { ...scheduling(stat), ...status.affinity, ...(await readScheduling(files, pid)) },
    timeOffsets: await readFact(files, `${at}/timens_offsets`, parseTimeOffsets),
    interfaces: await readFact(files, `${at}/net/dev`, parseInterfaces),
    network: await readNetwork(files, pid),
    processes:
      questions.processes === true
        ? await readProcesses(files, { pid, hierarchies })
        : notAsked("cgroup.procs"),
    descriptors: questions.descriptors === true ? await readDescriptors(files, pid) : notAsked(`${at}/fd`),
    hostname: inside.hostname,
    domainname: inside.domainname,
    answers: { ...(await readAnswers(files, { pid, questions })), sysctls: inside.sysctls },
  };
}

/** What the process itself says of its filters decides whether there is anything to stop it for. */
async function readRules(
  { pid, seccomp }: { readonly pid: number } & Pick<StatusFacts["credentials"], "seccomp">,
  { files = kernelFiles, questions = {}, signal }: ViewOptions,
): Promise<ProcessView["seccomp"]["rules"]> {
  if (questions.seccompRules !== true) return notAsked(`/proc/${pid}/status Seccomp`);
  const { mode } = seccomp;
  if (!mode.ok) return mode;
  if (mode.value !== "filter") return unread(mode.source, "absent", "the process has no filter");
  return readSeccompRules(files, { pid, signal });
}

function identity(stat: Reading<Stat>): Omit<ProcessView["identity"], "pids"> {
  return {
    command: mapReading(stat, (value) => value.command, "comm"),
    state: mapReading(stat, (value) => value.state, "state"),
    parent: mapReading(stat, (value) => value.parent, "ppid"),
    startTime: mapReading(stat, (value) => value.startTime, "starttime"),
    threads: mapReading(stat, (value) => value.threads, "num_threads"),
  };
}

function scheduling(
  stat: Reading<Stat>,
): Pick<ProcessView["scheduling"], "policy" | "nice" | "realtimePriority"> {
  return {
    policy: mapReading(stat, (value) => value.policy, "policy"),
    nice: mapReading(stat, (value) => value.nice, "nice"),
    realtimePriority: mapReading(stat, (value) => value.realtimePriority, "rt_priority"),
  };
}

async function readProgram(
  files: KernelFiles,
  at: string,
  questions: Questions,
): Promise<ProcessView["program"]> {
  const stdin = await readLinkFact(files, `${at}/fd/0`);
  const root = await readLinkFact(files, `${at}/root`);
  const below = root.ok && root.value !== "/" ? root.value : "";
  const cwd = await readLinkFact(files, `${at}/cwd`);
  return {
    args: await readFact(files, `${at}/cmdline`, (text) => good(parseStrings(text))),
    env: await readFact(files, `${at}/environ`, (text) => good(parseStrings(text))),
    cwd: mapReading(cwd, (path) =>
      path === below || path.startsWith(`${below}/`) ? path.slice(below.length) || "/" : path,
    ),
    executable: await readLinkFact(files, `${at}/exe`),
    root,
    stdin,
    windowSize: questions.windowSize === true ? await readWindowSize(files, stdin) : notAsked(stdin.source),
  };
}

async function readIdMaps(files: KernelFiles, at: string): Promise<ProcessView["idMaps"]> {
  return {
    uid: await readFact(files, `${at}/uid_map`, parseIdMap),
    gid: await readFact(files, `${at}/gid_map`, parseIdMap),
    setgroups: await readFact(files, `${at}/setgroups`, parseLabel),
  };
}

async function readSecurity(files: KernelFiles, at: string): Promise<ProcessView["security"]> {
  const modules = await readWhole(files, "/sys/kernel/security/lsm");
  const label = await readWhole(files, `${at}/attr/current`);
  const older = await readWhole(files, `${at}/attr/apparmor/current`);
  const runs = (name: string): boolean => modules.ok && modules.value.trim().split(",").includes(name);
  const missing = (name: string): Reading<never> => ({
    source: modules.source,
    ok: false,
    reason: "absent",
    detail: modules.ok ? `${name} is not among the running security modules` : modules.detail,
  });
  return {
    label: parseReading(label, parseLabel),
    apparmor: runs("apparmor") ? parseReading(older.ok ? older : label, parseLabel) : missing("apparmor"),
    selinux: runs("selinux") ? parseReading(label, parseLabel) : missing("selinux"),
  };
}
