import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { findDuplicateKeys, linesOf, type Named, parseJson } from "../../oci/json.ts";
import type { Problem, Spec } from "../../oci/spec.ts";
import { validateSpec } from "../../oci/validate.ts";
import { compareVersions, ociVersionFor } from "../version.ts";
import { PatchFault } from "./fault.ts";
import { applyOperations } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { type PatchOperation, parseOperations } from "./operations.ts";

/** A patch of a config.json: a JSON Patch (RFC 6902) or a merge patch (RFC 7396), and the text it was read from. */
export type SpecPatch = Named & { readonly text: string } & (
    | { readonly kind: "operations"; readonly operations: readonly PatchOperation[] }
    | { readonly kind: "merge"; readonly members: Readonly<Record<string, unknown>> }
  );

/** Read a patch; a list is a JSON Patch, an object a merge patch. `name` is the file's, for messages. Errors: "spec.bad-json", "spec.bad-patch". */
export function parsePatch(text: string, { name }: Named): SpecPatch {
  const value = parseJson(text, { name });
  const [twice] = findDuplicateKeys(text);
  if (twice !== undefined)
    throw badPatch(new PatchFault(twice.at, twice.says), { name, text, doing: "read" });
  try {
    if (Array.isArray(value)) return { name, text, kind: "operations", operations: parseOperations(value) };
    return { name, text, kind: "merge", members: mergeMembers(value) };
  } catch (error) {
    throw error instanceof PatchFault ? badPatch(error, { name, text, doing: "read" }) : error;
  }
}

/**
 * The config that a patch makes: all of it or an error. Where the patch leaves `ociVersion` alone, it is raised to what the new fields
 * need. Errors: "spec.bad-patch" with `facts.operation`, "spec.invalid" with `facts.problems` when the schema refuses the result.
 */
export function applyPatch(spec: Spec, patch: SpecPatch): Spec {
  const patched = patchedValue(spec, patch);
  const problems = validateSpec(patched).filter(({ level }) => level === "error");
  if (problems.length > 0) throw brokenResult(problems, patch);
  const made = patched as Spec;
  const needed = ociVersionFor(made);
  if (namesVersion(patch) || compareVersions(needed, made.ociVersion) <= 0) return made;
  return { ...made, ociVersion: needed };
}

function patchedValue(spec: Spec, patch: SpecPatch): unknown {
  try {
    return patch.kind === "merge"
      ? applyMergePatch(spec, patch.members)
      : applyOperations(spec, patch.operations);
  } catch (error) {
    throw error instanceof PatchFault ? badPatch(error, { ...patch, doing: "apply" }) : error;
  }
}

function namesVersion(patch: SpecPatch): boolean {
  if (patch.kind === "merge") return Object.hasOwn(patch.members, "ociVersion");
  return patch.operations.some(({ op, path }) => op !== "test" && (path === "/ociVersion" || path === ""));
}

function mergeMembers(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null)
    throw new PatchFault("", "a patch is a list of operations (JSON Patch) or an object (merge patch)");
  const members = value as Readonly<Record<string, unknown>>;
  if (typeof members["op"] === "string" && typeof members["path"] === "string")
    throw new PatchFault("", "this is a single operation, and a JSON Patch is a list", "put it into [ ]");
  return members;
}

type Read = Named & { readonly text: string; readonly doing: "read" | "apply" };

function badPatch({ at, message, hint }: PatchFault, { name, text, doing }: Read): OcilabError {
  const index = /^\/(\d+)/.exec(at)?.[1];
  const place = at === "" ? "" : ` (line ${linesOf(text)(at)}, ${at})`;
  return new OcilabError("spec.bad-patch", {
    doing: `${doing} the patch ${quote(name)}`,
    got: `${message}${place}`,
    hint,
    facts: { name, at, ...(index === undefined ? {} : { operation: Number(index) }) },
  });
}

function brokenResult(problems: readonly Problem[], { name }: Named): OcilabError {
  const said = problems.slice(0, 5).map(({ at, says }) => `${at} ${says}`);
  const more = problems.length - said.length;
  return new OcilabError("spec.invalid", {
    doing: `apply the patch ${quote(name)}`,
    got: `the config that it makes is none: ${said.join("; ")}${more > 0 ? ` (and ${more} more)` : ""}`,
    hint: problems.find(({ hint }) => hint !== undefined)?.hint,
    facts: { name, problems },
  });
}
