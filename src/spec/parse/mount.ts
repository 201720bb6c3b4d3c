import { nearest } from "../../base/text.ts";
import type { Mount } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { parseBytes } from "./bytes.ts";

const form = "type=bind,source=/from,target=/to[,ro] or type=tmpfs,target=/to[,tmpfs-size=64m]";

/** The keys of docker's --mount and the names that stand for the same. */
const aliases: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
  readonly: "ro",
};
const keysOf: Readonly<Record<string, readonly string[]>> = {
  bind: ["type", "source", "target", "ro", "bind-propagation", "bind-nonrecursive"],
  tmpfs: ["type", "target", "ro", "tmpfs-size", "tmpfs-mode"],
};
const propagations = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

/**
 * Docker's --mount for what a low-level runtime can do: bind and tmpfs. A bind mount takes along what is mounted below its source
 * and is private; `ro` covers what lies below as well (option "rro", Linux 5.12).
 * A relative source stays as it is: the runtime takes it from the bundle (config.md#mounts). Errors: "spec.bad-option".
 */
export function parseMount(text: string): Mount {
  const fields = fieldsOf(text);
  const target = fields.get("target") ?? "";
  if (!target.startsWith("/"))
    throw badValue("mount", text, { got: "its target is not an absolute path", form });
  return fields.get("type") === "tmpfs" ? tmpfs(fields, target, text) : bind(fields, target, text);
}

/** Docker's -v: "/from:/to" or "/from:/to:ro,rslave". Errors: "spec.bad-option". */
export function parseVolume(text: string): Mount {
  const volumeForm = "/from:/to[:ro]";
  const [source = "", target = "", flags = "", ...rest] = text.split(":");
  if (source === "" || target === "" || rest.length > 0) {
    throw badValue("volume", text, { got: "it has another form", form: volumeForm });
  }
  if (!target.startsWith("/")) {
    throw badValue("volume", text, { got: "its target is not an absolute path", form: volumeForm });
  }
  const words = flags === "" ? [] : flags.split(",");
  const strange = words.find((word) => !["ro", "rw", ...propagations].includes(word));
  if (strange !== undefined) {
    throw badValue("volume", text, {
      got: `${JSON.stringify(strange)} is no flag of a volume`,
      form: volumeForm,
    });
  }
  const propagation = words.find((word) => propagations.includes(word)) ?? "rprivate";
  const options = ["rbind", propagation, ...(words.includes("ro") ? ["ro", "rro"] : [])];
  return { destination: target, type: "bind", source, options };
}

/** Docker's --tmpfs: "/run" or "/run:size=64m,mode=1777"; the options go to the kernel as they are, size in bytes. Errors: "spec.bad-option". */
export function parseTmpfs(text: string): Mount {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const tmpfsForm = '/to[:OPTION,...], for example "/run:size=64m"';
  if (!target.startsWith("/")) {
    throw badValue("tmpfs", text, { got: "its target is not an absolute path", form: tmpfsForm });
  }
  const words =
    colon < 0
      ? []
      : text
          .slice(colon + 1)
          .split(",")
          .filter((word) => word !== "");
  const asked = words.map((word) => (word.startsWith("size=") ? `size=${parseBytes(word.slice(5))}` : word));
  const opposite: Readonly<Record<string, string>> = { nosuid: "suid", noexec: "exec", nodev: "dev" };
  const locked = ["nosuid", "noexec", "nodev"].filter(
    (option) => !asked.includes(option) && !asked.includes(opposite[option] ?? ""),
  );
  return { destination: target, type: "tmpfs", source: "tmpfs", options: [...locked, ...asked] };
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(",").map((part): readonly [string, string] => {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    return [aliases[key] ?? key, equals < 0 ? "true" : part.slice(equals + 1)];
  });
  const fields = new Map(pairs);
  const type = fields.get("type") ?? "bind";
  const known = keysOf[type];
  if (known === undefined) {
    throw badValue("mount", text, {
      got: `the type ${JSON.stringify(type)} needs an engine's volume store`,
      form,
    });
  }
  const strange = [...fields.keys()].find((key) => !known.includes(key));
  if (strange !== undefined) {
    const near = nearest(strange, [...known, ...Object.keys(aliases)]);
    const got = `a ${type} mount has no ${JSON.stringify(strange)}${near === undefined ? "" : `; did you mean ${near}?`}`;
    throw badValue("mount", text, { got, form });
  }
  return fields;
}

function bind(fields: ReadonlyMap<string, string>, target: string, text: string): Mount {
  const source = fields.get("source") ?? "";
  if (source === "") throw badValue("mount", text, { got: "a bind mount needs a source", form });
  const propagation = fields.get("bind-propagation") ?? "rprivate";
  if (!propagations.includes(propagation)) {
    throw badValue("mount", text, {
      got: "its propagation is unknown",
      form: `one of ${propagations.join(", ")}`,
    });
  }
  const alone = flag(fields, "bind-nonrecursive", text);
  const readonly = flag(fields, "ro", text);
  const options = [alone ? "bind" : "rbind", propagation, ...(readonly ? ["ro"] : [])];
  return {
    destination: target,
    type: "bind",
    source,
    options: readonly && !alone ? [...options, "rro"] : options,
  };
}

function tmpfs(fields: ReadonlyMap<string, string>, target: string, text: string): Mount {
  const size = fields.get("tmpfs-size");
  const mode = fields.get("tmpfs-mode");
  if (mode !== undefined && !/^[01]?[0-7]{3}$/.test(mode)) {
    throw badValue("mount", text, { got: "its mode is not octal", form: "tmpfs-mode=1777" });
  }
  const options = ["nosuid", "noexec", "nodev"];
  if (size !== undefined) options.push(`size=${parseBytes(size)}`);
  if (mode !== undefined) options.push(`mode=${mode}`);
  if (flag(fields, "ro", text)) options.push("ro");
  return { destination: target, type: "tmpfs", source: "tmpfs", options };
}

function flag(fields: ReadonlyMap<string, string>, key: string, text: string): boolean {
  const value = fields.get(key) ?? "false";
  if (["true", "1"].includes(value)) return true;
  if (["false", "0"].includes(value)) return false;
  throw badValue("mount", text, { got: `${key} is neither true nor false`, form });
}
