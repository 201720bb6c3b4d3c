import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { makeStore } from "../base/store.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import { removeBundle } from "../bundle/removal.ts";
import { planBundle, prepareBundle } from "../container/prepare.ts";
import { sweepAbandoned } from "../container/sweep.ts";
import { becomeSubreaper } from "../linux/process.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { parseJson } from "../oci/json.ts";
import type { ContainerId, Spec } from "../oci/spec.ts";
import { openRuntime } from "../runtime/runtime.ts";
import type { Context } from "./command.ts";
import { type Held, type Looked, tryOn } from "./compare-trial.ts";
import { factsOf } from "./facts-of-view.ts";
import type { Trial } from "./trial.ts";

/** A runtime by name or path, and what stands before its verbs and no other's. */
export type Asked = { readonly name: string; readonly more: readonly string[] };

/**
 * Run one bundle on each runtime in turn, under the same id, and say what each did. A config that breaks the schema is handed over as it is.
 * Nothing is left of a trial, also when it fails or is interrupted; what a SIGKILL leaves, the next `run` or `list` removes.
 * Errors: "bundle.no-config", those of openRuntime; what a runtime refuses is a result.
 */
export async function tryOnEach(
  directory: string,
  runtimes: readonly Asked[],
  context: Context,
): Promise<readonly Trial[]> {
  const { configuration, signal } = context;
  makeStore(configuration.containers);
  await sweepAbandoned({ configuration });
  becomeSubreaper();
  const id = parseContainerId(`compare-${randomBytes(4).toString("hex")}`);
  const trials: Looked[] = [];
  for (const { name, more } of runtimes) {
    signal?.throwIfAborted();
    const { root, runtimeFlags } = context;
    const flags = { ...runtimeFlags, more: [...(runtimeFlags?.more ?? []), ...more] };
    const runtime = await openRuntime({
      runtime: name,
      root,
      runtimeRoot: configuration.runtimeRoot,
      signal,
      flags,
    });
    await using held = await bundleOf(directory, id, context);
    trials.push(await tryOn(runtime, { id, context, ...held }));
  }
  return settled(trials);
}

/** The program is looked at where it lived long enough on each runtime; else the process that waits for start, on all of them. */
function settled(trials: readonly Looked[]): readonly Trial[] {
  const all = trials.every(({ waiting, program }) => waiting === undefined || program !== undefined);
  return trials.map(({ waiting, program, ...trial }) => {
    const look = all ? program : waiting;
    if (look === undefined) return trial;
    const of = all ? "program" : "waiting";
    return { ...trial, of, facts: factsOf(look.view, of), audit: { ...look.audit, id: trial.runtime } };
  });
}

/** The bundle where it lies; one of config.json alone gets the built-in rootfs in a directory of ours. */
async function bundleOf(given: string, id: ContainerId, context: Context): Promise<Held & AsyncDisposable> {
  const { configuration, signal } = context;
  const nothing = async (): Promise<void> => undefined;
  try {
    const { path } = readWithoutRootfs(given);
    const plan = planBundle(path, { configuration, id, specOptions: [], rootless: undefined });
    const onStep = (): void => undefined;
    const bundle = await prepareBundle(plan, { id, configuration, signal, specOptions: [], onStep });
    const remove = async (): Promise<void> => removeBundle(plan.directory);
    return { bundle, valid: true, [Symbol.asyncDispose]: plan.temporary ? remove : nothing };
  } catch (error) {
    const fault = error instanceof OcilabError && ["spec.invalid", "bundle.no-rootfs"].includes(error.code);
    if (!fault) throw error;
    const path = realpathSync(given);
    const configText = readFileSync(join(path, "config.json"), "utf8");
    const spec = parseJson(configText, { name: "config.json" }) as Spec;
    return { bundle: { path, rootfs: path, spec, configText }, valid: false, [Symbol.asyncDispose]: nothing };
  }
}
