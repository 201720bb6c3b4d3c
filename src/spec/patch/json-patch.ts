import { nearest, quote } from "../../base/text.ts";
import { parsePointer, pointerToken } from "../../oci/pointer.ts";
import { sameJson } from "./equal.ts";
import { PatchFault } from "./fault.ts";
import type { PatchOperation } from "./operations.ts";

/**
 * The document that the operations make of `document`, one after the other (RFC 6902): all of them, or a PatchFault and nothing, since
 * the argument is never changed. Integers are compared by value, however they are written.
 */
export function applyOperations(document: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce(
    (made, operation, index) => applyOne(made, operation, faultAt(operation, index)),
    document,
  );
}

/** Makes the fault of one operation. */
type Fail = (says: string, hint?: string) => PatchFault;

function faultAt({ op, path }: PatchOperation, index: number): Fail {
  return (says, hint) => new PatchFault(`/${index}`, `${op} ${quote(path)}: ${says}`, hint);
}

function applyOne(document: unknown, operation: PatchOperation, fail: Fail): unknown {
  const path = tokensOf(operation.path);
  switch (operation.op) {
    case "add":
      return put(document, path, { value: operation.value, fail });
    case "remove":
      return take(document, path, fail);
    case "replace":
      return change(document, path, { fail, edit: () => operation.value });
    case "test":
      if (sameJson(find(document, path, fail), operation.value)) return document;
      throw fail(`there is ${short(find(document, path, fail))}, not ${short(operation.value)}`);
    case "copy":
      return put(document, path, { value: find(document, tokensOf(operation.from), fail), fail });
    case "move":
      return move(document, { from: tokensOf(operation.from), path, fail });
  }
}

type Move = { readonly from: readonly string[]; readonly path: readonly string[]; readonly fail: Fail };

function move(document: unknown, { from, path, fail }: Move): unknown {
  const value = find(document, from, fail);
  const into = path.length > from.length && from.every((token, index) => token === path[index]);
  if (into) throw fail("a value cannot be moved into itself", "copy it instead");
  if (path.length === from.length && path.every((token, index) => token === from[index])) return document;
  return put(take(document, from, fail), path, { value, fail });
}

function find(document: unknown, path: readonly string[], fail: Fail): unknown {
  return path.reduce((found, _, index) => memberOf(found, path.slice(0, index + 1), fail), document);
}

/** The member that the last token of `path` names in `parent`, which is there. */
function memberOf(parent: unknown, path: readonly string[], fail: Fail): unknown {
  const token = path.at(-1) ?? "";
  if (Array.isArray(parent)) return parent[indexIn(parent, path, fail)];
  if (!isObject(parent)) throw fail(`${pointer(path.slice(0, -1))} is ${short(parent)} and has no members`);
  if (Object.hasOwn(parent, token)) return parent[token];
  throw fail(`there is no ${pointer(path)}`, nearbyNames(parent, path));
}

type Edit = { readonly fail: Fail; readonly edit: (value: unknown) => unknown };

/** `document` with another value at `path`, where there is one. */
function change(document: unknown, path: readonly string[], { fail, edit }: Edit): unknown {
  return walk(document, path, { fail, edit, done: [] });
}

function walk(
  value: unknown,
  path: readonly string[],
  { done, ...how }: Edit & { readonly done: readonly string[] },
): unknown {
  const [token, ...rest] = path;
  if (token === undefined) return how.edit(value);
  const here = [...done, token];
  const inner = walk(memberOf(value, here, how.fail), rest, { ...how, done: here });
  if (Array.isArray(value)) return value.with(Number(token), inner);
  return { ...(value as object), [token]: inner };
}

function put(
  document: unknown,
  path: readonly string[],
  { value, fail }: { readonly value: unknown; readonly fail: Fail },
): unknown {
  const token = path.at(-1);
  if (token === undefined) return value;
  return change(document, path.slice(0, -1), {
    fail,
    edit(parent) {
      if (Array.isArray(parent)) return parent.toSpliced(placeIn(parent, path, fail), 0, value);
      if (isObject(parent)) return { ...parent, [token]: value };
      throw fail(`${pointer(path.slice(0, -1))} is ${short(parent)} and can have no members`);
    },
  });
}

function take(document: unknown, path: readonly string[], fail: Fail): unknown {
  const token = path.at(-1);
  if (token === undefined) throw fail("the whole document cannot be removed", "replace it");
  return change(document, path.slice(0, -1), {
    fail,
    edit(parent) {
      memberOf(parent, path, fail);
      if (Array.isArray(parent)) return parent.toSpliced(Number(token), 1);
      return Object.fromEntries(Object.entries(parent as object).filter(([name]) => name !== token));
    },
  });
}

function indexIn(list: readonly unknown[], path: readonly string[], fail: Fail): number {
  const token = path.at(-1) ?? "";
  const where = pointer(path.slice(0, -1));
  if (token === "-")
    throw fail(`- is the place after the last entry of ${where}, where nothing is`, 'only "add" takes -');
  if (!/^(?:0|[1-9]\d*)$/.test(token))
    throw fail(
      `${where} is a list, and ${quote(token)} is no index`,
      "indices count from 0, without leading zeros",
    );
  if (Number(token) < list.length) return Number(token);
  throw fail(`${where} has ${list.length} ${list.length === 1 ? "entry" : "entries"}, and none at ${token}`);
}

/** Where to add: an index, or "-" or the length for the end. */
function placeIn(list: readonly unknown[], path: readonly string[], fail: Fail): number {
  const token = path.at(-1) ?? "";
  return token === "-" || token === String(list.length) ? list.length : indexIn(list, path, fail);
}

function nearbyNames(parent: Readonly<Record<string, unknown>>, path: readonly string[]): string | undefined {
  const near = nearest(path.at(-1) ?? "", Object.keys(parent));
  if (near !== undefined) return `did you mean ${pointer([...path.slice(0, -1), near])}`;
  return '"add" makes a member; its parent must be there';
}

function tokensOf(text: string): readonly string[] {
  return parsePointer(text) ?? [];
}

function pointer(path: readonly string[]): string {
  return path.length === 0 ? "the document" : quote(path.map(pointerToken).join(""));
}

function short(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return "an object";
  return typeof value === "string" ? quote(value, 60) : String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
