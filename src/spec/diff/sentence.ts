import { explainField } from "../explain.ts";
import { noteOn, notesOn } from "../explanations/notes.ts";
import { kindOf } from "../explanations/value.ts";
import type { Difference } from "./difference.ts";
import type { MergedChange } from "./merge.ts";
import { type Branch, isTree } from "./tree.ts";

/** A change with its name and the sentence that says what it means. */
export function sayDifference(change: MergedChange): Omit<Difference, "group"> {
  const { at, a, b } = change;
  const found = explainField(at);
  return {
    what: nameOf(change) || '""',
    at,
    a: a ?? null,
    b: b ?? null,
    says:
      sentence(change) ?? found?.says ?? "The specification has no such field; runtimes may pass over it.",
    section: found?.section ?? null,
  };
}

/** The field by its names: "/dev/shm size", "RLIMIT_NOFILE soft", "resources memory limit". */
function nameOf({ path, also }: MergedChange): string {
  const [top = "", part = "", third = "", ...rest] = path;
  if (isCalls(path)) return also.join(", ");
  if (top === "process" && part === "capabilities") return `${rest[0] ?? third} (${also.join(", ")})`;
  if (top === "process" && part === "env") return third;
  if (top === "mounts")
    return [part, ...[third, ...rest].filter((word) => word !== "" && word !== "options")].join(" ");
  if (top === "process" && part === "rlimits") return [third, ...rest].join(" ");
  if (top === "annotations") return part;
  const words = top === "linux" || top === "process" ? path.slice(1) : path;
  return words.join(" ");
}

function isCalls(path: readonly string[]): boolean {
  return path.length === 4 && path[0] === "linux" && path[1] === "seccomp" && path[2] === "syscalls";
}

function sentence({ at, path, a, b }: MergedChange): string | undefined {
  const name = path.at(-1) ?? "";
  if (path[0] === "mounts" && name === "order") return "What is mounted later covers what lies below it.";
  if (isCalls(path)) return together([...actions(a), ...actions(b)]);
  const [kind, entry] = [path[1], path[2]];
  if (path[0] === "linux" && kind === "namespaces") return note(`${at}/type`, entry);
  if (path[0] === "process" && kind === "rlimits") return note(`/process/rlimits/${entry}/type`, entry);
  if (path[0] === "mounts" && path.length === 2) return mountKind(a ?? b);
  if (path[0] === "mounts" && kind !== undefined && entry === "options") return mountNote(path, [a, b]);
  return note(at, name) ?? together([a, b].flatMap((value) => notesOn(at, value)));
}

/** What a mount that only one of the two has is for. */
function mountKind(mount: Branch | undefined): string | undefined {
  if (!isTree(mount)) return undefined;
  const { type, options } = mount;
  const bound = isTree(options) && options["bind"] !== undefined;
  return kindOf("/mounts/0", { type, options: bound ? ["bind"] : [] });
}

function mountNote(path: readonly string[], values: readonly (Branch | undefined)[]): string | undefined {
  const at = "/mounts/0/options/0";
  const name = path[3] ?? "";
  const words = values.filter((value) => typeof value === "string");
  if (name === "propagation" || name === "bind")
    return together(words.flatMap((word) => noteOn(at, word) ?? []));
  return note(at, words.length === 0 ? name : `${name}=`, name);
}

function actions(value: Branch | undefined) {
  if (typeof value !== "string") return [];
  const names = value.match(/SCMP_ACT_[A-Z_]+/g) ?? [];
  return [...new Set(names)].flatMap((name) => noteOn("/linux/seccomp/defaultAction", name) ?? []);
}

function note(at: string, value: string | undefined, shown = value): string | undefined {
  const found = value === undefined ? undefined : noteOn(at, value);
  return found === undefined ? undefined : `${shown} ${found.says}.`;
}

function together(notes: readonly { readonly value: string; readonly says: string }[]): string | undefined {
  if (notes.length === 0) return undefined;
  const said = new Map(notes.map(({ value, says }) => [value, `${value} ${says}`]));
  return `${[...said.values()].join("; ")}.`;
}
