import type { IdMapping, Mount, NamespaceType, Resources, Spec } from "../../oci/spec.ts";
import type { SpecContext, SpecOption } from "../context.ts";
import { imageUser, resolveUser } from "../user.ts";
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
 * A cgroup for the limits of a container, where they are asked for and none is named: crun gives an ordinary user's container none
 * unless its path is in config.json, and says nothing. Rules for devices are no limits here.
 */
export function withCgroupForLimits(path: string): SpecOption {
  return (spec) => {
    const { linux = {} } = spec;
    const { devices: _, ...limits } = linux.resources ?? {};
    if (linux.cgroupsPath !== undefined || !asksForLimits(limits)) return spec;
    return { ...spec, linux: { ...linux, cgroupsPath: path } };
  };
}

/** Whether there is anything in linux.resources that a cgroup must keep. */
export function asksForLimits(resources: Resources = {}): boolean {
  return Object.values(resources).some(
    (part) => typeof part === "object" && Object.keys(part ?? {}).length > 0,
  );
}

/**
 * What a user namespace cannot do, done otherwise, as `runc spec --rootless` does. A file system that shows a namespace can only be mounted by
 * the owner of that namespace: where the container shares the host's, the host's own mount is shown instead (user_namespaces(7)). That of
 * message queues goes, since hosts need not have it: mq_open(3) does without.
 * Rules that allow devices go: no device can be made, those that are shown open as the host's permissions say, and no cgroup
 * program can be loaded. Rules that forbid stay. Groups that /etc/group gives the user go, those that were added stay: an ordinary
 * user's runc refuses any.
 */
export const withoutRootsOwn: SpecOption = (spec, context) => {
  const { linux = {}, mounts } = spec;
  const own = (linux.namespaces ?? []).flatMap(({ type, path }) => ((path ?? "") === "" ? [type] : []));
  if (!own.includes("user")) return spec;
  return {
    ...spec,
    ...processOf(spec, context),
    ...(mounts === undefined
      ? {}
      : { mounts: mounts.filter((mount) => isPossible(mount, own)).map((mount) => shown(mount, own)) }),
    linux: { ...linux, ...resourcesOf(spec) },
  };
};

function processOf({ process }: Spec, context: SpecContext): Pick<Spec, "process"> {
  const user = process?.user ?? (context.image === undefined ? undefined : imageUser(context));
  if (process === undefined || user?.additionalGids === undefined) return {};
  const { additionalGids, ...rest } = user;
  const natural = [user.gid, ...(resolveUser(`${user.uid}`, context).additionalGids ?? [])];
  const asked = additionalGids.filter((gid) => !natural.includes(gid));
  return { process: { ...process, user: asked.length === 0 ? rest : { ...rest, additionalGids: asked } } };
}

/** Which namespace a file system shows, and where the host has it. */
const showing: Readonly<Record<string, readonly [NamespaceType, string]>> = {
  sysfs: ["network", "/sys"],
  proc: ["pid", "/proc"],
};

function isPossible({ type }: Mount, own: readonly NamespaceType[]): boolean {
  return type !== "mqueue" || own.includes("ipc");
}

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
