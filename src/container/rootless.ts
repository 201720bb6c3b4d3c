import { join } from "node:path";
import { readDelegation } from "../bundle/delegation.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { SpecOption } from "../spec/context.ts";
import { rootlessOptions, withCgroupForLimits } from "../spec/options/rootless.ts";
import type { RunOptions } from "./steps.ts";

type Wish = Pick<RunOptions, "rootless"> & {
  readonly id: ContainerId;
  readonly specOptions: readonly SpecOption[];
};

/** The options for a config that is there already: an ordinary user's, where there is one. */
export function wishesOf(wish: Wish): readonly SpecOption[] {
  const { rootless } = wish;
  return rootless === undefined ? wish.specOptions : rootlessOptions(rootless.maps, withOwnCgroup(wish));
}

/** The options, and for an ordinary user the container's cgroup, where he can make one and limits are asked for. */
export function withOwnCgroup({ rootless, id, specOptions }: Wish): readonly SpecOption[] {
  if (rootless === undefined || process.geteuid?.() === 0) return specOptions;
  const delegation = readDelegation();
  return delegation.ok ? [...specOptions, withCgroupForLimits(join(delegation.parent, id))] : specOptions;
}
