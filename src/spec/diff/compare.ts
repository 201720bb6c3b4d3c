import { pointerToken } from "../../oci/pointer.ts";
import type { Spec } from "../../oci/spec.ts";
import { sameJson } from "../patch/equal.ts";
import { type Difference, groupNames, groupOf } from "./difference.ts";
import { meaningOf } from "./meaning.ts";
import { merged } from "./merge.ts";
import { type MountPair, nestedPairs } from "./mounts.ts";
import { sayDifference } from "./sentence.ts";
import { type Branch, isTree, type Tree } from "./tree.ts";

/**
 * What two configs ask differently, by meaning: what only their text tells apart is no difference (docs/spec.md lists it). Empty when a
 * runtime would make the same of both. Sorted by group, in the order of `groupNames`. Both must pass `validateSpec`.
 */
export function compareSpecs(a: Spec, b: Spec): readonly Difference[] {
  const changes = [...changesOf(meaningOf(a), meaningOf(b), []), ...orderChanges(a, b)];
  const differences = merged(changes).map(
    (change): Difference => ({ group: groupOf(change.at), ...sayDifference(change) }),
  );
  return groupNames.flatMap((name) => differences.filter(({ group }) => group === name));
}

/** A place at which the two differ. `path` names list entries by what identifies them; undefined: absent. */
export type Change = {
  readonly at: `/${string}`;
  readonly path: readonly string[];
  readonly a: Branch | undefined;
  readonly b: Branch | undefined;
};

function changesOf(a: Branch | undefined, b: Branch | undefined, path: readonly string[]): readonly Change[] {
  if (isTree(a) || isTree(b)) {
    const oneSided = a === undefined || b === undefined;
    if (!(oneSided && isEntity(path)) && isTreeOrNothing(a) && isTreeOrNothing(b))
      return insideOf(a, b, path);
  }
  if (a === undefined ? b === undefined : b !== undefined && sameJson(a, b)) return [];
  return [{ at: pointerOf(path), path, a, b }];
}

function insideOf(a: Tree | undefined, b: Tree | undefined, path: readonly string[]): readonly Change[] {
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return names.flatMap((name) => changesOf(member(a, name), member(b, name), [...path, name]));
}

function member(tree: Tree | undefined, name: string): Branch | undefined {
  return tree !== undefined && Object.hasOwn(tree, name) ? tree[name] : undefined;
}

function isTreeOrNothing(branch: Branch | undefined): branch is Tree | undefined {
  return branch === undefined || isTree(branch);
}

/** What is told as one when only one of the two has it. */
const entities =
  /^\/(mounts\/[^/]+|hooks\/[^/]+\/[^/]+|process\/(rlimits\/[^/]+|scheduler|ioPriority|execCPUAffinity|consoleSize)|linux\/(devices\/[^/]+|timeOffsets\/[^/]+|seccomp|intelRdt|memoryPolicy|resources\/(hugepageLimits|rdma)\/[^/]+|resources\/blockIO\/[^/]+\/[^/]+)|vm|freebsd|solaris|windows|zos)$/;

function isEntity(path: readonly string[]): boolean {
  return entities.test(pointerOf(path));
}

function pointerOf(path: readonly string[]): `/${string}` {
  return `/${path.map(pointerToken).join("").slice(1)}`;
}

/** Mounts that both have, of which one covers the other in one config alone. */
function orderChanges(a: Spec, b: Spec): readonly Change[] {
  const key = ({ below, above }: MountPair) => JSON.stringify([below, above]);
  const others = new Map(nestedPairs(b.mounts).map((pair) => [key(pair), pair]));
  return nestedPairs(a.mounts).flatMap((pair): readonly Change[] => {
    const other = others.get(key(pair));
    if (other === undefined || other.first === pair.first) return [];
    const say = ({ first, below, above }: MountPair) =>
      first === "above" ? `${above} and then ${below}` : `${below} and then ${above} over it`;
    const path = ["mounts", pair.below];
    return [{ at: pointerOf(path), path: [...path, "order"], a: say(pair), b: say(other) }];
  });
}
