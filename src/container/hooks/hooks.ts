import type { Configuration } from "../../base/configuration.ts";
import { log } from "../../base/log.ts";
import type { HookKind } from "../../oci/hooks.ts";
import type { ContainerId, Spec } from "../../oci/spec.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { writeHookTraces } from "./traces.ts";

/** One hook of a config. */
export type AskedHook = { readonly kind: HookKind; readonly index: number; readonly path: string };

/** A verb of the runtime that runs hooks, and what is needed to see them run. */
export type HookScene = {
  readonly phase: keyof typeof phases;
  readonly configuration: Configuration;
  readonly runtime: Pick<Runtime, "kind" | "find">;
  readonly id: ContainerId;
  readonly hooks: Spec["hooks"];
};

/** runtime.md#lifecycle. poststop is for a time when there is nobody left to be asked; runtimes are known to run poststart too early. */
const phases = {
  create: ["prestart", "createRuntime", "createContainer", "poststart"],
  start: ["startContainer", "poststart"],
} as const satisfies Readonly<Record<string, readonly HookKind[]>>;

/**
 * Do `work` (the runtime's create or start) and keep beside the container's record which hooks of that phase the kernel saw being executed. Without
 * such hooks nothing is watched. Whatever goes wrong with watching is no error but a trace that says so. After `start` it waits until the
 * container's program has been executed, at most 10 s, where there are startContainer hooks: runtimes run these when `start` has returned.
 */
export async function seeingHooks<T>(scene: HookScene, work: () => Promise<T>): Promise<T> {
  const { phase, configuration, id } = scene;
  const asked = phases[phase].flatMap((kind) =>
    (scene.hooks?.[kind] ?? []).map(({ path }, index): AskedHook => ({ kind, index, path })),
  );
  if (asked.length === 0) return work();
  const { watchHooks } = await import("./watch.ts");
  using watch = await watchHooks(asked, scene);
  const done = await work();
  try {
    writeHookTraces(configuration, id, await watch.finish());
  } catch (error) {
    log.warn("what was seen of the container's hooks could not be kept", { id, error: String(error) });
  }
  return done;
}
