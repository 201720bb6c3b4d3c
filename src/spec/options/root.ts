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

/** Paths that cannot be read inside, besides those that are there. */
export function withMaskedPath(...paths: readonly string[]): SpecOption {
  return editLinux((linux) => ({
    ...linux,
    maskedPaths: [...new Set([...(linux.maskedPaths ?? []), ...paths])],
  }));
}

/** These paths, and what lies below them, can be read and written inside again; "ALL" means every one. */
export function withoutHidden(...paths: readonly string[]): SpecOption {
  const isLeft = (hidden: string): boolean =>
    !paths.some(
      (path) => path === "ALL" || path === hidden || hidden.startsWith(`${path.replace(/\/+$/, "")}/`),
    );
  return editLinux((linux) => ({
    ...linux,
    maskedPaths: (linux.maskedPaths ?? []).filter(isLeft),
    readonlyPaths: (linux.readonlyPaths ?? []).filter(isLeft),
  }));
}
