import { quote } from "../base/text.ts";
import type { Hook, Problem, Resources, Spec } from "../oci/spec.ts";
import { bindSource, type HostFacts, isBind, sysctlFile } from "./facts.ts";
import { preflightOrdinary } from "./preflight-ordinary.ts";
import { refusedDevices } from "./shown-devices.ts";

type Rule = (spec: Spec, facts: HostFacts, bundle: string) => readonly Problem[];

/** Pure: what of the spec this host cannot give. Each rule is one cause of failure that runtimes explain badly or late. */
export function preflight(spec: Spec, facts: HostFacts, bundle: string): readonly Problem[] {
  const { ordinary } = facts;
  const problems = rules.flatMap((rule) => rule(spec, facts, bundle));
  return ordinary === undefined ? problems : [...problems, ...preflightOrdinary(spec, ordinary)];
}

const rules: readonly Rule[] = [
  privileges,
  terminal,
  bindMounts,
  hooks,
  namespacePaths,
  userNamespaces,
  closedParents,
  foreignRootfs,
  capabilities,
  rlimits,
  oomScore,
  devices,
  controllers,
  securityModules,
  sysctls,
];

function privileges(spec: Spec, { uid }: HostFacts): readonly Problem[] {
  if (uid === 0 || makesUserNamespace(spec)) return [];
  const says = `has no new user namespace, and uid ${uid} may not make the others`;
  return [
    error(
      "/linux/namespaces",
      says,
      "run it with --rootless, or as root; `ocilab bundle` makes bundles for its user",
    ),
  ];
}

function terminal(spec: Spec, { hasTerminal }: HostFacts): readonly Problem[] {
  if (spec.process?.terminal !== true || hasTerminal) return [];
  const fix = [{ op: "replace", path: "/process/terminal", value: false }] as const;
  const hint = "set it to false, or run from a terminal";
  return [
    { ...warning("/process/terminal", "asks for a terminal, and standard input is none here", hint), fix },
  ];
}

function bindMounts(spec: Spec, { paths, inside }: HostFacts, bundle: string): readonly Problem[] {
  return (spec.mounts ?? []).flatMap((mount, index): Problem[] => {
    if (!isBind(mount)) return [];
    const source = bindSource(mount, bundle);
    const [from, to] = [paths.get(source), inside.get(mount.destination)];
    if (from === undefined) {
      const hint = "make it on the host first: a bind mount's source lies on the host, not in the image";
      return [error(`/mounts/${index}/source`, `${quote(source)} does not exist on this host`, hint)];
    }
    if (to === undefined || to.type === "unseen" || (from.type === "directory") === (to.type === "directory"))
      return [];
    const says = `is a ${to.type} in the rootfs, and the source ${quote(source)} is a ${from.type}`;
    return [
      error(`/mounts/${index}/destination`, says, "bind files onto files and directories onto directories"),
    ];
  });
}

function hooks(spec: Spec, { paths, inside }: HostFacts): readonly Problem[] {
  return Object.entries(spec.hooks ?? {}).flatMap(([kind, list]: [string, Hook[] | undefined]) =>
    (list ?? []).flatMap((hook, index): Problem[] => {
      const within = kind === "startContainer";
      const fact = within ? inside.get(hook.path) : paths.get(hook.path);
      const where = within ? "in the rootfs" : "on this host";
      const at = `/hooks/${kind}/${index}/path` as const;
      if (fact === undefined) {
        return [
          error(
            at,
            `${quote(hook.path)} does not exist ${where}`,
            `${kind} hooks run ${where}: the path is looked up there`,
          ),
        ];
      }
      if ((fact.type === "file" || fact.type === "unseen") && fact.executable) return [];
      return [
        error(at, `${quote(hook.path)} ${where} is no executable file`, "chmod +x it, or name a program"),
      ];
    }),
  );
}

function namespacePaths(spec: Spec, { paths }: HostFacts): readonly Problem[] {
  return (spec.linux?.namespaces ?? []).flatMap(({ path }, index): Problem[] => {
    if (path === undefined || path === "" || paths.get(path) !== undefined) return [];
    const hint = "has the process that held the namespace ended? /proc/PID/ns/TYPE goes with it";
    return [error(`/linux/namespaces/${index}/path`, `${quote(path)} does not exist`, hint)];
  });
}

