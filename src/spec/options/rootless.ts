import type { IdMapping, Mount, NamespaceType, Resources, Spec } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { withUserNamespace } from "./namespaces.ts";

/**
 * Options as an ordinary user can have them: in a user namespace with these maps. After the given ones, what only root can do and what
 * nobody asked for is replaced (`withoutRootsOwn`); what was asked for stays, for the preflight to judge. A last option stays last.
 */
export function rootlessOptions(
  maps: { readonly uidMappings: readonly IdMapping[]; readonly gidMappings: readonly IdMapping[] },
  options: readonly SpecOption[],
): readonly SpecOption[] {
  return [withUserNamespace(maps), ...options, withoutRootsOwn];
}

/**
 * What a user namespace cannot do, done otherwise, as `runc spec --rootless` does. A file system that shows a namespace can only be mounted by
 * the owner of that namespace: where the container shares the host's, the host's own mount is shown instead (user_namespaces(7)).
 * Rules that allow devices go: no device can be made, those that are shown open as the host's permissions say, and no cgroup
 * program can be loaded. Rules that forbid stay.
 */
export const withoutRootsOwn: SpecOption = (spec) => {
  const { linux = {}, mounts } = spec;
  const own = (linux.namespaces ?? []).flatMap(({ type, path }) => ((path ?? "") === "" ? [type] : []));
  if (!own.includes("user")) return spec;
  return {
    ...spec,
    ...(mounts === undefined ? {} : { mounts: mounts.map((mount) => shown(mount, own)) }),
    linux: { ...linux, ...resourcesOf(spec) },
  };
};

/** Which namespace a file system shows, and where the host has it. */
const showing: Readonly<Record<string, readonly [NamespaceType, string]>> = {
  sysfs: ["network", "/sys"],
  proc: ["pid", "/proc"],
  mqueue: ["ipc", "/dev/mqueue"],
};

function shown(mount: Mount, own: readonly NamespaceType[]): Mount {
  const [namespace, source] = showing[mount.type ?? ""] ?? [];
  if (namespace === undefined || source === undefined || own.includes(namespace)) return mount;
  return { ...mount, type: "bind", source, options: ["rbind", ...(mount.options ?? [])] };
}

function resourcesOf({ linux }: Spec): { resources?: Resources } {
  const { devices = [], ...resources } = linux?.resources ?? {};
  if (linux?.resources === undefined) return {};
  const asked = devices.filter(({ allow }, index) => !allow && index > 0);
  return { resources: asked.length === 0 ? resources : { ...resources, devices: asked } };
}
