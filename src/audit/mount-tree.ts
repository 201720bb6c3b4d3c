import { posix } from "node:path";
import type { MountView } from "../kernel/parse/mountinfo.ts";
import type { ProcessView } from "../kernel/view-type.ts";

/**
 * The mount that a path lies on, found as the kernel finds it: from the root directory name by name, onto whatever is mounted at each,
 * the last mounted first. Mounts that others cover are never reached.
 */
export function mountOf(mounts: readonly MountView[], path: string): MountView | undefined {
  let current = topmost(mounts, rootMount(mounts), "/");
  for (const prefix of prefixes(path)) current = topmost(mounts, current, prefix);
  return current;
}

/** The mount at a path, and not merely above it. */
export function mountAt(mounts: readonly MountView[], path: string): MountView | undefined {
  const mount = mountOf(mounts, path);
  return mount?.mountPoint === path ? mount : undefined;
}

/** Every mount below one that can be reached from it. */
export function mountsBelow(mounts: readonly MountView[], above: MountView): readonly MountView[] {
  const children = mounts.filter((mount) => mount.parent === above.id && mount.id !== above.id);
  return children.flatMap((child) => [child, ...mountsBelow(withoutMount(mounts, above), child)]);
}

/** A path of the config as the container resolves it, or normalised when the view was not asked for it. */
export function resolvedPath(view: ProcessView, path: string): string {
  const answer = view.answers.paths[path];
  return answer?.ok ? answer.value.resolved : posix.resolve("/", path);
}

/** Whether `path` is `folder` or below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}

function rootMount(mounts: readonly MountView[]): MountView | undefined {
  const roots = mounts.filter((mount) => mount.mountPoint === "/");
  return roots.find((mount) => !roots.some((other) => other.id === mount.parent && other !== mount));
}

function topmost(
  mounts: readonly MountView[],
  below: MountView | undefined,
  path: string,
): MountView | undefined {
  if (below === undefined) return undefined;
  const over = mounts.find(
    (mount) => mount.parent === below.id && mount.mountPoint === path && mount.id !== below.id,
  );
  return over === undefined ? below : topmost(withoutMount(mounts, below), over, path);
}

/** A mount is passed once only, so that a table that contradicts itself cannot make the walk endless. */
function withoutMount(mounts: readonly MountView[], passed: MountView): readonly MountView[] {
  return mounts.filter((mount) => mount !== passed);
}

function prefixes(path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}
