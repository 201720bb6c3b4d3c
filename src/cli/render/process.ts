import type { MountView, Propagation } from "../../kernel/parse/mountinfo.ts";
import type { IdRange, ResourceLimit } from "../../kernel/parse/process-files.ts";
import type { CapabilitySet, Ids } from "../../kernel/parse/status.ts";
import {
  capabilitySetNames,
  type HierarchyView,
  type NamespaceView,
  type ProcessView,
} from "../../kernel/view-type.ts";
import { type FactLine, fact, factGroup } from "./facts.ts";
import {
  descriptorFacts,
  memberFacts,
  networkFacts,
  schedulingFacts,
  seccompAnswers,
  unifiedFacts,
} from "./process-more.ts";
import type { Terminal } from "./terminal.ts";
import { brief, bytes, count } from "./value.ts";

/** What the kernel says of a process, in groups; every line ends with its file. */
export function renderProcess(view: ProcessView, terminal: Terminal): string {
  const groups: readonly (readonly [string, readonly FactLine[]])[] = [
    ["Identity", identity(view)],
    ["Namespaces", namespaces(view)],
    ["Capabilities", capabilities(view)],
    ["Seccomp and privileges", privileges(view)],
    ["Seccomp answers", seccompAnswers(view)],
    ["Cgroup", view.hierarchies.flatMap(cgroup)],
    ["Cgroup v2, from the top", unifiedFacts(view)],
    ["Processes", memberFacts(view)],
    ["Descriptors", descriptorFacts(view)],
    ["Network", networkFacts(view)],
    ["Scheduling", schedulingFacts(view)],
    ["Mounts", mounts(view)],
    ["User and group ids", ids(view)],
    ["Limits", limits(view)],
  ];
  return groups
    .map(([title, facts]) => factGroup(title, facts, terminal))
    .filter((text) => text !== "")
    .join("\n");
}

function identity({ pid, identity: own, program, hostname }: ProcessView): readonly FactLine[] {
  return [
    fact("process", own.command, (command) => `${pid} (${command})`),
    fact("pids, outer to inner", own.pids, brief),
    fact("parent", own.parent, brief),
    fact("state", own.state, brief),
    fact("command line", program.args, (args) => args.join(" ") || "none"),
    fact("executable", program.executable, brief),
    fact("working directory", program.cwd, brief),
    fact("root directory", program.root, brief),
    fact("host name", hostname, brief),
    ...(program.windowSize.ok
      ? [fact("terminal", program.windowSize, ({ rows, columns }) => `${rows} rows, ${columns} columns`)]
      : []),
  ];
}

function namespaces(view: ProcessView): readonly FactLine[] {
  return Object.entries(view.namespaces).map(([type, one]) => namespaceFact(type, one, { withOwner: true }));
}

/** "4026532281, its own" or "shared with the host". */
export function namespaceFact(
  type: string,
  { inode, host, sharedWithHost, owner }: NamespaceView,
  options: { readonly withOwner?: boolean } = {},
): FactLine {
  const owned = owner.ok && options.withOwner === true ? `, of user namespace ${owner.value}` : "";
  return fact(type, inode, (number) => {
    if (!sharedWithHost.ok) return `${number} (not known whether it is the host's)`;
    return sharedWithHost.value
      ? `${number}, the host's`
      : `${number}, its own${host.ok ? ` (host ${host.value})` : ""}${owned}`;
  });
}

function capabilities(view: ProcessView): readonly FactLine[] {
  return capabilitySetNames.map((name) => fact(name, view.capabilities[name], showCapabilities));
}

/** "3: CHOWN KILL SETUID", without the CAP_ that all have. */
export function showCapabilities(set: CapabilitySet): string {
  if (set.length === 0) return "none";
  return `${set.length}: ${set.map((name) => String(name).replace(/^CAP_/, "")).join(" ")}`;
}

function privileges({ seccomp, noNewPrivileges, security }: ProcessView): readonly FactLine[] {
  return [
    fact("seccomp", seccomp.mode, brief),
    fact("filters", seccomp.filters, brief),
    fact("no_new_privs", noNewPrivileges, (set) => (set ? "set: execve gives no more rights" : "not set")),
    ...(security.label.ok || security.label.reason !== "absent"
      ? [fact("security label", security.label, brief)]
      : []),
  ];
}

