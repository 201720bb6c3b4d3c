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

/** Every mount below one that can be reached from it, each once, parents first. */
export function mountsBelow(mounts: readonly MountView[], above: MountView): readonly MountView[] {
  const children = byParent(mounts);
  const found = new Set<MountView>([above]);
  for (const mount of found) {
    for (const child of children.get(mount.id) ?? []) found.add(child);
  }
  found.delete(above);
  return [...found];
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

/** A mount is passed once only, so that a table that contradicts itself cannot make the walk endless. */
function topmost(
  mounts: readonly MountView[],
  below: MountView | undefined,
  path: string,
): MountView | undefined {
  const children = byParent(mounts);
  const passed = new Set<MountView>();
  for (let top = below; top !== undefined; ) {
    passed.add(top);
    const over = children.get(top.id)?.find((mount) => mount.mountPoint === path && !passed.has(mount));
    if (over === undefined) return top;
    top = over;
  }
  return undefined;
}

/** A container may hold 100,000 mounts (/proc/sys/fs/mount-max), and every claim about a mount walks the table. */
const indexes = new WeakMap<readonly MountView[], ReadonlyMap<number, readonly MountView[]>>();

function byParent(mounts: readonly MountView[]): ReadonlyMap<number, readonly MountView[]> {
  const known = indexes.get(mounts);
  if (known !== undefined) return known;
  const index = Map.groupBy(mounts, ({ parent }) => parent);
  indexes.set(mounts, index);
  return index;
}

function prefixes(path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}
