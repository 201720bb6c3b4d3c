import type { IdPlan, IdRange, SubIdComplaint } from "../linux/sub-ids.ts";
import type { IdMapping, Problem, Resources, Spec } from "../oci/spec.ts";
import { asksForLimits } from "../spec/options/rootless.ts";
import type { Delegation } from "./delegation.ts";

/** What else the preflight must know when it is no root who runs the bundle. */
export type OrdinaryFacts = {
  readonly plan: IdPlan;
  readonly delegation: Delegation;
  /** Which switch of the kernel forbids ordinary users their user namespaces. */
  readonly forbidden: SubIdComplaint | undefined;
  /** /proc/self/oom_score_adj. */
  readonly oomScoreAdj: number;
};

/**
 * Pure: what of the spec an ordinary user cannot have here. Runtimes tell late or not at all: crun drops limits, and runc an OOM score,
 * without a word.
 */
export function preflightOrdinary(spec: Spec, facts: OrdinaryFacts): readonly Problem[] {
  return [
    ...forbiddenNamespace(facts),
    ...foreignIds(spec, facts),
    ...limits(spec, facts),
    ...groups(spec),
    ...oomScore(spec, facts),
  ];
}

function forbiddenNamespace({ forbidden }: OrdinaryFacts): readonly Problem[] {
  return forbidden === undefined ? [] : [error("/linux/namespaces", forbidden.says, forbidden.hint)];
}

function foreignIds(spec: Spec, { plan }: OrdinaryFacts): readonly Problem[] {
  return (["uidMappings", "gidMappings"] as const).flatMap((kind) =>
    (spec.linux?.[kind] ?? []).flatMap((mapping, index): Problem[] => {
      const own = plan.maps[kind];
      if (own.some((range) => holds(range, mapping))) return [];
      const says = `maps the host's ids ${said(mapping)}, and this user may map only ${own.map(said).join(", ")}`;
      const hint = plan.lacks === undefined ? undefined : `${plan.lacks.says}; ${plan.lacks.hint}`;
      return [
        error(`/linux/${kind}/${index}`, says, hint ?? "map these, or have root grant more (subuid(5))"),
      ];
    }),
  );
}

/** Each controller that is asked for, in the cgroup where the runtime will make the container's. */
function limits(spec: Spec, { delegation }: OrdinaryFacts): readonly Problem[] {
  const { resources = {}, cgroupsPath } = spec.linux ?? {};
  if (!asksForLimits(resources)) {
    if (cgroupsPath === undefined || delegation.ok) return [];
    return [error("/linux/cgroupsPath", delegation.says, delegation.hint)];
  }
  const asked = Object.keys(resources).filter((part) =>
    asksForLimits({ [part]: resources[part as keyof typeof resources] }),
  );
  if (!delegation.ok) {
    const { says, hint } = delegation;
    return asked.map((part) => error(`/linux/resources/${part}`, `cannot be kept: ${says}`, hint));
  }
  const problems = asked.flatMap((part) => missingController(part, resources, delegation));
  if (cgroupsPath !== undefined) return problems;
  const says = "is not set, and crun sets an ordinary user's limits only where it is";
  const hint = `with crun name a cgroup: ${delegation.parent === "/" ? "" : delegation.parent}/NAME (ocilab run does so by itself)`;
  return [...problems, warning("/linux/cgroupsPath", says, hint)];
}

type Delegated = Extract<Delegation, { ok: true }>;

function missingController(
  part: string,
  resources: Resources,
  { parent, controllers }: Delegated,
): readonly Problem[] {
  if (part === "devices") {
    const says = "forbids devices, which takes a cgroup program that only root may load";
    return [
      error(
        "/linux/resources/devices",
        says,
        "take the rules out: what can be opened is what the host lets this user open",
      ),
    ];
  }
  const missing = controllersOf(part, resources).filter((name) => !controllers.includes(name));
  if (missing.length === 0) return [];
  const says = `needs the controller ${missing.join(" and ")}, and the cgroup ${parent}, which this user may write, has ${controllers.join(", ") || "none"}`;
  const hint =
    "with systemd: Delegate=yes for the user's service; else root enables it in cgroup.subtree_control above";
  return [error(`/linux/resources/${part}`, says, hint)];
}

/** The cgroup v2 controllers of a part of linux.resources; those of unified are in the names of its files. */
function controllersOf(part: string, { unified = {} }: Resources): readonly string[] {
  if (part !== "unified") return [{ blockIO: "io", hugepageLimits: "hugetlb" }[part] ?? part];
  const names = Object.keys(unified).map((file) => file.split(".")[0] ?? file);
  return [...new Set(names)].filter((name) => name !== "cgroup");
}

function groups(spec: Spec): readonly Problem[] {
  if ((spec.process?.user?.additionalGids ?? []).length === 0) return [];
  const says = "are not set by runc for an ordinary user: it refuses the container";
  return [
    warning(
      "/process/user/additionalGids",
      says,
      "take them out, or use crun, which sets those that are mapped",
    ),
  ];
}

/** Lowering it needs CAP_SYS_RESOURCE in the initial user namespace (proc_pid_oom_score_adj(5)). */
function oomScore(spec: Spec, { oomScoreAdj }: OrdinaryFacts): readonly Problem[] {
  const asked = spec.process?.oomScoreAdj;
  if (asked === undefined || asked >= oomScoreAdj) return [];
  const says = `asks for ${asked}, and only root may go below our own ${oomScoreAdj}`;
  return [error("/process/oomScoreAdj", says, `ask for ${oomScoreAdj} or more`)];
}

function holds(outer: IdRange, inner: IdMapping): boolean {
  return inner.hostID >= outer.hostID && inner.hostID + inner.size <= outer.hostID + outer.size;
}

function said({ hostID, size }: IdRange): string {
  return size === 1 ? `${hostID}` : `${hostID} to ${hostID + size - 1}`;
}

function error(at: Problem["at"], says: string, hint: string): Problem {
  return { at, says, hint, from: "host", level: "error" };
}

function warning(at: Problem["at"], says: string, hint: string): Problem {
  return { at, says, hint, from: "host", level: "warning" };
}
