import type { IdMapping, Mount } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { type FieldRules, parseFields, parseSwitch } from "./fields.ts";
import { parseIdMapping } from "./id-mapping.ts";
import { tmpfsMode, tmpfsSize } from "./tmpfs.ts";
import { propagations } from "./volume.ts";

const form = "type=bind,source=/from,target=/to[,ro] or type=tmpfs,target=/to[,tmpfs-size=64m]";
const common: readonly string[] = ["type", "target", "ro"];
const keysOf: Readonly<Record<string, readonly string[]>> = {
  bind: [
    ...common,
    ...["source", "bind-propagation", "bind-nonrecursive", "bind-recursive"],
    ...["idmap", "ridmap", "uidmap", "gidmap", "consistency"],
  ],
  tmpfs: [...common, "tmpfs-size", "tmpfs-mode"],
};
/** What an engine mounts out of its own store. */
const engineTypes: Readonly<Record<string, string>> = {
  volume:
    "a volume lives in an engine's store, and there is no engine here: make a directory and use type=bind",
  image:
    "ocilab mounts no image: unpack it with `ocilab bundle IMAGE DIR` and use type=bind,source=DIR/rootfs",
  npipe: "a named pipe belongs to Windows",
  cluster: "a cluster volume belongs to docker swarm",
  devpts: "devpts is mounted in any case",
};
const engineKeys: readonly string[] = [
  "volume-driver",
  "volume-label",
  "volume-nocopy",
  "volume-opt",
  "volume-subpath",
  "image-subpath",
];
const rules: FieldRules = {
  kind: "mount",
  form,
  keys: [...new Set([...Object.values(keysOf).flat(), ...engineKeys])],
  aliases: { src: "source", dst: "target", destination: "target", readonly: "ro" },
  repeatable: ["uidmap", "gidmap", "volume-opt", "volume-label"],
};
type Fields = ReadonlyMap<string, readonly string[]>;
type Wanted = { readonly fields: Fields; readonly target: string; readonly text: string };

/**
 * Docker's --mount for what a low-level runtime can do: bind and tmpfs; without a type a source that is a path means bind. A bind
 * mount takes along what is mounted below its source and is private; `ro` covers what lies below as well (option "rro", Linux 5.12).
 * idmap and ridmap ask for an id-mapped mount with the container's own mappings, uidmap=IN:HOST:SIZE (repeatable) and gidmap for
 * one with these. A relative source stays as it is: the runtime takes it from the bundle (config.md#mounts). consistency= means nothing on Linux, here as in docker. Errors: "spec.bad-option".
 */
export function parseMount(text: string): Mount {
  const fields = parseFields(text, rules);
  const type = typeOf(fields, text);
  const known = keysOf[type] ?? [];
  const strange = [...fields.keys()].find((key) => !known.includes(key));
  if (strange !== undefined)
    throw badValue("mount", text, { got: `a ${type} mount has no ${JSON.stringify(strange)}`, form });
  const target = one(fields, "target") ?? "";
  if (!target.startsWith("/"))
    throw badValue("mount", text, { got: "its target is not an absolute path", form });
  if (/^\/+$/.test(target))
    throw badValue("mount", text, { got: "its target is the root filesystem itself", form });
  return type === "tmpfs" ? tmpfs({ fields, target, text }) : bind({ fields, target, text });
}

function typeOf(fields: Fields, text: string): string {
  const isPath = /^[./]/.test(one(fields, "source") ?? "");
  const type = (one(fields, "type") ?? (isPath ? "bind" : "volume")).toLowerCase();
  const refused = Object.hasOwn(engineTypes, type) ? engineTypes[type] : undefined;
  if (refused !== undefined) throw badValue("mount", text, { got: refused, form });
  if (Object.hasOwn(keysOf, type)) return type;
  throw badValue("mount", text, { got: `there is no mount type ${JSON.stringify(type)}`, form });
}

