import { randomBytes } from "node:crypto";
import { log } from "../base/log.ts";
import { makeStore } from "../base/store.ts";
import { sweepTemporary } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { checkBundle } from "../bundle/check.ts";
import { removeBundle } from "../bundle/removal.ts";
import { readWindowSize } from "../linux/terminal.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { ContainerId } from "../oci/spec.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { alreadyExists } from "../runtime/stale.ts";
import type { SpecOption } from "../spec/context.ts";
import { withTerminal } from "../spec/options/process.ts";
import { refuseWithoutTerminal } from "./console.ts";
import { openExplained } from "./explained.ts";
import { runtimeGaps } from "./gaps.ts";
import type { Interrupts } from "./interrupts.ts";
import { type BundlePlan, planBundle, prepareBundle } from "./prepare.ts";
import { type ContainerRecord, thisProcess } from "./records.ts";
import { refuseProblems } from "./refuse.ts";
import type { RunOptions } from "./steps.ts";
import { sweepAbandoned } from "./sweep.ts";

/** A run that has been planned: nothing of it is on disk yet. */
export type Run = {
  readonly id: ContainerId;
  readonly runtime: Runtime;
  readonly plan: BundlePlan;
  readonly options: RunOptions;
  readonly interrupts: Interrupts;
};

/** Remove what killed runs left, and decide what is to be run by what. Errors: "runtime.exists" and those of openRuntime. */
export async function planRun(
  reference: string,
  { options, interrupts }: { readonly options: RunOptions; readonly interrupts: Interrupts },
): Promise<Run> {
  const { configuration } = options;
  makeStore(configuration.containers);
  await sweepAbandoned({ configuration });
  sweepTemporary(configuration.bundles, removeBundle);
  if (options.terminal === true && options.detach === undefined) refuseWithoutTerminal();
  const { runtime: name, root, flags } = options;
  const { runtimeRoot, versions } = configuration;
  const runtime = await openExplained({ runtime: name, root, flags, runtimeRoot, versions });
  const id = options.id ?? parseContainerId(randomBytes(6).toString("hex"));
  const plan = planBundle(reference, { ...options, id, specOptions: specOptionsOf(options) });
  await refuseTaken(id, runtime);
  return { id, runtime, plan, options, interrupts };
}

/** Make the bundle of a run and check it, and tell each step. Errors: those of prepareBundle and refuseProblems. */
export async function makeRunBundle({ id, runtime, plan, options, interrupts }: Run): Promise<Bundle> {
  const { configuration, onStep = () => undefined } = options;
  const bundle = await prepareBundle(plan, {
    ...{ id, configuration, onStep, signal: interrupts.signal },
    ...{ platform: options.platform, registry: options.registry, store: options.store },
    ...{ specOptions: specOptionsOf(options), rootless: options.rootless },
    ...{ copy: options.copy, limits: options.limits },
  });
  await onStep({ kind: "bundle", bundle });
  const gaps = await runtimeGaps(bundle.spec, runtime, { signal: interrupts.signal });
  // A sandbox ignores what it has its own kernel for: that is no news to whoever chose one.
  const told = runtimeTraits[runtime.kind].hostProcesses ? gaps : [];
  for (const { at, says, hint } of told) log.warn(says, { at, ...(hint === undefined ? {} : { hint }) });
  const problems = [...(await checkBundle(bundle, { signal: interrupts.signal })), ...gaps];
  await onStep({ kind: "problems", problems });
  refuseProblems(bundle, problems);
  return bundle;
}

/** What is remembered of the container from the moment on at which something of it may be on disk: it is ours until it is handed on. */
export function recordOf({ id, runtime, plan, options }: Run): ContainerRecord {
  return {
    ...{ id, runtime: runtime.path, root: runtime.root, bundle: plan.directory, temporary: plan.temporary },
    created: new Date().toISOString(),
    owner: thisProcess(),
    ...(options.detach?.remove === true ? { remove: true } : {}),
  };
}

function specOptionsOf({ specOptions = [], terminal, detach }: RunOptions): readonly SpecOption[] {
  if (terminal !== true) return specOptions;
  if (detach !== undefined) return [...specOptions, withTerminal()];
  const { rows, columns } = readWindowSize(0);
  return [...specOptions, withTerminal({ height: rows, width: columns })];
}

async function refuseTaken(id: ContainerId, runtime: Runtime): Promise<void> {
  const state = await runtime.find(id);
  if (state === undefined) return;
  const place = { name: runtime.name, root: runtime.root };
  throw alreadyExists(`run container ${quote(id)}`, { state, place, now: new Date() });
}
