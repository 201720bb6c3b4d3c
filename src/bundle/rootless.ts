import { log } from "../base/log.ts";
import type { IdMaps, IdPlan, IdRange } from "../linux/sub-ids.ts";
import { readIdPlan } from "../linux/user-namespace.ts";

export type RootlessWish = {
  /** Also as root. */
  readonly rootless: boolean;
  /** With the own id alone, also where there are ranges. */
  readonly singleId: boolean;
};

/**
 * The id maps for a bundle that an ordinary user makes, undefined when it is root's work. What is wrong with the user's ranges is logged:
 * a complaint is a warning, having none is only told to who asks for details. Reads /etc/subuid and /etc/subgid.
 */
export function rootlessMaps({ rootless, singleId }: RootlessWish): IdMaps | undefined {
  if (!rootless && !singleId && process.geteuid?.() === 0) return undefined;
  const plan = readIdPlan();
  if (singleId) return singleOf(plan);
  for (const { says, hint } of plan.complaints) log.warn(says, { hint });
  if (plan.lacks !== undefined)
    log.info(`rootless with a single id: ${plan.lacks.says}`, { hint: plan.lacks.hint });
  return plan.maps;
}

/** The first entry maps the user's own id. */
function singleOf({ maps }: IdPlan): IdMaps {
  const { uidMappings, gidMappings } = maps;
  return { kind: "single", uidMappings: uidMappings.slice(0, 1), gidMappings: gidMappings.slice(0, 1) };
}

/** Maps that were asked for. Those of the user's own ids alone can be set without newuidmap. */
export function mapsOf(uidMappings: readonly IdRange[], gidMappings: readonly IdRange[]): IdMaps {
  const isOwn = ([first, ...more]: readonly IdRange[], id: number | undefined): boolean =>
    more.length === 0 && first?.containerID === 0 && first.hostID === id && first.size === 1;
  const own = isOwn(uidMappings, process.geteuid?.()) && isOwn(gidMappings, process.getegid?.());
  return { kind: own ? "single" : "ranges", uidMappings, gidMappings };
}
