import type { IdMapping, Linux, Mount, NamespaceType, Spec } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import type { NamespaceWish } from "../parse/namespace.ts";
import { editLinux } from "./edit.ts";

/** What `parseNamespace` read. */
export function withNamespace(wish: NamespaceWish): SpecOption {
  switch (wish.kind) {
    case "host":
      return withoutNamespace(wish.type);
    case "private":
      return withPrivateNamespace(wish.type);
    case "path":
      return withNamespacePath(wish.type, wish.path);
  }
}

/**
 * The container shares the runtime's namespace of this type. What would need one of its own goes with it: host and domain name
 * (uts), id mappings (user), clock offsets (time).
 */
export function withoutNamespace(type: NamespaceType): SpecOption {
  return (spec) => {
    const linux = spec.linux ?? {};
    const namespaces = (linux.namespaces ?? []).filter((namespace) => namespace.type !== type);
    return withoutDependents({ ...spec, linux: { ...linux, namespaces } }, type);
  };
}

/** A new namespace of this type. */
export function withPrivateNamespace(type: NamespaceType): SpecOption {
  return editLinux((linux) => ({ ...linux, namespaces: replaced(linux, { type }) }));
}

/**
 * The container joins the namespace that this absolute path refers to; "/proc/PID/ns/NAME" is one. Names, mappings and offsets are
 * left to whoever made that namespace.
 */
export function withNamespacePath(type: NamespaceType, path: string): SpecOption {
  return (spec) =>
    withoutDependents(
      { ...spec, linux: { ...spec.linux, namespaces: replaced(spec.linux ?? {}, { type, path }) } },
      type,
    );
}

/**
 * A new user namespace with these mappings (user_namespaces(7)). The devpts mount loses a gid= that is not mapped: the kernel would
 * refuse it.
 */
export function withUserNamespace(maps: {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}): SpecOption {
  return (spec) => ({
    ...spec,
    ...(spec.mounts === undefined
      ? {}
      : { mounts: spec.mounts.map((mount) => withMappedGroup(mount, maps.gidMappings)) }),
    linux: {
      ...spec.linux,
      namespaces: replaced(spec.linux ?? {}, { type: "user" }),
      uidMappings: [...maps.uidMappings],
      gidMappings: [...maps.gidMappings],
    },
  });
}

/** A new time namespace whose clocks are ahead of the host's by these offsets (time_namespaces(7)). Since 1.1.0. */
export function withTimeOffsets(offsets: NonNullable<Linux["timeOffsets"]>): SpecOption {
  return editLinux((linux) => ({
    ...linux,
    namespaces: replaced(linux, { type: "time" }),
    timeOffsets: { ...linux.timeOffsets, ...offsets },
  }));
}

function replaced(
  linux: Linux,
  namespace: { type: NamespaceType; path?: string },
): NonNullable<Linux["namespaces"]> {
  const namespaces = linux.namespaces ?? [];
  const at = namespaces.findIndex(({ type }) => type === namespace.type);
  return at < 0 ? [...namespaces, namespace] : namespaces.with(at, namespace);
}

function withoutDependents(spec: Spec, type: NamespaceType): Spec {
  switch (type) {
    case "uts": {
      const { hostname: _, domainname: __, ...rest } = spec;
      return rest;
    }
    case "user": {
      const { uidMappings: _, gidMappings: __, ...linux } = spec.linux ?? {};
      return { ...spec, linux };
    }
    case "time": {
      const { timeOffsets: _, ...linux } = spec.linux ?? {};
      return { ...spec, linux };
    }
    case "pid":
    case "network":
    case "mount":
    case "ipc":
    case "cgroup":
      return spec;
  }
}

function withMappedGroup(mount: Mount, gidMappings: readonly IdMapping[]): Mount {
  const isMapped = (gid: number): boolean =>
    gidMappings.some(({ containerID, size }) => gid >= containerID && gid < containerID + size);
  if (mount.type !== "devpts" || mount.options === undefined) return mount;
  return {
    ...mount,
    options: mount.options.filter((option) => {
      const gid = /^gid=(\d+)$/.exec(option)?.[1];
      return gid === undefined || isMapped(Number(gid));
    }),
  };
}
