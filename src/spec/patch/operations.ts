import { nearest, quote } from "../../base/text.ts";
import { parsePointer } from "../../oci/pointer.ts";
import { PatchFault } from "./fault.ts";

/** One operation of a JSON Patch (RFC 6902 section 4). The pointers are well formed. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string };

const verbs = ["add", "remove", "replace", "move", "copy", "test"] as const;

/** A JSON Patch document; members that an operation does not have are passed over, as RFC 6902 wants. Errors: PatchFault. */
export function parseOperations(list: readonly unknown[]): readonly PatchOperation[] {
  return list.map((operation, index) => parseOperation(operation, `/${index}`));
}

function parseOperation(value: unknown, at: string): PatchOperation {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new PatchFault(
      at,
      "an operation is an object",
      'such as {"op": "remove", "path": "/linux/seccomp"}',
    );
  const members = value as Readonly<Record<string, unknown>>;
  const op = verbs.find((verb) => verb === members["op"]);
  if (op === undefined) throw unknownVerb(members["op"], at);
  const path = pointerIn(members, "path", at);
  switch (op) {
    case "remove":
      return { op, path };
    case "move":
    case "copy":
      return { op, path, from: pointerIn(members, "from", at) };
    case "add":
    case "replace":
    case "test":
      if (!Object.hasOwn(members, "value")) throw new PatchFault(at, `${op} needs a member "value"`);
      return { op, path, value: members["value"] };
  }
}

function pointerIn(members: Readonly<Record<string, unknown>>, name: string, at: string): string {
  const text = Object.hasOwn(members, name) ? members[name] : undefined;
  const op = String(members["op"]);
  if (text === undefined) throw new PatchFault(at, `${op} needs a member ${quote(name)}`);
  if (typeof text !== "string") throw new PatchFault(`${at}/${name}`, "a JSON pointer is a text");
  if (parsePointer(text) !== undefined) return text;
  const says = `${quote(text)} is no JSON pointer`;
  const hint = text.startsWith("/")
    ? "after ~ comes 0 (for ~) or 1 (for /)"
    : "it begins with /, and / parts the names";
  throw new PatchFault(`${at}/${name}`, says, hint);
}

function unknownVerb(given: unknown, at: string): PatchFault {
  if (given === undefined)
    return new PatchFault(at, 'an operation needs a member "op"', `one of ${verbs.join(", ")}`);
  const near = typeof given === "string" ? nearest(given, verbs) : undefined;
  const says = `op is one of ${verbs.join(", ")}, not ${typeof given === "string" ? quote(given) : "this"}`;
  return new PatchFault(`${at}/op`, says, near === undefined ? undefined : `did you mean ${near}`);
}
