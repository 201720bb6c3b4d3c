import type { HookKind } from "../../oci/hooks.ts";
import type { Hook } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";

/** One more program that the runtime calls at this point, after those of the same kind (config.md#posix-platform-hooks). */
export function withHook(kind: HookKind, hook: Hook): SpecOption {
  return (spec) => ({ ...spec, hooks: { ...spec.hooks, [kind]: [...(spec.hooks?.[kind] ?? []), hook] } });
}
