import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { namesIn } from "../base/directory.ts";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { openSnapshots } from "../image/snapshots/store.ts";
import { useSnapshots } from "../image/snapshots/uses.ts";
import { unmount } from "../linux/mount.ts";
import { mountOptionsAt } from "./mount-table.ts";
import { isMountable, isMounted, mountAgain, overlayFile, readOverlay } from "./overlay.ts";
import { readWithoutRootfs } from "./read.ts";

/** `changed`: it was not mounted before. */
export type MountedBundle = {
  readonly bundle: string;
  readonly rootfs: string;
  readonly layers: number;
  readonly changed: boolean;
};

/**
 * Mount the overlay of a bundle that `createBundle` made, with what was written into it; one that is mounted stays. `snapshots` is the store.
 * Errors: "bundle.no-config" and those of parseSpec, "bundle.no-overlay", those of `mountAgain` and of `openSnapshots`.
 */
export async function mountBundle(
  directory: string,
  { snapshots, signal }: Cancel & { readonly snapshots: string },
): Promise<MountedBundle> {
  const { path } = readWithoutRootfs(directory);
  const file = readOverlay(path);
  if (file === undefined) throw noOverlay(path, "mount");
  const changed = !isMounted(path);
  if (changed) {
    // Nobody may remove them meanwhile; and the bundle may have been moved since it was made.
    using _store = await openSnapshots(snapshots, { signal });
    useSnapshots(snapshots, overlayFile(path));
    mountAgain(path, file, snapshots);
  }
  return { bundle: path, rootfs: join(path, "rootfs"), layers: file.chain.length, changed };
}

/** Unmount the overlay of a bundle; returns whether it was mounted. What was written into it stays. Errors: "bundle.no-overlay", "bundle.in-use", "bundle.mount-failed". */
export function unmountRootfs(path: string): boolean {
  if (!isMountable(path)) throw noOverlay(path, "unmount");
  if (!isMounted(path)) return false;
  const rootfs = join(path, "rootfs");
  try {
    unmount(rootfs);
    return true;
  } catch (cause) {
    const doing = `unmount ${quote(rootfs)}`;
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    if (errno !== "EBUSY")
      throw new OcilabError("bundle.mount-failed", { doing, got: `the kernel answered ${errno}`, cause });
    const got = "the kernel answered EBUSY: a process works in it, or something is mounted in it";
    throw new OcilabError("bundle.in-use", { doing, got, cause });
  }
}

/** What a directory holds that is no part of a bundle as `createBundle` makes them. */
export function strangersIn(path: string): readonly string[] {
  return readdirSync(path).filter((name) => !["config.json", "rootfs", "overlay"].includes(name));
}

/**
 * Whether a directory is what `rm -r` leaves of a bundle whose overlay is mounted: nothing but that mount. What was written into it is gone with the
 * upper directory.
 */
export function isOnlyMount(path: string): boolean {
  if (!isMounted(path) || namesIn(path).join() !== "rootfs") return false;
  const mountinfo = readFileSync("/proc/self/mountinfo", "utf8");
  return mountOptionsAt(mountinfo, join(realpathSync(path), "rootfs")).includes("upperdir=overlay/upper");
}

function noOverlay(path: string, verb: "mount" | "unmount"): OcilabError {
  return new OcilabError("bundle.no-overlay", {
    doing: `${verb} the root filesystem of the bundle ${quote(path)}`,
    got: "it has no overlay/lower.json: its rootfs is a directory of its own",
    hint: verb === "mount" ? "nothing need be mounted" : `to remove it: ocilab umount --delete ${path}`,
  });
}
