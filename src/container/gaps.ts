import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import type { Problem, Spec } from "../oci/spec.ts";
import { asksForFeatures, gapsByFeatures, gapsOf } from "../runtime/gaps.ts";
import type { Runtime } from "../runtime/runtime.ts";

/**
 * What this runtime is known not to know of a config, as warnings: by what was measured of its version, and by its own features, which it is asked
 * for only where they could tell. One problem a place. Errors: those of Runtime.features but "runtime.unsupported".
 */
export async function runtimeGaps(
  spec: Spec,
  runtime: Pick<Runtime, "kind" | "version" | "name" | "features">,
  { signal }: Cancel = {},
): Promise<readonly Problem[]> {
  const { kind, version } = runtime;
  const measured = gapsOf(spec, { kind, version: version.version });
  if (!asksForFeatures(spec)) return measured;
  const features = await featuresOf(runtime, { signal });
  if (features === undefined) return measured;
  const name = `${runtime.name.split("/").at(-1)} ${version.version}`;
  const said = gapsByFeatures(spec, { features, name });
  return [...measured, ...said.filter(({ at }) => !measured.some((one) => one.at === at))];
}

async function featuresOf(
  runtime: Pick<Runtime, "features">,
  options: Cancel,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await runtime.features(options);
  } catch (error) {
    if (error instanceof OcilabError && error.code === "runtime.unsupported") return undefined;
    throw error;
  }
}
