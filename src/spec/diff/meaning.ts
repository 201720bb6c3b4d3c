import type { Device, Linux, Spec } from "../../oci/spec.ts";
import { mountsTree } from "./mounts.ts";
import { hooksTree, processTree, rootTree } from "./process.ts";
import { resourcesTree } from "./resources.ts";
import { seccompTree } from "./seccomp.ts";
import { compact, keyed, plain, setOf, type Tree, unless } from "./tree.ts";
import { cleanPath, cpuSet, idRanges } from "./words.ts";

/**
 * What a config means, apart from how it is written: order where the specification gives it no sense, defaults that are written out,
 * ways to write the same number. Members that the specification does not know stay as they are.
 */
export function meaningOf(spec: Spec): Tree {
  return compact({
    ...(plain(spec) as Tree),
    root: rootTree(spec.root),
    process: processTree(spec.process),
    hostname: unless(spec.hostname, ""),
    domainname: unless(spec.domainname, ""),
    mounts: mountsTree(spec.mounts),
    hooks: hooksTree(spec.hooks),
    linux: spec.linux && linuxTree(spec.linux),
  });
}

function linuxTree(linux: Linux): Tree {
  const { memoryPolicy, personality } = linux;
  return {
    ...(plain(linux) as Tree),
    namespaces: keyed(
      linux.namespaces,
      ({ type }) => type,
      ({ path }) => unless(path, "") ?? "a new one",
    ),
    uidMappings: idRanges(linux.uidMappings),
    gidMappings: idRanges(linux.gidMappings),
    timeOffsets: offsets(linux.timeOffsets),
    devices: keyed(linux.devices, ({ path }) => cleanPath(path), deviceTree),
    netDevices: Object.fromEntries(
      Object.entries(linux.netDevices ?? {}).map(([device, { name }]) => [device, name || device]),
    ),
    cgroupsPath: unless(linux.cgroupsPath, ""),
    resources: resourcesTree(linux.resources),
    rootfsPropagation: unless(linux.rootfsPropagation?.replace(/^r(?=private|shared|slave|unbind)/, ""), ""),
    seccomp: seccompTree(linux.seccomp),
    maskedPaths: setOf(linux.maskedPaths?.map(cleanPath)),
    readonlyPaths: setOf(linux.readonlyPaths?.map(cleanPath)),
    mountLabel: unless(linux.mountLabel, ""),
    memoryPolicy: memoryPolicy && {
      ...(plain(memoryPolicy) as Tree),
      nodes: cpuSet(memoryPolicy.nodes),
      flags: setOf(memoryPolicy.flags),
    },
    personality: personality && {
      domain: unless(personality.domain, "LINUX"),
      flags: setOf(personality.flags),
    },
  };
}

/** An offset of nothing is no offset. */
function offsets(given: Linux["timeOffsets"]): Tree {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([clock, { secs, nanosecs }]) => [
      clock,
      { secs: unless(secs, 0), nanosecs: unless(nanosecs, 0) },
    ]),
  );
}

/** runc and crun make a node of 0666 that belongs to root when nothing is said. */
function deviceTree({ type, path: _path, ...rest }: Device): Tree {
  return compact({
    ...(plain(rest) as Tree),
    type: type === "u" ? "c" : type,
    fileMode: unless(rest.fileMode, 0o666),
    uid: unless(rest.uid, 0),
    gid: unless(rest.gid, 0),
  });
}
