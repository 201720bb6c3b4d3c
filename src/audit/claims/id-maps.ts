import type { IdRange } from "../../kernel/parse/process-files.ts";
import type { IdMapping } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim } from "../claim.ts";
import { show } from "../compare.ts";

/** uidMappings and gidMappings (config-linux.md#user-namespace-mappings). */
export const idMapClaims: ClaimFamily = (spec) => [
  ...mapClaims("uid", spec.linux?.uidMappings),
  ...mapClaims("gid", spec.linux?.gidMappings),
];

function mapClaims(name: "uid" | "gid", mappings: readonly IdMapping[] | undefined): readonly Claim[] {
  if (mappings === undefined || mappings.length === 0) return [];
  return [
    claim({
      at: `/linux/${name}Mappings`,
      statements: ["LX-UID-02"],
      asked: mappings,
      seen: (view) => view.idMaps[name],
      show: (seen) => seen.map(toMapping),
      differs: (asked, seen) =>
        canonical(asked) === canonical(seen.map(toMapping))
          ? undefined
          : `the map is ${show(seen.map(toMapping))}`,
    }),
  ];
}

function toMapping(range: IdRange): IdMapping {
  return { containerID: range.inside, hostID: range.outside, size: range.length };
}

/** Ordered by the inner id, with ranges that continue each other as one. */
function canonical(mappings: readonly IdMapping[]): string {
  const joined: IdMapping[] = [];
  for (const mapping of mappings.toSorted((a, b) => a.containerID - b.containerID)) {
    const last = joined.at(-1);
    const offset = mapping.containerID - (last?.containerID ?? 0);
    if (last !== undefined && last.size === offset && last.hostID + offset === mapping.hostID)
      joined[joined.length - 1] = { ...last, size: last.size + mapping.size };
    else joined.push(mapping);
  }
  return joined.map(({ containerID, hostID, size }) => `${containerID}:${hostID}:${size}`).join(" ");
}
