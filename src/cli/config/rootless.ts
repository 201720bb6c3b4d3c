import { mapsOf, rootlessMaps } from "../../bundle/rootless.ts";
import type { IdMaps } from "../../linux/sub-ids.ts";
import { parseIdMapping } from "../../spec/parse/id-mapping.ts";
import type { RootlessValues } from "./flags/rootless.ts";
import type { ConfigValues } from "./flags.ts";

/** What the flags and our user make of it: undefined is root's work. With --uidmap or --gidmap these are the maps. */
export function rootlessOf(
  flags: RootlessValues & Pick<ConfigValues, "uidmap" | "gidmap">,
): { readonly maps: IdMaps; readonly asked: boolean } | undefined {
  const asked = flags.rootless || flags["single-id"];
  const maps = rootlessMaps({ rootless: flags.rootless, singleId: flags["single-id"] });
  if (maps === undefined) return undefined;
  const uids = flags.uidmap.length > 0 ? flags.uidmap : flags.gidmap;
  if (uids.length === 0) return { maps, asked };
  const gids = flags.gidmap.length > 0 ? flags.gidmap : flags.uidmap;
  return { maps: mapsOf(uids.map(parseIdMapping), gids.map(parseIdMapping)), asked };
}
