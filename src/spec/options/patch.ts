import type { SpecOption } from "../context.ts";
import { applyPatch, type SpecPatch } from "../patch/patch.ts";

/** A patch of the finished config: it comes after every other option and after all that the builder adds. Errors: those of `applyPatch`. */
export function withPatch(patch: SpecPatch): SpecOption {
  return Object.assign((spec: Parameters<SpecOption>[0]) => applyPatch(spec, patch), { last: true as const });
}
