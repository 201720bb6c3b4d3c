import { resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { checkBundle } from "../bundle/check.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import type { Problem } from "../oci/spec.ts";

/**
 * All problems of the bundle in a directory. A config.json that is no JSON, breaks the schema or has no rootfs is the answer, not an error.
 * Errors: "bundle.no-config".
 */
export async function checkDirectory(
  directory: string,
  options: Cancel,
): Promise<{ readonly path: string; readonly problems: readonly Problem[] }> {
  const path = resolve(directory);
  try {
    return { path, problems: await checkBundle(readWithoutRootfs(directory), options) };
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    return { path, problems };
  }
}

function problemsOf(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof OcilabError)) return undefined;
  const { code, got, hint, facts } = error;
  if (code === "spec.invalid") return facts["problems"] as readonly Problem[];
  const problem = { says: got, level: "error", ...(hint === undefined ? {} : { hint }) } as const;
  if (code === "spec.bad-json") return [{ ...problem, at: "", from: "schema" }];
  return undefined;
}
