import type { CgroupValue } from "../kernel/parse/cgroup.ts";
import type { Reading } from "../kernel/reading.ts";
import type { HierarchyView, ProcessView } from "../kernel/view-type.ts";
import { type Claim, claim, type Pointer, type Undecided, undecided } from "./claim.ts";

/** Where one version of cgroups would show a wish: a file, and why its content is not what was asked. */
export type Place = {
  readonly file: string;
  readonly differs: (seen: CgroupValue) => string | Undecided | undefined;
};

/** A wish about a cgroup, with its places in both versions; a text says why there is none. */
export type CgroupWish = {
  readonly at: Pointer;
  readonly statements: readonly string[];
  readonly asked: unknown;
  readonly controller: string;
  /** Of limits that runtimes leave alone when they are 0. */
  readonly zeroIsUnset?: boolean;
  /** Several places: runtimes differ in which file they write, and one that is as asked is enough. */
  readonly v2: readonly Place[] | string;
  readonly v1: readonly Place[] | string;
};

type Seen =
  | { readonly kind: "hidden"; readonly why: string }
  | { readonly kind: "missing"; readonly why: string }
  | {
      readonly kind: "value";
      readonly value: CgroupValue;
      readonly difference: string | Undecided | undefined;
    };

/** Turn a wish into a claim on whichever hierarchy holds the controller for this process: v1's own, else v2. */
export function cgroupClaim(wish: CgroupWish): Claim {
  return claim<unknown, Seen>({
    at: wish.at,
    statements: wish.statements,
    asked: wish.asked,
    seen: (view) => look(wish, view),
    show: (seen) => (seen.kind === "value" ? seen.value : "nothing"),
    differs: (asked, seen) => {
      if (seen.kind === "hidden") return undecided(seen.why);
      if (seen.kind === "missing") return seen.why;
      const unset = wish.zeroIsUnset === true && isZero(asked);
      if (typeof seen.difference !== "string" || !unset) return seen.difference;
      return undecided(`${seen.difference}; runtimes take 0 as not set`);
    },
  });
}

/** The hierarchy of a controller, or undefined when none is there. */
function hierarchyOf(view: ProcessView, controller: string): HierarchyView | undefined {
  const own = view.hierarchies.find(
    ({ version, controllers }) => version === 1 && controllers.includes(controller),
  );
  return own ?? view.hierarchies.find(({ version }) => version === 2);
}

function look(wish: CgroupWish, view: ProcessView): Reading<Seen> {
  if (!view.cgroups.ok) return view.cgroups;
  const hierarchy = hierarchyOf(view, wish.controller);
  if (hierarchy === undefined)
    return fact(view.cgroups.source, {
      kind: "missing",
      why: `there is no hierarchy of the controller ${wish.controller}`,
    });
  if (!hierarchy.directory.ok) return hierarchy.directory;
  const places = hierarchy.version === 1 ? wish.v1 : wish.v2;
  if (typeof places === "string") return fact("none", { kind: "hidden", why: places });
  return judgePlaces(places, wish.controller, { hierarchy, directory: hierarchy.directory.value });
}

/** v1 calls the block controller blkio, v2 io. */
function isThere(hierarchy: HierarchyView, controller: string): boolean {
  const name = hierarchy.version === 2 && controller === "blkio" ? "io" : controller;
  return name === "cgroup" || hierarchy.controllers.includes(name);
}

function judgePlaces(
  places: readonly Place[],
  controller: string,
  where: { readonly hierarchy: HierarchyView; readonly directory: string },
): Reading<Seen> {
  const { hierarchy, directory } = where;
  let first: Reading<Seen> | undefined;
  for (const place of places) {
    const reading = hierarchy.files[place.file];
    if (reading === undefined) continue;
    const seen = reading.ok
      ? fact(reading.source, {
          kind: "value",
          value: reading.value,
          difference: place.differs(reading.value),
        })
      : reading;
    if (seen.ok && seen.value.kind === "value" && seen.value.difference === undefined) return seen;
    first ??= seen;
  }
  if (first !== undefined) return first;
  const source = `${directory}/${places[0]?.file ?? ""}`;
  if (isThere(hierarchy, controller))
    return { source, ok: false, reason: "absent", detail: "this kernel has no such file in the cgroup" };
  const why = `the cgroup has no ${controller} controller: it has ${hierarchy.controllers.join(", ") || "none"}`;
  return fact(source, { kind: "missing", why });
}

function fact(source: string, value: Seen): Reading<Seen> {
  return { source, ok: true, value };
}

function isZero(asked: unknown): boolean {
  return asked === 0 || asked === 0n;
}
