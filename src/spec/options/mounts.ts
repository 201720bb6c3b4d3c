import type { Mount, Spec } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { badValue } from "../parse/bad-value.ts";
import { isBelow, normal } from "../rules/paths.ts";

/** A mount, in the place of the one at the same destination or else after all others (mounts are made in order, config.md#mounts). */
export function withMount(mount: Mount): SpecOption {
  return (spec) => {
    const mounts = spec.mounts ?? [];
    const same = mounts.findIndex(({ destination }) => isSame(destination, mount.destination));
    return { ...spec, mounts: same < 0 ? [...mounts, mount] : mounts.with(same, mount) };
  };
}

/**
 * Mounts over what is there already: those nearer to the root first, so that none hides another whatever the order they are given in; with
 * the same destination the later one counts. What the spec mounts below one of them goes, as nobody would see it, and the runtime would make
 * directories for it in what is shown there.
 */
export function withMountsOver(mounts: readonly Mount[]): SpecOption {
  const inOrder = mounts.toSorted((a, b) => depth(a) - depth(b));
  return (spec, context) => {
    const seen = (spec.mounts ?? []).filter(
      ({ destination }) => !mounts.some((over) => isBelow(normal(destination), normal(over.destination))),
    );
    return inOrder.reduce<Spec>((done, mount) => withMount(mount)(done, context), { ...spec, mounts: seen });
  };
}

function depth({ destination }: Mount): number {
  return normal(destination).split("/").length;
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

/** The size of /dev/shm in bytes. Errors: "spec.bad-option" when the config mounts none in memory there. */
export function withShmSize(bytes: number): SpecOption {
  return (spec) => {
    const mounts = spec.mounts ?? [];
    const at = mounts.findIndex(
      ({ destination, type }) => isSame(destination, "/dev/shm") && type === "tmpfs",
    );
    const shm = mounts[at];
    if (shm === undefined) {
      const got = "the container has no /dev/shm of its own";
      throw badValue("size of /dev/shm", String(bytes), {
        got,
        form: "--ipc private, or leave the size out",
      });
    }
    const others = (shm.options ?? []).filter((option) => !option.startsWith("size="));
    return { ...spec, mounts: mounts.with(at, { ...shm, options: [...others, `size=${bytes}`] }) };
  };
}

/** The control groups' filesystem can be written inside, or not; without such a mount nothing changes. */
export function withWritableCgroups(writable: boolean): SpecOption {
  return (spec) => ({
    ...spec,
    mounts: (spec.mounts ?? []).map((mount) => (isCgroup(mount) ? withAccess(mount, writable) : mount)),
  });
}

/** A mount with "ro" taken out of its options or put in. */
export function withAccess(mount: Mount, writable: boolean): Mount {
  const others = (mount.options ?? []).filter((option) => option !== "ro" && option !== "rw");
  return { ...mount, options: writable ? others : [...others, "ro"] };
}

function isCgroup({ type }: Mount): boolean {
  return type === "cgroup" || type === "cgroup2";
}
