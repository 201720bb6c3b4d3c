import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { copyMetadata } from "../image/snapshots/metadata.ts";
import { readChain, type Snapshot } from "../image/snapshots/snapshot.ts";
import { unmount } from "../linux/mount.ts";
import { mountOverlay } from "../linux/overlay.ts";
import { removeAttribute, setAttribute } from "../linux/xattr.ts";
import { isDigest } from "../oci/digest.ts";
import type { Digest } from "../oci/image.ts";

/** BUNDLE/overlay/lower.json: what the overlay mount at BUNDLE/rootfs is made of. */
export type OverlayFile = {
  /** The store of the snapshots, absolute. */
  readonly snapshots: string;
  /** The chain-ids of the snapshots that are its lower directories, base first. */
  readonly chain: readonly Digest[];
};

const parts = { upper: "overlay/upper", work: "overlay/work", target: "rootfs" } as const;

/** The file that makes a directory an overlay bundle. */
export function overlayFile(bundle: string): string {
  return join(bundle, "overlay/lower.json");
}

/**
 * Why BUNDLE/rootfs cannot be an overlay mount that writes into BUNDLE, found out by mounting one for a moment; undefined when it can. Leaves
 * BUNDLE/overlay in that case, with empty upper and work directories, and nothing else.
 */
export function overlayFault(bundle: string): string | undefined {
  const probe = join(bundle, "overlay/probe");
  try {
    for (const path of ["overlay", parts.upper, parts.work]) mkdirSync(join(bundle, path), { mode: 0o700 });
    mkdirSync(probe);
    mountOverlay(bundle, { lower: [probe], ...parts });
    unmount(join(bundle, parts.target));
    const mark = Buffer.from("trusted.overlay.ocilab");
    setAttribute(join(bundle, parts.upper), mark, Buffer.from("1"));
    removeAttribute(join(bundle, parts.upper), mark);
    rmSync(probe, { recursive: true });
    return undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    rmSync(join(bundle, "overlay"), { recursive: true, force: true });
    return error instanceof Error ? error.message : String(error);
  }
}

/** Mount BUNDLE/rootfs for the first time, over empty upper and work directories, and write `overlayFile`. Errors: the kernel's. */
export function makeOverlay(
  bundle: string,
  options: { readonly snapshots: readonly Snapshot[]; readonly store: string },
): void {
  const { snapshots, store } = options;
  const file: OverlayFile = { snapshots: store, chain: snapshots.map(({ chainId }) => chainId) };
  writeFileSync(overlayFile(bundle), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  const lower = snapshots.map(({ fs }) => fs).reverse();
  if (lower[0] !== undefined) copyMetadata(lower[0], join(bundle, parts.upper));
  mountOverlay(bundle, { lower, ...parts });
}

/** Of what the overlay of a bundle is made; undefined for a bundle without one. Errors: "bundle.bad-overlay". */
export function readOverlay(bundle: string): OverlayFile | undefined {
  const doing = `read ${quote(overlayFile(bundle))}`;
  try {
    const { snapshots, chain } = JSON.parse(
      readFileSync(overlayFile(bundle), "utf8"),
    ) as Partial<OverlayFile>;
    if (typeof snapshots === "string" && Array.isArray(chain) && chain.every((id) => isDigest(`${id}`)))
      return { snapshots, chain };
    throw new OcilabError("bundle.bad-overlay", {
      doing,
      got: "it has no field snapshots or chain as ours have",
    });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new OcilabError("bundle.bad-overlay", { doing, got: error.message, cause: error });
  }
}

/** Whether something is mounted at BUNDLE/rootfs. */
export function isMounted(bundle: string): boolean {
  const [rootfs, above] = [join(bundle, parts.target), bundle].map((path) =>
    lstatSync(path, { throwIfNoEntry: false }),
  );
  return rootfs?.isDirectory() === true && rootfs.dev !== above?.dev;
}

/** Whether BUNDLE is made for an overlay mount and that is not there, as after a restart of the machine. */
export function lacksMount(bundle: string): boolean {
  return isMountable(bundle) && !isMounted(bundle);
}

/** Whether BUNDLE is made for an overlay mount, its description damaged or not. */
export function isMountable(bundle: string): boolean {
  return lstatSync(overlayFile(bundle), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Mount BUNDLE/rootfs again, with what was written into it before. Only snapshots of the given store are mounted, and only directories that are no
 * links. Errors: "bundle.bad-overlay", "bundle.snapshot-gone", "bundle.mount-failed".
 */
export function mountAgain(bundle: string, file: OverlayFile, store: string): void {
  const doing = `mount the root filesystem of the bundle ${quote(bundle)}`;
  if (file.snapshots !== store) {
    const got = `its layers are in the store ${quote(file.snapshots)}, ours is ${quote(store)}`;
    throw new OcilabError("bundle.snapshot-gone", { doing, got, hint: "set OCILAB_HOME to what it was" });
  }
  for (const path of ["overlay", ...Object.values(parts)]) {
    if (lstatSync(join(bundle, path), { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new OcilabError("bundle.bad-overlay", {
      doing,
      got: `${quote(join(bundle, path))} is no directory`,
    });
  }
  const snapshots = readChain(store, file.chain);
  if (snapshots.length < file.chain.length) {
    const got = `the unpacked layer ${file.chain[snapshots.length]} is no longer in ${quote(store)}`;
    throw new OcilabError("bundle.snapshot-gone", { doing, got });
  }
  try {
    mountOverlay(bundle, { lower: snapshots.map(({ fs }) => fs).reverse(), ...parts });
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new OcilabError("bundle.mount-failed", { doing, got, cause });
  }
}