function bind({ fields, target, text }: Wanted): Mount {
  const source = one(fields, "source") ?? "";
  if (source === "") throw badValue("mount", text, { got: "a bind mount needs a source", form });
  const propagation = one(fields, "bind-propagation") ?? "rprivate";
  if (!propagations.includes(propagation)) {
    throw badValue("mount", text, {
      got: "its propagation is unknown",
      form: `one of ${propagations.join(", ")}`,
    });
  }
  const depth = depthOf({ fields, target, text });
  const options = [
    depth === "disabled" ? "bind" : "rbind",
    propagation,
    ...(isOn("ro", { fields, text }) ? ["ro"] : []),
    ...(isOn("ro", { fields, text }) && ["enabled", "readonly"].includes(depth) ? ["rro"] : []),
    ...idMapOption({ fields, target, text }),
  ];
  return { destination: target, type: "bind", source, options, ...mappings({ fields, target, text }) };
}

/** docker's bind-recursive, and bind-nonrecursive, its older form. */
function depthOf({ fields, text }: Wanted): string {
  const asked = one(fields, "bind-recursive");
  if (asked === undefined) return isOn("bind-nonrecursive", { fields, text }) ? "disabled" : "enabled";
  if (fields.has("bind-nonrecursive"))
    throw badValue("mount", text, { got: "bind-recursive and bind-nonrecursive exclude each other", form });
  if (!["enabled", "disabled", "writable", "readonly"].includes(asked)) {
    throw badValue("mount", text, {
      got: `bind-recursive is not ${JSON.stringify(asked)}`,
      form: "one of enabled, disabled, writable, readonly",
    });
  }
  const readonly = isOn("ro", { fields, text });
  if (["writable", "readonly"].includes(asked) && !readonly)
    throw badValue("mount", text, { got: `bind-recursive=${asked} needs ro`, form });
  if (asked === "readonly" && (one(fields, "bind-propagation") ?? "rprivate") !== "rprivate")
    throw badValue("mount", text, { got: "bind-recursive=readonly needs bind-propagation=rprivate", form });
  return asked;
}

/** A mount with mappings is to say so (config.md#mounts, idmap). */
function idMapOption({ fields, text }: Wanted): readonly string[] {
  const asked = ["idmap", "ridmap"].filter((key) => isOn(key, { fields, text }));
  if (asked.length > 1) throw badValue("mount", text, { got: "idmap and ridmap exclude each other", form });
  return asked.length === 0 && (fields.has("uidmap") || fields.has("gidmap")) ? ["idmap"] : asked;
}

function mappings({ fields }: Wanted): Pick<Mount, "uidMappings" | "gidMappings"> {
  const uids = fields.get("uidmap") ?? [];
  const gids = fields.get("gidmap") ?? [];
  if (uids.length + gids.length === 0) return {};
  const parse = (texts: readonly string[]): IdMapping[] => texts.map(parseIdMapping);
  return {
    uidMappings: parse(uids.length > 0 ? uids : gids),
    gidMappings: parse(gids.length > 0 ? gids : uids),
  };
}

function tmpfs({ fields, target, text }: Wanted): Mount {
  const size = one(fields, "tmpfs-size");
  const mode = one(fields, "tmpfs-mode");
  const options = ["nosuid", "noexec", "nodev"];
  if (size !== undefined) options.push(`size=${tmpfsSize(size)}`);
  if (mode !== undefined) options.push(`mode=${tmpfsMode(mode, "mount", text)}`);
  if (isOn("ro", { fields, text })) options.push("ro");
  return { destination: target, type: "tmpfs", source: "tmpfs", options };
}

function one(fields: Fields, key: string): string | undefined {
  return fields.get(key)?.[0];
}

function isOn(key: string, { fields, text }: Pick<Wanted, "fields" | "text">): boolean {
  const value = one(fields, key);
  return value !== undefined && parseSwitch(value, { key, text, rules });
}