const shownFiles =
  /^(memory\.(max|high|current|swap\.max|limit_in_bytes|usage_in_bytes|memsw\.limit_in_bytes)|pids\.(max|current)|cpu\.(max|weight|shares|cfs_quota_us|cfs_period_us)|cpuset\.(cpus|mems)(\.effective)?|io\.(max|weight)|cgroup\.(freeze|type)|devices\.list)$/;
const noLimit = 2 ** 60;

function cgroup(hierarchy: HierarchyView): readonly FactLine[] {
  const { version, controllers, directory, path, files } = hierarchy;
  const name = `v${version} ${controllers.filter((one) => one !== "").join(",")}`.trim();
  const shown = Object.entries(files).filter(([file]) => shownFiles.test(file));
  if (version === 1 && shown.length === 0) return [];
  return [
    fact(name.length > 24 ? `v${version}` : name, directory, () => path),
    ...shown.map(([file, reading]) => fact(file, reading, (value) => showCgroupValue(file, value))),
  ];
}

/** The value of a cgroup file, bytes in people's units, "no limit" for the largest. */
export function showCgroupValue(file: string, value: unknown): string {
  const isNumber = typeof value === "number" || typeof value === "bigint";
  if (
    value === "max" ||
    (value === -1 && file.includes("quota")) ||
    (isNumber && file.includes("limit") && Number(value) > noLimit)
  )
    return "no limit";
  if (isNumber && file.startsWith("memory.") && Number(value) >= 1024) return `${value} (${bytes(value)})`;
  if (typeof value === "object" && value !== null && "quota" in value && "period" in value) {
    const { quota, period } = value;
    return quota === "max" ? "no limit" : `${quota} of every ${period} µs`;
  }
  return brief(value);
}

function mounts({ mounts: reading }: ProcessView): readonly FactLine[] {
  if (!reading.ok) return [fact("mounts", reading, brief)];
  return reading.value.map((mount) => ({
    ...fact(mount.mountPoint, { ...reading, value: mount }, showMount),
  }));
}

function showMount({ type, flags, propagation, source }: MountView): string {
  return `${type} ${source} ${flags.join(",")} ${showPropagation(propagation)}`;
}

function showPropagation(propagation: Propagation): string {
  switch (propagation.kind) {
    case "private":
    case "unbindable":
      return propagation.kind;
    case "shared":
      return `shared:${propagation.group}`;
    case "slave":
      return `slave of ${propagation.master}`;
    case "shared and slave":
      return `shared:${propagation.group}, slave of ${propagation.master}`;
  }
}

function ids({ user, idMaps }: ProcessView): readonly FactLine[] {
  return [
    fact("user", user.uids, showIds),
    fact("group", user.gids, showIds),
    fact("more groups", user.groups, brief),
    fact("user id map", idMaps.uid, showMap),
    fact("group id map", idMaps.gid, showMap),
    fact("setgroups", idMaps.setgroups, brief),
  ];
}

function showIds({ real, effective, saved, filesystem }: Ids): string {
  const same = [effective, saved, filesystem].every((id) => id === real);
  return same
    ? String(real)
    : `real ${real}, effective ${effective}, saved ${saved}, filesystem ${filesystem}`;
}

function showMap(ranges: readonly IdRange[]): string {
  if (ranges.length === 0) return "none";
  return ranges
    .map(({ inside, outside, length }) => `${inside} inside is ${outside} outside (${count(length, "id")})`)
    .join("; ");
}

function limits(view: ProcessView): readonly FactLine[] {
  const { limits: reading, oomScoreAdj } = view;
  const oom = fact("oom_score_adj", oomScoreAdj, brief);
  if (!reading.ok) return [fact("limits", reading, brief), oom];
  const rows = Object.entries(reading.value).map(([name, limit]) =>
    fact(name.replace(/^RLIMIT_/, "").toLowerCase(), { ...reading, value: limit }, showLimit),
  );
  return [...rows, oom];
}

function showLimit({ soft, hard }: ResourceLimit): string {
  const say = (limit: number | bigint | "max") => (limit === "max" ? "unlimited" : String(limit));
  return soft === hard ? say(soft) : `${say(soft)}, may be raised to ${say(hard)}`;
}
