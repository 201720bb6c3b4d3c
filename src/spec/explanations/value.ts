import { quote } from "../../base/text.ts";
import { mountKinds } from "./kinds.ts";
import { noteOn } from "./notes.ts";

/** A value on one line: texts quoted, lists cut, elements of well-known lists as a person would write them. */
export function shortForm(at: string, value: unknown): string {
  const written = isObject(value) ? elementForm(at, value) : undefined;
  if (written !== undefined) return written;
  if (typeof value === "string") return quote(value, 80);
  if (Array.isArray(value)) return listForm(value);
  if (!isObject(value)) return String(value);
  const names = Object.keys(value);
  return names.length <= 6
    ? names.join(", ")
    : `${names.slice(0, 6).join(", ")} and ${names.length - 6} more`;
}

/** What an element of mounts, namespaces or rlimits is for, by its kind; undefined for other elements and unknown kinds. */
export function kindOf(at: string, element: unknown): string | undefined {
  if (!isObject(element)) return undefined;
  const type = String(element["type"] ?? "");
  if (/^\/(linux\/namespaces|process\/rlimits)\/[^/]+$/.test(at))
    return sentence(noteOn(`${at}/type`, type)?.says);
  if (!/^\/mounts\/\d+$/.test(at)) return undefined;
  return sentence(of(mountKinds, isBind(element) ? "bind" : type));
}

function elementForm(at: string, element: Fields): string | undefined {
  const text = (name: string): string => String(element[name] ?? "");
  const from = text("path") === "" ? "a new one" : text("path");
  if (/^\/linux\/namespaces\/\d+$/.test(at)) return `${text("type")}: ${from}`;
  if (/^\/process\/rlimits\/\d+$/.test(at)) return `${text("type")} ${text("soft")}, at most ${text("hard")}`;
  if (/^\/linux\/[ug]idMappings\/\d+$/.test(at))
    return `${text("containerID")} → ${text("hostID")}, ${text("size")} ids`;
  if (/^\/mounts\/\d+$/.test(at)) return mountForm(element);
  if (/^\/hooks\/[^/]+\/\d+$/.test(at)) return [text("path"), ...words(element["args"]).slice(1)].join(" ");
  if (/^\/linux\/devices\/\d+$/.test(at))
    return `${text("path")} ${text("type")} ${text("major")}:${text("minor")}`;
  if (/^\/linux\/resources\/devices\/\d+$/.test(at)) return ruleForm(element);
  return undefined;
}

function mountForm(mount: Fields): string {
  const what = isBind(mount)
    ? `${String(mount["source"])} (bind)`
    : String(mount["type"] ?? mount["source"] ?? "?");
  const options = words(mount["options"]);
  return `${what} on ${String(mount["destination"])}${options.length === 0 ? "" : `, ${options.join(",")}`}`;
}

function ruleForm(rule: Fields): string {
  const number = (name: string): string => (rule[name] === undefined ? "*" : String(rule[name]));
  const verb = rule["allow"] === true ? "allow" : "deny";
  return `${verb} ${String(rule["type"] ?? "a")} ${number("major")}:${number("minor")} ${String(rule["access"] ?? "rwm")}`;
}

function listForm(list: readonly unknown[]): string {
  if (list.some(isObject)) return `${list.length} ${list.length === 1 ? "entry" : "entries"}`;
  const shown = list
    .slice(0, 8)
    .map((element) => (typeof element === "string" ? quote(element, 60) : String(element)));
  return `[${shown.join(", ")}${list.length > 8 ? `, and ${list.length - 8} more` : ""}]`;
}

function sentence(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function of(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isBind(mount: Fields): boolean {
  return words(mount["options"]).some((option) => option === "bind" || option === "rbind");
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
