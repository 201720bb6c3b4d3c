import { nearest, quote } from "../base/text.ts";
import { pointerToken } from "./pointer.ts";
import type { Problem } from "./spec.ts";
import { shapes } from "./validators/shapes.js";

/**
 * A warning for every member that the schema does not know and whose name is nearly, or but for its case, that of one it knows.
 * `shape` is where in the table of known names the value begins. Of more than 1,000 unknown names the first are looked at.
 */
export function findNearNames(value: unknown, shape: number | undefined): Problem[] {
  return nearNames(value, { shape, at: "", budget: { left: mostUnknown } });
}

/** Unknown names of one document that are compared with the known ones: it takes longest of all, and few are typing errors. */
const mostUnknown = 1000;

type Where = {
  readonly shape: number | undefined;
  readonly at: string;
  readonly budget: { left: number };
};

function nearNames(value: unknown, { shape, at, budget }: Where): Problem[] {
  const known = shape === undefined ? undefined : shapes[shape];
  if (known === undefined || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((element, index) =>
      nearNames(element, { shape: known.i, at: at + pointerToken(index), budget }),
    );
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const path: Problem["at"] = `${at as Problem["at"]}${pointerToken(name)}`;
    const next = known.p !== undefined && Object.hasOwn(known.p, name) ? known.p[name] : known.a;
    if (next !== undefined) return nearNames(member, { shape: next, at: path, budget });
    if (budget.left-- <= 0) return [];
    const near = nearest(
      name,
      Object.keys(known.p ?? {}).filter((candidate) => !Object.hasOwn(value, candidate)),
    );
    return near === undefined
      ? []
      : [warning(path, { near: { name: near, path: at + pointerToken(near) }, name, member })];
  });
}

type Near = {
  readonly near: { readonly name: string; readonly path: string };
  readonly name: string;
  readonly member: unknown;
};

function warning(at: Problem["at"], { near, name, member }: Near): Problem {
  const onlyCase = near.name.toLowerCase() === name.toLowerCase();
  return {
    at,
    says: onlyCase
      ? "is no name of the specification; runc reads it all the same, other runtimes ignore it"
      : "is no name of the specification, so runtimes ignore it",
    hint: `was ${quote(near.name)} meant?`,
    fix: [
      { op: "remove", path: at },
      { op: "add", path: near.path, value: member },
    ],
    from: "schema",
    level: "warning",
  };
}
