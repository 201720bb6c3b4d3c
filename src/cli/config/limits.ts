import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { LayerLimits } from "../../image/layer/limits.ts";
import { parseBytes } from "../../spec/parse/bytes.ts";

const names: ReadonlyMap<string, keyof LayerLimits> = new Map([
  ["bytes", "bytes"],
  ["entries", "entries"],
  ["path-length", "pathLength"],
  ["header-bytes", "headerBytes"],
  ["ratio", "ratio"],
  ["ratio-from", "ratioFrom"],
]);

/** The values of --limit; the last one of a name counts. Errors: "usage.bad-argument", "spec.bad-option". */
export function parseLimits(values: readonly string[]): Partial<LayerLimits> {
  return Object.fromEntries(values.map(parseLimit));
}

function parseLimit(text: string): readonly [keyof LayerLimits, number] {
  const [name = "", value = ""] = text.split(/=(.*)/s);
  const key = names.get(name);
  const number = key === undefined || value === "" ? 0 : parseBytes(value);
  if (key !== undefined && number > 0) return [key, number];
  throw new OcilabError("usage.bad-argument", {
    doing: `read --limit ${quote(text)}`,
    got: key === undefined ? `${quote(name)} is no limit` : `${quote(value)} is no number above 0`,
    hint: `write NAME=VALUE, for example bytes=100g; the names are ${[...names.keys()].join(", ")}`,
  });
}
