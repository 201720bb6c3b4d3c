import { OcilabError } from "../../base/errors.ts";
import { readBundle } from "../../bundle/read.ts";
import type { Problem } from "../../oci/spec.ts";
import type { Gathered, Scene } from "./evidence.ts";

/** What our own reading of the bundle says: line and column of a syntax error, the pointer of a wrong type, the rootfs that is not there, other places with a config.json. */
export function bundleEvidence({ directory }: Scene): Gathered {
  if (directory === undefined) return { evidence: [] };
  try {
    readBundle(directory);
    return { evidence: [] };
  } catch (error) {
    if (!(error instanceof OcilabError)) throw error;
    const problems = error.facts["problems"] as readonly Problem[] | undefined;
    const evidence =
      error.code === "spec.invalid" && problems !== undefined
        ? problems.slice(0, 8).map(({ at, says }) => ({ source: at, says }))
        : [{ source: directory, says: error.got }];
    return { evidence, hint: error.hint ?? problems?.[0]?.hint };
  }
}
