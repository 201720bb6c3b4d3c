import { nearest, truthOf } from "../../base/text.ts";
import { badValue } from "./bad-value.ts";

/** What docker's --security-opt, and podman's mask and unmask, ask of a low-level runtime. */
export type SecurityWish =
  | { readonly kind: "seccomp"; readonly profile: "default" | "unconfined" }
  | { readonly kind: "seccomp-file"; readonly path: string }
  | { readonly kind: "no-new-privileges"; readonly value: boolean }
  | { readonly kind: "apparmor"; readonly profile: string }
  | { readonly kind: "label"; readonly part: LabelPart; readonly value: string }
  | { readonly kind: "label-disable" }
  | { readonly kind: "systempaths-unconfined" }
  | { readonly kind: "writable-cgroups"; readonly value: boolean }
  | { readonly kind: "mask" | "unmask"; readonly paths: readonly string[] };

/** The parts of an SELinux context that label= can set; filetype is the type of the files. */
export type LabelPart = "user" | "role" | "type" | "level" | "filetype";

const form =
  "seccomp=default|unconfined|FILE, apparmor=PROFILE, label=disable|user:U|role:R|type:T|level:L|filetype:T, no-new-privileges[=false], systempaths=unconfined, writable-cgroups[=false], mask=PATH[:PATH...] or unmask=ALL|PATH[:PATH...]";
const names = [
  "seccomp",
  "apparmor",
  "label",
  "no-new-privileges",
  "systempaths",
  "writable-cgroups",
  "mask",
  "unmask",
];

/** "seccomp=unconfined", "no-new-privileges", "label=type:t"; docker's older ":" for the first "=" as well. Errors: "spec.bad-option". */
export function parseSecurityOption(text: string): SecurityWish {
  const [, name = "", value] = /^([^=:]+)(?:[=:](.*))?$/.exec(text.trim()) ?? [];
  switch (name) {
    case "seccomp":
      return seccomp(given(value, "profile", text));
    case "apparmor":
      return { kind: "apparmor", profile: given(value, "profile", text) };
    case "label":
      return label(given(value, "label", text), text);
    case "no-new-privileges":
    case "writable-cgroups":
      return { kind: name, value: truth(value, text) };
    case "systempaths":
      if (value === "unconfined") return { kind: "systempaths-unconfined" };
      throw bad(text, "the only value is unconfined");
    case "mask":
    case "unmask":
      return { kind: name, paths: paths(given(value, "path", text), text) };
    default:
      throw unknown(name, text);
  }
}

function seccomp(value: string): SecurityWish {
  if (value === "default" || value === "builtin") return { kind: "seccomp", profile: "default" };
  if (value === "unconfined") return { kind: "seccomp", profile: "unconfined" };
  return { kind: "seccomp-file", path: value };
}

function label(value: string, text: string): SecurityWish {
  if (value === "disable") return { kind: "label-disable" };
  const [, part, rest] = /^(user|role|type|level|filetype):(.+)$/.exec(value) ?? [];
  if (part === undefined || rest === undefined) throw bad(text, "its label has another form");
  return { kind: "label", part: part as LabelPart, value: rest };
}

function paths(value: string, text: string): readonly string[] {
  if (/^all$/i.test(value)) return ["ALL"];
  const all = value.split(":");
  const strange = all.find((path) => !path.startsWith("/"));
  if (strange === undefined) return all;
  throw bad(text, `${JSON.stringify(strange)} is no absolute path`);
}

function truth(value: string | undefined, text: string): boolean {
  const said = value === undefined || value === "" ? true : truthOf(value);
  if (said !== undefined) return said;
  throw bad(text, `${JSON.stringify(value)} is neither true nor false`);
}

function given(value: string | undefined, what: string, text: string): string {
  if (value !== undefined && value !== "") return value;
  throw bad(text, `it names no ${what}`);
}

function unknown(name: string, text: string) {
  if (name === "credentialspec") return bad(text, "credential specs belong to Windows");
  const near = nearest(name, names);
  return bad(text, near === undefined ? "there is no such option" : `did you mean ${near}?`);
}

function bad(text: string, got: string) {
  return badValue("security option", text, { got, form });
}
