import { OcilabError } from "../base/errors.ts";
import { compareSpecs } from "../spec/diff/compare.ts";
import { patchBetween } from "../spec/patch/difference.ts";
import type { Context } from "./command.ts";
import type { SpecDiffValue } from "./commands/spec/diff.ts";
import { readConfigSource } from "./config-source.ts";

/** Compare the configs that two arguments name. Under `patch`, `same` is about the text's content, else about the meaning. Errors: those of `readConfigSource`. */
export async function diffConfigs(
  given: { readonly a: string; readonly b: string; readonly patch: boolean },
  context: Context,
): Promise<SpecDiffValue> {
  if (given.a === "-" && given.b === "-") throw twiceFromStdin();
  const a = await readConfigSource(given.a, context);
  const b = await readConfigSource(given.b, context);
  const differences = compareSpecs(a.spec, b.spec);
  const patch = given.patch ? patchBetween(a.spec, b.spec) : null;
  return { a: a.name, b: b.name, same: (patch ?? differences).length === 0, differences, patch };
}

function twiceFromStdin(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the two configs",
    got: "both are -, and standard input can be read once",
    hint: "write one of them to a file",
  });
}
