import { join, resolve } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import { readConfigText } from "../bundle/read.ts";
import { parseSpec } from "../oci/parse.ts";
import { explainField, explainSpec, explanations } from "../spec/explain.ts";
import type { ExplainValue } from "./commands/explain.ts";

type Fields = ExplainValue["fields"];

/** The field at a pointer and those directly below; every field without one. Errors: "usage.bad-argument" with the nearest. */
export function explainPointer(given: string | undefined): Fields {
  if (given === undefined)
    return Object.entries(explanations).map(([at, [section, says]]) => ({ at, says, section, value: null }));
  const pointer = asPointer(given);
  const found = explainField(pointer);
  if (found === undefined) throw unknownField(pointer, "");
  const below = childrenOf(found.at);
  if (found.at !== pointer && below.length > 0 && !below.some(({ at }) => at.endsWith("/*")))
    throw unknownField(pointer, found.at);
  return [{ ...found, value: null }, ...(found.at === pointer ? below : [])];
}

/** The fields that the config.json of a bundle has, at and below a pointer. The bundle needs no rootfs. Errors: "bundle.no-config", those of parseSpec, "usage.bad-argument". */
export function explainBundle(directory: string, given: string | undefined): Fields {
  const path = resolve(directory);
  const all = explainSpec(parseSpec(readConfigText(path), { name: join(path, "config.json") }));
  if (given === undefined) return all;
  const pointer = asPointer(given);
  const chosen = all.filter(({ at }) => at === pointer || at.startsWith(`${pointer}/`));
  if (chosen.length > 0) return chosen;
  throw new OcilabError("usage.bad-argument", {
    doing: `explain ${quote(pointer)} of the bundle ${quote(directory)}`,
    got: "its config.json has nothing there",
    hint: `ocilab explain ${pointer} says what could be there`,
  });
}

function asPointer(given: string): string {
  if (given.startsWith("/")) return given.replace(/(?<=.)\/$/, "");
  return `/${given.includes("/") ? given : given.replaceAll(".", "/")}`;
}

function childrenOf(pointer: string): Fields {
  const path = pointer.split("/");
  return Object.entries(explanations)
    .filter(([pattern]) => {
      const tokens = pattern.split("/");
      const fits = path.every((token, index) => tokens[index] === token || tokens[index] === "*");
      return tokens.length === path.length + 1 && fits;
    })
    .map(([at, [section, says]]) => ({ at, says, section, value: null }));
}

function unknownField(pointer: string, parent: string): OcilabError {
  const siblings = parent === "" ? Object.keys(explanations) : childrenOf(parent).map(({ at }) => at);
  const near = nearest(pointer, siblings);
  return new OcilabError("usage.bad-argument", {
    doing: `explain ${quote(pointer)}`,
    got: "the specification has no such field",
    hint:
      near === undefined
        ? `ocilab explain${parent === "" ? "" : ` ${parent}`} lists what there is`
        : `did you mean ${near}`,
  });
}
