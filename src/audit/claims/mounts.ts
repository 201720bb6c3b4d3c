import type { MountView } from "../../kernel/parse/mountinfo.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Mount } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, type Undecided, undecided, unseeable } from "../claim.ts";
import { idInside, show } from "../compare.ts";
import {
  dataVerdict,
  flagDifferences,
  type OptionWishes,
  optionWishes,
  propagationDifference,
} from "../mount-options.ts";
import { isBelow, mountsBelow, resolvedPath } from "../mount-tree.ts";
import { mappingClaims } from "./mount-ids.ts";
import { coverOf, type Entry, isBind, seenMount, sourceClaims } from "./mount-source.ts";

/** Every entry of `mounts` (config.md#mounts): that it is there, its source if it is a bind mount, its flags, its filesystem's options. */
export const mountClaims: ClaimFamily = (spec, { bundle }) =>
  (spec.mounts ?? []).flatMap((mount, index) => {
    const entry: Entry = { mount, index, spec, wishes: wishesOf(mount) };
    return [
      presence(entry),
      ...sourceClaims(entry, bundle),
      ...mappingClaims(entry, bundle),
      ...flagClaims(entry),
      ...dataClaims(entry),
    ];
  });

/** Filesystems that are writable unless asked otherwise (mount(2)); others may have no way to be written. */
const writable = ["tmpfs", "proc", "devpts", "mqueue"];

/** Mappings of its own make a mount idmapped whether or not its options say so (config.md#mounts). */
function wishesOf(mount: Mount): OptionWishes {
  const plain = optionWishes(mount.options ?? []);
  const implied = !isBind(mount) && writable.includes(mount.type ?? "") ? { ro: false } : {};
  const wishes = { ...plain, flags: { ...implied, ...plain.flags } };
  const idmapped = (mount.uidMappings ?? []).length > 0;
  return idmapped ? { ...wishes, flags: { ...wishes.flags, idmapped: true } } : wishes;
}

function presence(entry: Entry): Claim {
  const { mount, index } = entry;
  return claim({
    at: `/mounts/${index}`,
    statements: ["CFG-MNT-01", isBind(mount) ? "CFG-MNT-07" : "CFG-MNT-08"],
    asked: { destination: mount.destination, ...(mount.type === undefined ? {} : { type: mount.type }) },
    seen: (view) => seenMount(entry, view),
    show: summary,
    differs: (_, seen, view) => {
      const cover = coverOf(entry, view);
      if (cover !== undefined) return undecided(`${cover} lies over it`);
      if (seen === undefined) return "nothing is mounted there";
      return typeKept(mount, seen) ? undefined : `a filesystem of type ${show(seen.type)} is mounted there`;
    },
  });
}

function summary(mount: MountView | undefined): unknown {
  if (mount === undefined) return "nothing";
  const { type, source, mountPoint, flags, superOptions } = mount;
  return { mountPoint, type, source, flags, superOptions };
}

/** On cgroup v1 hosts "cgroup" becomes a tmpfs with one mount for each hierarchy; on v2 it is cgroup2. */
function typeKept(mount: Mount, seen: MountView): boolean {
  if (mount.type === undefined || mount.type === "none" || mount.type === "bind" || isBind(mount))
    return true;
  if (mount.type === "cgroup") return ["cgroup", "cgroup2", "tmpfs"].includes(seen.type);
  return mount.type === seen.type;
}

function flagClaims(entry: Entry): readonly Claim[] {
  const { wishes, index, mount } = entry;
  const none = Object.keys(wishes.flags).length === 0 && wishes.propagation === undefined;
  const { data, hidden } = wishes;
  const asked = (mount.options ?? []).filter(
    (_, place) => ![...data, ...hidden].some((other) => other.index === place),
  );
  const flags: readonly Claim[] = none
    ? []
    : [
        claim({
          at: `/mounts/${index}/options`,
          statements: ["CFG-MNT-15"],
          asked,
          seen: (view) => seenMount(entry, view),
          show: (seen) =>
            seen === undefined ? "nothing" : { flags: seen.flags, propagation: seen.propagation },
          differs: (_, seen, view) => flagsDiffer(entry, seen, view),
        }),
      ];
  const unseen = hidden.map(({ index: place, text, why }) =>
    unseeable({ at: `/mounts/${index}/options/${place}`, statements: ["CFG-MNT-15"], asked: text, why }),
  );
  return [...flags, ...unseen];
}

function flagsDiffer(
  entry: Entry,
  seen: MountView | undefined,
  view: ProcessView,
): string | Undecided | undefined {
  const { wishes } = entry;
  const cover = coverOf(entry, view);
  if (cover !== undefined) return undecided(`${cover} lies over it`);
  if (seen === undefined) return undecided("nothing is mounted there");
  const mounts = view.mounts.ok ? view.mounts.value : [];
  const below = mountsBelow(mounts, seen).filter((other) => !isAskedElsewhere(entry, other, view));
  const differences = [
    ...flagsHolders(entry, seen, below).flatMap((holder) =>
      flagDifferences(wishes.flags, holder).map((text) => `${text} at ${holder.mountPoint}`),
    ),
    ...below.flatMap((other) =>
      flagDifferences(wishes.recursive, other).map((text) => `${text} at ${other.mountPoint}`),
    ),
    ...[propagationDifference(wishes.propagation, seen) ?? []].flat(),
  ];
  return differences.length === 0 ? undefined : [...new Set(differences)].join("; ");
}

/**
 * Where the flags of a mount have to show. Of "cgroup" on a v1 host they are those of the hierarchies: the tmpfs that holds their
 * directories is the runtime's own addition.
 */
function flagsHolders({ mount }: Entry, seen: MountView, below: readonly MountView[]): readonly MountView[] {
  if (mount.type !== "cgroup" || seen.type !== "tmpfs") return [seen];
  const hierarchies = below.filter((other) => other.type === "cgroup" || other.type === "cgroup2");
  return hierarchies.length === 0 ? [seen] : hierarchies;
}

function isAskedElsewhere({ spec, index }: Entry, mount: MountView, view: ProcessView): boolean {
  return (spec.mounts ?? []).some(
    (other, place) => place > index && isBelow(mount.mountPoint, resolvedPath(view, other.destination)),
  );
}

function dataClaims(entry: Entry): readonly Claim[] {
  const { index, wishes } = entry;
  return wishes.data.map(({ index: place, text }) =>
    claim({
      at: `/mounts/${index}/options/${place}`,
      statements: ["CFG-MNT-16"],
      asked: text,
      seen: (view) => seenMount(entry, view),
      show: (seen) => (seen === undefined ? "nothing" : seen.superOptions),
      differs: (_, seen, view) => {
        const cover = coverOf(entry, view);
        if (cover !== undefined) return undecided(`${cover} lies over it`);
        if (seen === undefined) return undecided("nothing is mounted there");
        const verdict = dataVerdict(text, seen, (name, id) => idsFor(view, name, id));
        if (verdict === "kept") return undefined;
        return verdict === "hidden" ? undecided("the kernel does not show this option") : verdict.differs;
      },
    }),
  );
}

/** An id of a mount option may be shown as the container or as the host numbers it. */
function idsFor(view: ProcessView, name: string, id: number): readonly number[] {
  const map = name === "uid" ? view.idMaps.uid : view.idMaps.gid;
  if (!map.ok) return [id];
  const turned = map.value.map(({ inside, outside, length }) => ({
    inside: outside,
    outside: inside,
    length,
  }));
  return [id, idInside(turned, id) ?? id];
}
