import { resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { checkBundle } from "../bundle/check.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import { runtimeGaps } from "../container/gaps.ts";
import type { Problem, Spec } from "../oci/spec.ts";
import { openRuntime } from "../runtime/runtime.ts";

/**
 * All problems of the bundle in a directory, and what `runtime` is known not to know of it where one is given and installed. A config.json that is no JSON, breaks the schema or has no rootfs is the answer, not an error.
 * Errors: "bundle.no-config".
 */
export async function checkDirectory(
  directory: string,
  options: Cancel & { readonly runtime?: string | undefined },
): Promise<{ readonly path: string; readonly problems: readonly Problem[] }> {
  const path = resolve(directory);
  try {
    const bundle = readWithoutRootfs(directory);
    const problems = await checkBundle(bundle, options);
    return { path, problems: [...problems, ...(await gapsIn(bundle.spec, options))] };
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    return { path, problems };
  }
}

/** A config can be checked where no runtime is: then nothing is said of any. */
async function gapsIn(
  spec: Spec,
  { runtime = "runc", signal }: Cancel & { readonly runtime?: string | undefined },
): Promise<readonly Problem[]> {
  try {
    return await runtimeGaps(spec, await openRuntime({ runtime, signal }), { signal });
  } catch (error) {
    if (error instanceof OcilabError && error.code === "host.program-missing") return [];
    throw error;
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
