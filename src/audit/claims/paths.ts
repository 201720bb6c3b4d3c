import type { MountView } from "../../kernel/parse/mountinfo.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { PathView, ProcessView } from "../../kernel/view-type.ts";
import { type ClaimFamily, claim, type Undecided, undecided } from "../claim.ts";
import { both, notAsked } from "../compare.ts";
import { mountAt, mountOf } from "../mount-tree.ts";

/**
 * maskedPaths and readonlyPaths (config-linux.md). A path that the container does not have needs no mount and cannot be read or written:
 * kept, and `seen` says that nothing is there.
 */
export const pathClaims: ClaimFamily = (spec) => [
  ...(spec.linux?.maskedPaths ?? []).map((path, index) =>
    claim({
      at: `/linux/maskedPaths/${index}`,
      statements: ["LX-MASK-01"],
      asked: path,
      seen: (view) => pathAndMounts(view, path),
      show: shown,
      differs: (_, { a, b }, view) => maskDiffers(a, b, view.answers.directories[path] ?? notAsked(path)),
    }),
  ),
  ...(spec.linux?.readonlyPaths ?? []).map((path, index) =>
    claim({
      at: `/linux/readonlyPaths/${index}`,
      statements: ["LX-RO-01"],
      asked: path,
      seen: (view) => pathAndMounts(view, path),
      show: shown,
      differs: (_, { a, b }) => {
        if (a.status.kind === "absent") return undefined;
        const mount = mountOf(b, a.resolved);
        if (mount === undefined) return "no mount holds the path";
        return isReadOnly(mount) ? undefined : `the mount at ${mount.mountPoint} is writable`;
      },
    }),
  ),
];

function pathAndMounts(
  view: ProcessView,
  path: string,
): Reading<{ readonly a: PathView; readonly b: readonly MountView[] }> {
  return both(view.answers.paths[path] ?? notAsked(path), view.mounts);
}

/** Runtimes hide a file under /dev/null and a directory under an empty read-only one: a tmpfs, or (crun) one that is kept for this. */
function maskDiffers(
  { status, resolved }: PathView,
  mounts: readonly MountView[],
  names: Reading<number>,
): string | Undecided | undefined {
  if (status.kind === "absent") return undefined;
  if (status.kind === "character" && status.major === 1 && status.minor === 3) return undefined;
  const mount = mountAt(mounts, resolved);
  if (mount === undefined) return `nothing is mounted over ${resolved}: it can be read`;
  if (status.kind !== "directory") return `what is mounted over ${resolved} is not /dev/null`;
  if (!isReadOnly(mount)) return `the ${mount.type} that is mounted over it is writable`;
  if (!names.ok) return undecided(`whether it is empty is not known: ${names.detail}`);
  return names.value === 0
    ? undefined
    : `the ${mount.type} that is mounted over it shows ${names.value} names`;
}

function isReadOnly(mount: MountView): boolean {
  return mount.flags.includes("ro") || mount.superOptions.includes("ro");
}

function shown({ a, b }: { readonly a: PathView; readonly b: readonly MountView[] }): unknown {
  if (a.status.kind === "absent") return "there is no such path in the container";
  const mount = mountOf(b, a.resolved);
  return { kind: a.status.kind, mountPoint: mount?.mountPoint, type: mount?.type, flags: mount?.flags };
}
