import { quote } from "../../base/text.ts";
import type { JsonPatchOperation, NamespaceType, Spec } from "../../oci/spec.ts";
import { type Complaint, error, type Rule, removal, repeats, warning } from "./rule.ts";

/** Rules about linux.namespaces and what needs one of them. */
export const namespaceRules: readonly Rule[] = [
  { name: "hostname-without-uts", check: (spec) => nameWithoutUts(spec, "hostname") },
  { name: "domainname-without-uts", check: (spec) => nameWithoutUts(spec, "domainname") },
  { name: "namespace-twice", check: namespaceTwice },
  { name: "namespace-path-relative", check: relativePath },
  { name: "no-mount-namespace", check: noMountNamespace },
  { name: "time-offsets-without-time", check: offsetsWithoutTime },
  { name: "net-devices-without-network", check: devicesWithoutNetwork },
  { name: "sysfs-in-user-namespace", check: sysfsInUserNamespace },
];

/** The config's namespace of a type, new or joined; undefined when the runtime's own is shared. */
export function namespaceOf(spec: Spec, type: NamespaceType): { readonly path?: string } | undefined {
  return spec.linux?.namespaces?.find((namespace) => namespace.type === type);
}

/** The patch that gives the container a new namespace of a type. */
export function addNamespace(spec: Spec, type: NamespaceType): readonly JsonPatchOperation[] {
  if (spec.linux === undefined) return [{ op: "add", path: "/linux", value: { namespaces: [{ type }] } }];
  return spec.linux.namespaces === undefined
    ? [{ op: "add", path: "/linux/namespaces", value: [{ type }] }]
    : [{ op: "add", path: "/linux/namespaces/-", value: { type } }];
}

function nameWithoutUts(spec: Spec, field: "hostname" | "domainname"): readonly Complaint[] {
  if ((spec[field] ?? "") === "" || namespaceOf(spec, "uts") !== undefined) return [];
  return [
    error(`/${field}`, "can only be set in a UTS namespace of the container's own", {
      hint: 'add {"type": "uts"} to linux.namespaces, or take the name out',
      fix: addNamespace(spec, "uts"),
      statement: field === "hostname" ? "CFG-HOST-02" : "CFG-HOST-03",
    }),
  ];
}

function namespaceTwice(spec: Spec): readonly Complaint[] {
  const namespaces = spec.linux?.namespaces ?? [];
  return repeats(namespaces, ({ type }) => type).map(([index, first]) =>
    error(`/linux/namespaces/${index}`, `lists the ${namespaces[index]?.type} namespace again`, {
      hint: `entry ${first} lists it already; a type may come once`,
      fix: removal(`/linux/namespaces/${index}`),
      statement: "LX-NS-15",
    }),
  );
}

function relativePath(spec: Spec): readonly Complaint[] {
  return (spec.linux?.namespaces ?? []).flatMap(({ path, type }, index) => {
    if (path === undefined || path.startsWith("/")) return [];
    return [
      error(`/linux/namespaces/${index}/path`, `must be absolute, is ${quote(path)}`, {
        hint: `for example /proc/PID/ns/${{ network: "net", mount: "mnt" }[type as string] ?? type}; without a path a new one is made`,
        statement: "LX-NS-10",
      }),
    ];
  });
}

function noMountNamespace(spec: Spec): readonly Complaint[] {
  if (spec.linux === undefined || namespaceOf(spec, "mount") !== undefined) return [];
  const hidden = (spec.linux.maskedPaths?.length ?? 0) + (spec.linux.readonlyPaths?.length ?? 0);
  const more = {
    hint: 'add {"type": "mount"} to linux.namespaces',
    fix: addNamespace(spec, "mount"),
    statement: "LX-NS-14",
  };
  return [
    hidden > 0
      ? error(
          "/linux/namespaces",
          "has no mount namespace, in which alone paths can be masked or read-only",
          more,
        )
      : warning(
          "/linux/namespaces",
          "has no mount namespace: the container's mounts would be the host's",
          more,
        ),
  ];
}

function offsetsWithoutTime(spec: Spec): readonly Complaint[] {
  const offsets = spec.linux?.timeOffsets;
  if (offsets === undefined || Object.keys(offsets).length === 0) return [];
  const namespace = namespaceOf(spec, "time");
  if (namespace !== undefined && namespace.path === undefined) return [];
  return [
    error("/linux/timeOffsets", "can only be set for a new time namespace", {
      hint: 'add {"type": "time"} to linux.namespaces',
      fix: namespace === undefined ? addNamespace(spec, "time") : undefined,
      statement: "LX-TIME-02",
    }),
  ];
}

function devicesWithoutNetwork(spec: Spec): readonly Complaint[] {
  const devices = spec.linux?.netDevices;
  if (devices === undefined || Object.keys(devices).length === 0) return [];
  if (namespaceOf(spec, "network") !== undefined) return [];
  return [
    error("/linux/netDevices", "can only be moved into a network namespace of the container's own", {
      hint: 'add {"type": "network"} to linux.namespaces',
      fix: addNamespace(spec, "network"),
      statement: "LX-NET-01",
    }),
  ];
}

/** The kernel lets only the owner of the network namespace mount sysfs (sysfs(5); EPERM, seen with runc 1.1.5 and 1.3.6). */
function sysfsInUserNamespace(spec: Spec): readonly Complaint[] {
  const mount = (spec.mounts ?? []).findIndex(({ type }) => type === "sysfs");
  if (mount < 0 || namespaceOf(spec, "user") === undefined || namespaceOf(spec, "network") !== undefined)
    return [];
  return [
    error(`/mounts/${mount}`, "the kernel refuses sysfs to a user namespace that shares the host's network", {
      hint: 'add {"type": "network"} to linux.namespaces, or bind the host\'s /sys read-only',
    }),
  ];
}
