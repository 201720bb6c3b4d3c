import type { IdMapping } from "../../oci/spec.ts";
import { type Claim, claim, type Undecided, undecided } from "../claim.ts";
import { both, notAsked } from "../compare.ts";
import { bindSource, coverOf, type Entry } from "./mount-source.ts";

/** What the kernel shows of an owner that a mapping does not hold (/proc/sys/kernel/overflowuid). */
const overflow = 65534;

/**
 * uidMappings and gidMappings of a mount (config.md#mounts). No file lists them, but whoever looks at the mount sees each owner through
 * them: what the source's own first directory belongs to, and what the destination's does, tell.
 */
export function mappingClaims(entry: Entry, bundle: string | undefined): readonly Claim[] {
  const { uidMappings = [], gidMappings = [] } = entry.mount;
  return [
    ...mappingClaim(entry, { name: "uid", mappings: uidMappings, bundle }),
    ...mappingClaim(entry, { name: "gid", mappings: gidMappings, bundle }),
  ];
}

type Wish = {
  readonly name: "uid" | "gid";
  readonly mappings: readonly IdMapping[];
  readonly bundle: string | undefined;
};

function mappingClaim(entry: Entry, { name, mappings, bundle }: Wish): readonly Claim[] {
  if (mappings.length === 0) return [];
  const { mount, index } = entry;
  const source = bindSource(mount, bundle);
  const asked = { source: source ?? mount.source ?? "none", mappings };
  return [
    claim({
      at: `/mounts/${index}/${name}Mappings`,
      statements: [name === "uid" ? "CFG-MNT-09" : "CFG-MNT-12"],
      asked: mappings,
      seen: (view) =>
        both(
          view.answers.hostPaths[asked.source] ?? notAsked(asked.source),
          view.answers.paths[mount.destination] ?? notAsked(mount.destination),
        ),
      show: ({ a, b }) => ({
        source: a.kind === "absent" ? "nothing" : a[name],
        destination: b.status.kind === "absent" ? "nothing" : b.status[name],
      }),
      differs: (_, { a, b }, view) => {
        const cover = coverOf(entry, view);
        if (cover !== undefined) return undecided(`${cover} lies over it`);
        if (a.kind === "absent" || b.status.kind === "absent")
          return undecided("there is nothing at the source or the destination");
        return ownerDiffers(mappings, a[name], b.status[name]);
      },
    }),
  ];
}

function ownerDiffers(
  mappings: readonly IdMapping[],
  before: number,
  seen: number,
): string | Undecided | undefined {
  const range = mappings.find(
    ({ containerID, size }) => before >= containerID && before < containerID + size,
  );
  const wanted = range === undefined ? overflow : range.hostID + before - range.containerID;
  if (wanted === before)
    return seen === before ? undecided("the mapping leaves the owner as it is") : `the owner is ${seen}`;
  return seen === wanted ? undefined : `owner ${before} of the source is to be ${wanted}, and is ${seen}`;
}
