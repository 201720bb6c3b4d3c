import type { MountView } from "../../kernel/parse/mountinfo.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Mount, Spec } from "../../oci/spec.ts";
import { type ClaimFamily, claim, type Undecided, undecided } from "../claim.ts";
import { isBelow, mountAt, resolvedPath } from "../mount-tree.ts";

/**
 * That mounts were made in the order of the list (config.md#mounts). The kernel numbers mounts in no order, so only the outcome tells: of two
 * of which one lies below the other, the later one is on top.
 */
export const mountOrderClaims: ClaimFamily = (spec) => {
  const pairs = nestedPairs(spec);
  if (pairs.length === 0) return [];
  return [
    claim({
      at: "/mounts",
      statements: ["CFG-MNT-01"],
      asked: pairs.map(({ first, then }) => `${first.destination} before ${then.destination}`),
      seen: (view) => view.mounts,
      show: (mounts) => mounts.map(({ mountPoint }) => mountPoint),
      differs: (_, mounts, view) => orderDiffers(pairs, mounts, view),
    }),
  ];
};

type Pair = { readonly first: Mount; readonly then: Mount };

/** More than one destination at the same path says nothing that presence would not say. */
function nestedPairs({ mounts = [] }: Spec): readonly Pair[] {
  return mounts.flatMap((first, index) =>
    mounts
      .slice(index + 1)
      .filter((then) => related(clean(first), clean(then)))
      .map((then) => ({ first, then })),
  );
}

function related(a: string, b: string): boolean {
  return a !== b && (isBelow(a, b) || isBelow(b, a));
}

function clean({ destination }: Mount): string {
  return `/${destination
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/")}`;
}

function orderDiffers(
  pairs: readonly Pair[],
  mounts: readonly MountView[],
  view: ProcessView,
): string | Undecided | undefined {
  const verdicts = pairs.map((pair) => pairDiffers(pair, mounts, view));
  const wrong = verdicts.filter((verdict) => typeof verdict === "string");
  if (wrong.length > 0) return wrong.join("; ");
  return verdicts.every((verdict) => verdict === undefined)
    ? undefined
    : (verdicts.find((verdict) => verdict !== undefined) ?? undefined);
}

function pairDiffers(
  { first, then }: Pair,
  mounts: readonly MountView[],
  view: ProcessView,
): string | Undecided | undefined {
  const [above, below] = [resolvedPath(view, first.destination), resolvedPath(view, then.destination)];
  const seen = mountAt(mounts, below);
  if (isBelow(below, above)) {
    if (seen !== undefined) return undefined;
    const made = mounts.some((mount) => mount.mountPoint === below);
    return made
      ? `${below} is hidden: ${above} was mounted over it`
      : undecided(`nothing is mounted at ${below}`);
  }
  if (seen === undefined) return undecided(`nothing is mounted at ${below}`);
  if (then.options?.includes("rbind")) return undecided(`${below} brings mounts of its own along`);
  return mountAt(mounts, above) === undefined
    ? undefined
    : `${above} is still seen: ${below} was not mounted over it`;
}
