import type { Mount } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";

/** A mount, in the place of the one at the same destination or else after all others (mounts are made in order, config.md#mounts). */
export function withMount(mount: Mount): SpecOption {
  return (spec) => {
    const mounts = spec.mounts ?? [];
    const same = mounts.findIndex(({ destination }) => isSame(destination, mount.destination));
    return { ...spec, mounts: same < 0 ? [...mounts, mount] : mounts.with(same, mount) };
  };
}

/** Without the mount at this destination, where there is one. */
export function withoutMount(destination: string): SpecOption {
  return (spec) => ({
    ...spec,
    mounts: (spec.mounts ?? []).filter((mount) => !isSame(mount.destination, destination)),
  });
}

function isSame(a: string, b: string): boolean {
  return trim(a) === trim(b);
}

function trim(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
