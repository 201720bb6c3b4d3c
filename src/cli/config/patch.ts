import { resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withPatch } from "../../spec/options/patch.ts";
import { parsePatch } from "../../spec/patch/patch.ts";
import { readGivenFile } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** The patches of --spec-patch, in order; they are applied after everything else. Errors: "usage.bad-argument", those of `parsePatch`. */
export function patchOptions(
  flags: Pick<ConfigValues, "spec-patch">,
  { cwd, stdin = "" }: Pick<ConfigWorld, "cwd" | "stdin">,
): readonly SpecOption[] {
  const names = flags["spec-patch"];
  if (names.filter((name) => name === "-").length > 1) throw twiceFromStdin();
  return names.map((name) => {
    if (name === "-") return withPatch(parsePatch(stdin, { name: "standard input" }));
    return withPatch(parsePatch(readGivenFile(resolve(cwd, name), "--spec-patch"), { name }));
  });
}

function twiceFromStdin(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the patches of --spec-patch",
    got: "- is given twice, and standard input can be read once",
    hint: "write one of them to a file",
  });
}
