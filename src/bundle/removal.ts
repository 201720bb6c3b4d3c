import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { discardTree } from "../image/layer/discard.ts";
import { forgetUse } from "../image/snapshots/uses.ts";
import { mount, mountFlags, umountFlags, unmount } from "../linux/mount.ts";
import { mountsBelow } from "./mount-table.ts";
import { type OverlayFile, overlayFile, readOverlay } from "./overlay.ts";

/**
 * Remove a bundle; one that is not there is no error. A container without a mount namespace of its own mounts on the host, and
 * removing through a bind mount would delete what it shows: so mounts are detached first. Errors: "container.still-mounted", and then
 * nothing is removed.
 */
export function removeBundle(path: string): void {
  const real = realPathOf(path);
  if (real === undefined) return;
  detachMounts(real);
  const { snapshots } = overlayOf(real) ?? {};
  discardTree(real);
  if (snapshots !== undefined) forgetUse(snapshots, overlayFile(real));
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What is damaged is removed all the same. */
function overlayOf(path: string): OverlayFile | undefined {
  try {
    return readOverlay(path);
  } catch {
    return undefined;
  }
}

/**
 * The topmost mount goes with all below it. They are made private first: else unmounting a copy of a shared tree would unmount its
 * original too (mount_namespaces(7)). Not so our own overlay, once nothing else is on it: it was copied into other mount namespaces when
 * it was mounted, and goes from there with the original.
 */
function detachMounts(path: string): void {
  const rootfs = existsSync(join(path, "overlay")) ? join(path, "rootfs") : "";
  for (let left = mountPoints(path); left.length > 0; ) {
    const others = left.filter((point) => point !== rootfs);
    const top = others.length === 0 ? rootfs : shortest(others);
    try {
      if (top !== rootfs) mount(top, { flags: mountFlags.MS_REC | mountFlags.MS_PRIVATE });
      unmount(top, umountFlags.MNT_DETACH);
    } catch (error) {
      // Somebody else who removes the same bundle may have been first.
      if (mountPoints(path).includes(top)) throw stillMounted(path, { point: top, cause: error });
    }
    const after = mountPoints(path);
    if (after.length >= left.length) throw stillMounted(path, { point: top, cause: undefined });
    left = after;
  }
}

function shortest(points: readonly string[]): string {
  return points.reduce((a, b) => (b.length < a.length ? b : a));
}

function mountPoints(path: string): readonly string[] {
  return mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), path);
}

function stillMounted(
  path: string,
  { point, cause }: { readonly point: string; readonly cause: unknown },
): OcilabError {
  return new OcilabError("container.still-mounted", {
    doing: `remove the bundle ${quote(path)}`,
    got: `something is mounted at ${quote(point)}`,
    facts: { path, point },
    cause,
  });
}
