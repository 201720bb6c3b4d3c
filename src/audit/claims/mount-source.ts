import { posix } from "node:path";
import type { MountView } from "../../kernel/parse/mountinfo.ts";
import { mapReading } from "../../kernel/read.ts";
import type { FileStatus, Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Mount, Spec } from "../../oci/spec.ts";
import { type Claim, claim, type Undecided, undecided, unseeable } from "../claim.ts";
import { both, notAsked } from "../compare.ts";
import type { OptionWishes } from "../mount-options.ts";
import { isBelow, mountAt, resolvedPath } from "../mount-tree.ts";

/** One entry of `mounts` in its config. */
export type Entry = {
  readonly mount: Mount;
  readonly index: number;
  readonly spec: Spec;
  readonly wishes: OptionWishes;
};

/** The absolute path of a bind mount's source on the host, or undefined for other mounts and where the bundle is not known. */
export function bindSource(mount: Mount, bundle: string | undefined): string | undefined {
  const { source } = mount;
  if (source === undefined || !isBind(mount)) return undefined;
  if (source.startsWith("/")) return posix.normalize(source);
  return bundle === undefined ? undefined : posix.resolve(bundle, source);
}

/** Bind mounts are told by their options, whatever their type (config.md#mounts). */
export function isBind(mount: Mount): boolean {
  return (mount.options ?? []).some((option) => option === "bind" || option === "rbind");
}

/** What is mounted at the destination now, if anything. */
export function seenMount({ mount }: Entry, view: ProcessView): Reading<MountView | undefined> {
  return mapReading(view.mounts, (mounts) => mountAt(mounts, resolvedPath(view, mount.destination)));
}

/** The later part of the config that hides or changes this mount, if there is one: the last one mounted is the one to see. */
export function coverOf({ mount, index, spec }: Entry, view: ProcessView): string | undefined {
  const here = resolvedPath(view, mount.destination);
  const later = (spec.mounts ?? []).findIndex(
    (other, place) => place > index && isBelow(here, resolvedPath(view, other.destination)),
  );
  if (later >= 0) return `/mounts/${later}`;
  for (const name of ["maskedPaths", "readonlyPaths"] as const) {
    const place = (spec.linux?.[name] ?? []).findIndex((path) => isBelow(here, resolvedPath(view, path)));
    if (place >= 0) return `/linux/${name}/${place}`;
  }
  return undefined;
}

/** That the destination is the very file or directory that the source names. */
export function sourceClaims(entry: Entry, bundle: string | undefined): readonly Claim[] {
  const { mount, index } = entry;
  if (!isBind(mount) || mount.source === undefined) return [];
  const at = `/mounts/${index}/source` as const;
  const statements = ["CFG-MNT-06", "CFG-MNT-07"];
  const source = bindSource(mount, bundle);
  if (source === undefined) {
    const why = "the path is relative and the bundle is not known";
    return [unseeable({ at, statements, asked: mount.source, why })];
  }
  return [
    claim({
      at,
      statements,
      asked: source,
      seen: (view) =>
        both(
          view.answers.hostPaths[source] ?? notAsked(source),
          view.answers.paths[mount.destination] ?? notAsked(mount.destination),
        ),
      show: ({ b }) =>
        b.status.kind === "absent" ? "nothing" : { kind: b.status.kind, inode: b.status.inode },
      differs: (_, { a, b }, view) => sourceDiffers(entry, { source: a, destination: b.status }, view),
    }),
  ];
}

function sourceDiffers(
  entry: Entry,
  { source, destination }: { readonly source: FileStatus; readonly destination: FileStatus },
  view: ProcessView,
): string | Undecided | undefined {
  const cover = coverOf(entry, view);
  if (cover !== undefined) return undecided(`${cover} lies over it`);
  if (source.kind === "absent") return undecided("the source is not there any more");
  if (destination.kind === "absent") return "there is nothing at the destination";
  if (source.device === destination.device && source.inode === destination.inode) return undefined;
  const seen = seenMount(entry, view);
  const replaced = seen.ok && seen.value?.root.endsWith("//deleted") === true;
  return replaced
    ? undecided("the source was replaced by another file after it was mounted")
    : "the destination is another file than the source";
}
