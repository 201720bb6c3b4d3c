import type { CgroupValue } from "../kernel/parse/cgroup.ts";
import type { MountView } from "../kernel/parse/mountinfo.ts";
import type { Reading } from "../kernel/reading.ts";
import { capabilitySetNames, type ProcessView } from "../kernel/view-type.ts";

/** Control files of cgroups that hold what was asked, not what is used. */
const limit =
  /\.(max|high|low|min|weight|idle|burst|cpus|mems|limit_in_bytes|shares|cfs_\w+|swappiness)(\.|$)/;

/**
 * What a runtime decides, by name, as plain JSON: what differs from one container to the next whoever makes it (pids, inode numbers, times,
 * paths with the id) is left out, and of a process that waits for start what is the runtime's own or not yet settled. What could not be read is the reason why.
 */
export function factsOf(view: ProcessView, of: "program" | "waiting"): Readonly<Record<string, unknown>> {
  const { user, capabilities, seccomp, scheduling, program, idMaps } = view;
  const sets = capabilitySetNames.map((name) => [`capabilities ${name}`, read(capabilities[name])]);
  const namespaces = Object.entries(view.namespaces).map(([type, { sharedWithHost }]) => [
    `${type} namespace`,
    read(sharedWithHost) === true ? "the host's" : "its own",
  ]);
  const own = {
    ...{ arguments: read(program.args), environment: read(program.env) },
    ...{ "working directory": read(program.cwd), "no new privileges": read(view.noNewPrivileges) },
    ...{ "seccomp mode": read(seccomp.mode), "seccomp filters": read(seccomp.filters) },
  };
  return {
    ...(of === "program" ? own : {}),
    ...{
      "user ids": read(user.uids),
      "group ids": read(user.gids),
      groups: read(user.groups),
      umask: read(user.umask),
    },
    ...Object.fromEntries([...sets, ...namespaces]),
    ...{ "uid map": read(idMaps.uid), "gid map": read(idMaps.gid), setgroups: read(idMaps.setgroups) },
    ...{
      limits: read(view.limits),
      "oom score": read(view.oomScoreAdj),
      personality: read(view.personality),
    },
    ...{
      "scheduling policy": read(scheduling.policy),
      nice: read(scheduling.nice),
      "io priority": read(scheduling.ioPriority),
    },
    ...{ cpus: read(scheduling.cpus), "time offsets": read(view.timeOffsets) },
    ...{
      hostname: read(view.hostname),
      domainname: read(view.domainname),
      interfaces: read(view.interfaces),
    },
    ...mountsOf(view.mounts),
    ...limitsOf(view),
  };
}

function read<T>(reading: Reading<T>): unknown {
  return reading.ok ? plain(reading.value) : reading.reason;
}

/** Without bigints, which JSON has not. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "null",
  );
}

function mountsOf(mounts: Reading<readonly MountView[]>): Record<string, unknown> {
  if (!mounts.ok) return { mounts: mounts.reason };
  return Object.fromEntries(mounts.value.map((mount) => [`mount ${mount.mountPoint}`, mountText(mount)]));
}

function mountText({ type, flags, superOptions, propagation }: MountView): string {
  // The overlay's directories are the bundle's; sizes of the others are the runtime's choice.
  const own =
    type === "overlay" ? [] : superOptions.filter((option) => option !== "rw" && !option.startsWith("inode"));
  return `${type} ${flags.join(",")}${own.length === 0 ? "" : ` (${own.join(",")})`} ${propagation.kind}`;
}

function limitsOf(view: ProcessView): Record<string, unknown> {
  const files = view.hierarchies.flatMap(({ files: of }) =>
    Object.entries(of).filter(([name]) => limit.test(name)),
  );
  return Object.fromEntries(
    files.map(([name, value]: readonly [string, Reading<CgroupValue>]) => [`cgroup ${name}`, read(value)]),
  );
}
