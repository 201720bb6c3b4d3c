import type { Problem, Spec } from "../oci/spec.ts";
import { bindRules } from "./rules/binds.ts";
import { capabilityRules } from "./rules/capabilities.ts";
import { deviceRules } from "./rules/devices.ts";
import { hookRules } from "./rules/hooks.ts";
import { idMappingRules } from "./rules/id-mappings.ts";
import { limitRules } from "./rules/limits.ts";
import { memoryAndCpuRules } from "./rules/memory-and-cpu.ts";
import { mountRules } from "./rules/mounts.ts";
import { namespaceRules } from "./rules/namespaces.ts";
import { placeRules } from "./rules/places.ts";
import { processRules } from "./rules/process.ts";
import { resourceRules } from "./rules/resources.ts";
import type { Rule } from "./rules/rule.ts";
import { seccompRules } from "./rules/seccomp.ts";
import { seccompFallbackRules } from "./rules/seccomp-fallbacks.ts";
import { sysctlRules } from "./rules/sysctls.ts";

/** Every rule, in the order in which problems are reported. */
export const lintRules: readonly Rule[] = [
  ...placeRules,
  ...processRules,
  ...limitRules,
  ...capabilityRules,
  ...mountRules,
  ...bindRules,
  ...hookRules,
  ...namespaceRules,
  ...idMappingRules,
  ...sysctlRules,
  ...deviceRules,
  ...resourceRules,
  ...memoryAndCpuRules,
  ...seccompRules,
  ...seccompFallbackRules,
];

/**
 * What is wrong with a config.json across its fields, without a look at any host: empty for a good one. Level "error" is what the
 * specification forbids or what a runtime or the kernel refuses, "warning" what will not do what it says.
 * `spec` must pass `validateSpec`. A fix holds for its problem alone: apply one, then lint again, since indices move.
 */
export function lintSpec(spec: Spec): Problem[] {
  return lintRules.flatMap(({ check }) =>
    check(spec).map((complaint): Problem => ({ ...complaint, from: "lint" })),
  );
}
