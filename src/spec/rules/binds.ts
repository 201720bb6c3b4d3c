import { quote } from "../../base/text.ts";
import type { Mount, Spec } from "../../oci/spec.ts";
import { type At, eachMount, isBind } from "./each-mount.ts";
import { namespaceOf } from "./namespaces.ts";
import { type Complaint, error, type Rule, warning } from "./rule.ts";

/** Rules about bind mounts and id-mapped mounts. */
export const bindRules: readonly Rule[] = [
  { name: "bind-without-option", check: (spec) => eachMount(spec, bindWithoutOption) },
  { name: "bind-without-source", check: (spec) => eachMount(spec, bindWithoutSource) },
  { name: "bind-with-other-type", check: (spec) => eachMount(spec, bindWithOtherType) },
  { name: "rbind-read-only-at-the-top", check: (spec) => eachMount(spec, shallowReadOnly) },
  { name: "mount-mappings-half", check: (spec) => eachMount(spec, halfMappings) },
  { name: "idmap-without-mappings", check: (spec) => eachMount(spec, idmapWithoutMappings) },
  { name: "mappings-without-idmap", check: (spec) => eachMount(spec, mappingsWithoutIdmap) },
];

function bindWithoutOption(mount: Mount, at: At): readonly Complaint[] {
  if ((mount.type !== "bind" && mount.type !== "rbind") || isBind(mount)) return [];
  const option = mount.type;
  return [
    error(
      at,
      `${quote(option)} is an option, not a filesystem: without the option the kernel answers "no such device"`,
      {
        hint: `add ${quote(option)} to options`,
        fix:
          mount.options === undefined
            ? [{ op: "add", path: `${at}/options`, value: [option] }]
            : [{ op: "add", path: `${at}/options/0`, value: option }],
        statement: "CFG-MNT-07",
      },
    ),
  ];
}

function bindWithoutSource(mount: Mount, at: At): readonly Complaint[] {
  if (!isBind(mount) || (mount.source ?? "") !== "") return [];
  return [error(`${at}/source`, "must say what a bind mount shows", { statement: "CFG-MNT-06" })];
}

function bindWithOtherType(mount: Mount, at: At): readonly Complaint[] {
  const { type = "" } = mount;
  if (!isBind(mount) || ["", "none", "bind", "rbind"].includes(type)) return [];
  return [
    warning(`${at}/type`, `${quote(type)} has no effect: the option makes it a bind mount`, {
      statement: "CFG-MNT-07",
    }),
  ];
}

function shallowReadOnly({ options = [] }: Mount, at: At): readonly Complaint[] {
  if (!options.includes("rbind") || !options.includes("ro") || options.includes("rro")) return [];
  return [
    warning(
      `${at}/options`,
      "what is mounted below the source stays writable: ro holds for the topmost mount only",
      {
        hint: 'add "rro" (Linux 5.12), or use "bind" in place of "rbind"',
        fix: [{ op: "add", path: `${at}/options/-`, value: "rro" }],
        statement: "CFG-MOPT-42",
      },
    ),
  ];
}

function halfMappings({ uidMappings, gidMappings }: Mount, at: At): readonly Complaint[] {
  const uid = (uidMappings?.length ?? 0) > 0;
  const gid = (gidMappings?.length ?? 0) > 0;
  if (uid === gid) return [];
  return [
    error(
      `${at}/${uid ? "gidMappings" : "uidMappings"}`,
      `must be there when ${uid ? "uidMappings" : "gidMappings"} is`,
      {
        statement: uid ? "CFG-MNT-11" : "CFG-MNT-13",
      },
    ),
  ];
}

function idmapWithoutMappings(mount: Mount, at: At, spec: Spec): readonly Complaint[] {
  const option = mount.options?.find((word) => word === "idmap" || word === "ridmap");
  if (option === undefined || (mount.uidMappings?.length ?? 0) > 0) return [];
  if (namespaceOf(spec, "user") !== undefined) return [];
  return [
    error(
      `${at}/options`,
      `${quote(option)} has no mapping to use: neither the mount nor a user namespace has one`,
      {
        statement: option === "idmap" ? "CFG-IDMO-06" : "CFG-IDMO-13",
      },
    ),
  ];
}

function mappingsWithoutIdmap({ uidMappings, options = [] }: Mount, at: At): readonly Complaint[] {
  if ((uidMappings?.length ?? 0) === 0 || options.includes("idmap") || options.includes("ridmap")) return [];
  return [
    warning(`${at}/options`, 'should have "idmap" or "ridmap", since the mount has id mappings', {
      fix: [
        {
          op: "add",
          path: options.length > 0 ? `${at}/options/-` : `${at}/options`,
          value: options.length > 0 ? "idmap" : ["idmap"],
        },
      ],
      statement: "CFG-MNT-10",
    }),
  ];
}