function userNamespaces(spec: Spec, facts: HostFacts): readonly Problem[] {
  if (!makesUserNamespace(spec)) return [];
  const at = "/linux/namespaces";
  if (facts.maxUserNamespaces === 0) {
    const hint = "sysctl user.max_user_namespaces=15000";
    return [
      error(at, "asks for a user namespace, and this host allows none (user.max_user_namespaces is 0)", hint),
    ];
  }
  return userIds(spec);
}

/** A process can only be a user that its namespace has: runtimes say "invalid argument". */
function userIds(spec: Spec): readonly Problem[] {
  const { uid = 0, gid = 0, additionalGids = [] } = spec.process?.user ?? {};
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  const rows = [
    ["/process/user/uid", uid, uidMappings],
    ["/process/user/gid", gid, gidMappings],
    ...additionalGids.map(
      (group, index) => [`/process/user/additionalGids/${index}`, group, gidMappings] as const,
    ),
  ] as const;
  return rows
    .filter(
      ([, id, maps]) =>
        maps.length > 0 &&
        !maps.some(({ containerID, size }) => id >= containerID && id < containerID + size),
    )
    .map(([at, id]) =>
      error(
        at,
        `is ${id}, which the user namespace does not map`,
        "run as a user that is mapped (--user 0), or map more ids (docs/rootless.md)",
      ),
    );
}

/** The container's root, somebody else on the host, has to pass through every directory above the rootfs. */
/** Inside such files are the overflow user's (user_namespaces(7)), and no capability counts over them. */
function foreignRootfs(spec: Spec, { rootfsOwner }: HostFacts): readonly Problem[] {
  const mappings = spec.linux?.uidMappings ?? [];
  if (!makesUserNamespace(spec) || mappings.length === 0 || rootfsOwner === undefined) return [];
  if (mappings.some(({ hostID, size }) => rootfsOwner >= hostID && rootfsOwner < hostID + size)) return [];
  const says = `maps nothing to uid ${rootfsOwner} of this host, who owns the rootfs: inside its files belong to nobody, and not even root may write them or make missing mount points`;
  const hint = "make the bundle with --copy, and give its rootfs to the ids that are mapped";
  return [warning("/linux/uidMappings", says, hint)];
}

function closedParents(spec: Spec, { closedParents: closed, uid }: HostFacts): readonly Problem[] {
  const rootMapping = spec.linux?.uidMappings?.find(({ containerID }) => containerID === 0);
  if (!makesUserNamespace(spec) || closed[0] === undefined || [0, uid].includes(rootMapping?.hostID ?? 0))
    return [];
  const says = `the container's root is uid ${rootMapping?.hostID} on this host, and that user may not pass through ${quote(closed[0])}`;
  return [warning("/root/path", says, `chmod o+x ${closed.join(" ")}, or put the bundle elsewhere`)];
}

/**
 * capset(2) refuses permitted and effective capabilities that the caller does not have, and every runtime fails by it; one that is only
 * in the bounding set is silently not there. A new user namespace has them all.
 */
function capabilities(spec: Spec, { bounding }: HostFacts): readonly Problem[] {
  if (makesUserNamespace(spec)) return [];
  const { capabilities: sets = {} } = spec.process ?? {};
  return (["permitted", "effective", "bounding"] as const).flatMap((set) =>
    (sets[set] ?? []).flatMap((name, index): Problem[] => {
      if (bounding.includes(name) || !/^CAP_[A-Z_]+$/.test(name)) return [];
      const says = `${name} is not in the bounding set of this process, so nobody below it can have it`;
      const say = set === "bounding" ? warning : error;
      return [say(`/process/capabilities/${set}/${index}`, says, "take it out, or run where root has it")];
    }),
  );
}

function rlimits(spec: Spec, { hardLimits, effective }: HostFacts): readonly Problem[] {
  if (effective.includes("CAP_SYS_RESOURCE")) return [];
  return (spec.process?.rlimits ?? []).flatMap(({ type, hard }, index): Problem[] => {
    const ours = hardLimits.get(type);
    if (ours === undefined || asUnsigned(hard) <= ours) return [];
    const says = `${hard} is above our own hard limit ${ours}, and raising it needs CAP_SYS_RESOURCE, which we do not have`;
    return [error(`/process/rlimits/${index}/hard`, says, `ask for at most ${ours}`)];
  });
}

