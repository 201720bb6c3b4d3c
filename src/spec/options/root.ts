import type { Linux } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { editLinux } from "./edit.ts";

/** Whether the root filesystem is mounted read-only; mounts over it keep their own flags. */
export function withReadonlyRoot(readonly = true): SpecOption {
  return (spec) => ({ ...spec, root: { ...(spec.root ?? { path: "rootfs" }), readonly } });
}

/** `root.path`, absolute or relative to the bundle. */
export function withRootPath(path: string): SpecOption {
  return (spec) => ({ ...spec, root: { ...spec.root, path } });
}

/** How mounts travel between the rootfs and the host (mount_namespaces(7)). */
export function withRootfsPropagation(propagation: NonNullable<Linux["rootfsPropagation"]>): SpecOption {
  return editLinux((linux) => ({ ...linux, rootfsPropagation: propagation }));
}

/** The paths that cannot be read inside, instead of the default ones; none with []. */
export function withMaskedPaths(paths: readonly string[]): SpecOption {
  return editLinux((linux) => ({ ...linux, maskedPaths: [...paths] }));
}

/** The paths that cannot be written inside, instead of the default ones; none with []. */
export function withReadonlyPaths(paths: readonly string[]): SpecOption {
  return editLinux((linux) => ({ ...linux, readonlyPaths: [...paths] }));
}