/** Lowering it below what it was given needs CAP_SYS_RESOURCE (proc_pid_oom_score_adj(5)): runc dies of it without a word. */
function oomScore(spec: Spec, { effective, ordinary, oomScoreAdj = 0 }: HostFacts): readonly Problem[] {
  const asked = spec.process?.oomScoreAdj;
  const least = Math.min(oomScoreAdj, 0);
  if (ordinary !== undefined || asked === undefined || asked >= least) return [];
  if (effective.includes("CAP_SYS_RESOURCE")) return [];
  const says = `${asked} is below our own ${least}, and lowering it needs CAP_SYS_RESOURCE, which we do not have`;
  return [error("/process/oomScoreAdj", says, `ask for ${least} or more`)];
}

function devices(spec: Spec, { otherDevices = [] }: HostFacts): readonly Problem[] {
  return makesUserNamespace(spec) ? refusedDevices(spec, otherDevices) : [];
}

/** Which controller (cgroup v1 name, v2 name) each part of linux.resources needs; undefined: that version has none. */
const controllerOf: Readonly<Record<string, readonly [string, string | undefined]>> = {
  memory: ["memory", "memory"],
  pids: ["pids", "pids"],
  cpu: ["cpu", "cpu"],
  blockIO: ["blkio", "io"],
  hugepageLimits: ["hugetlb", "hugetlb"],
  rdma: ["rdma", "rdma"],
  network: ["net_cls", undefined],
};

function controllers(spec: Spec, { cgroup }: HostFacts): readonly Problem[] {
  const resources: Resources = spec.linux?.resources ?? {};
  const asked = Object.keys(resources).filter((part) => !isEmpty(resources[part as keyof Resources]));
  const problems = asked.flatMap((part): Problem[] => {
    const needed = controllerOf[part]?.[cgroup.version - 1];
    if (needed === undefined || cgroup.controllers.includes(needed)) return [];
    const says = `needs the cgroup v${cgroup.version} controller ${needed}, and this host has only ${cgroup.controllers.join(", ") || "none"}`;
    return [
      error(
        `/linux/resources/${part}`,
        says,
        "enable it in the kernel or in the parent's cgroup.subtree_control",
      ),
    ];
  });
  const files = Object.keys(resources.unified ?? {});
  if (cgroup.version === 2 || files.length === 0) return problems;
  const says = "names cgroup v2 files, and this host's controllers are bound to cgroup v1";
  return [
    ...problems,
    error("/linux/resources/unified", says, "use the fields beside it, which are translated"),
  ];
}

function securityModules(spec: Spec, { modules }: HostFacts): readonly Problem[] {
  const { apparmorProfile = "", selinuxLabel = "" } = spec.process ?? {};
  const asked = [
    ["/process/apparmorProfile", "apparmor", apparmorProfile === "unconfined" ? "" : apparmorProfile],
    ["/process/selinuxLabel", "selinux", selinuxLabel],
    ["/linux/mountLabel", "selinux", spec.linux?.mountLabel ?? ""],
  ] as const;
  return asked
    .filter(([, module, value]) => value !== "" && !modules.includes(module))
    .map(([at, module]) => error(at, `asks for ${module}, which is not active on this host`, "take it out"));
}

function sysctls(spec: Spec, { paths }: HostFacts): readonly Problem[] {
  return Object.keys(spec.linux?.sysctl ?? {})
    .filter((name) => paths.get(sysctlFile(name)) === undefined)
    .map((name) => {
      const at = `/linux/sysctl/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` as const;
      return warning(
        at,
        `${sysctlFile(name)} does not exist on this host`,
        "is its module loaded, its name right?",
      );
    });
}

/** Does the container get a user namespace of its own, not another's by path? */
export function makesUserNamespace(spec: Spec): boolean {
  return (spec.linux?.namespaces ?? []).some(({ type, path }) => type === "user" && (path ?? "") === "");
}

/** Whether the root of the container's user namespace is another user of the host than this one; of one that is joined nobody knows. */
export function rootIsAnother(spec: Spec, uid: number): boolean {
  const user = spec.linux?.namespaces?.find(({ type }) => type === "user");
  if ((user?.path ?? "") !== "") return true;
  const root = spec.linux?.uidMappings?.find(({ containerID }) => containerID === 0);
  return user !== undefined && root?.hostID !== uid;
}

/** -1 and 2^64-1 both stand for "unlimited". */
function asUnsigned(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function error(at: Problem["at"], says: string, hint: string): Problem {
  return { at, says, hint, from: "host", level: "error" };
}

function warning(at: Problem["at"], says: string, hint: string): Problem {
  return { at, says, hint, from: "host", level: "warning" };
}
