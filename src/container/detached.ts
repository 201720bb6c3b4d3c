import type { Configuration } from "../base/configuration.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { ContainerId } from "../oci/spec.ts";
import { makeRunBundle, planRun, type Run, recordOf } from "./begin.ts";
import { watchInterrupts } from "./interrupts.ts";
import type { CreateJob } from "./keeper/job.ts";
import { type StartedKeeper, startKeeper } from "./keeper/start.ts";
import { type ContainerRecord, readRecord, writeRecord } from "./records.ts";
import type { DetachOptions, RunOptions } from "./steps.ts";
import { surviveClosedStreams } from "./streams.ts";
import { forget } from "./sweep.ts";

export type DetachedResult = { readonly id: ContainerId; readonly pid: number };

/**
 * The path up to the running program, which a process of its own then keeps: it holds its streams, writes what it prints into
 * HOME/containers/ID.log, serves `attachContainer`, and writes down how it ends. Errors and signals before that remove everything, as in runContainer.
 */
export async function startDetached(
  reference: string,
  options: RunOptions & { readonly detach: DetachOptions },
): Promise<DetachedResult> {
  using interrupts = watchInterrupts(options.signal);
  surviveClosedStreams();
  const run = await planRun(reference, { options, interrupts });
  const record = recordOf(run);
  writeRecord(options.configuration, record);
  let keeper: StartedKeeper | undefined;
  try {
    const bundle = await makeRunBundle(run);
    interrupts.signal.throwIfAborted();
    keeper = await startKeeper(jobOf(run, { record, bundle, detach: options.detach }), interrupts);
    return await live(run, { keeper, bundle });
  } catch (error) {
    interrupts.ignore();
    await keeper?.abandon();
    if (isOurs(record, options.configuration)) forget(record, options);
    throw error;
  }
}

type Live = { readonly keeper: StartedKeeper; readonly bundle: Bundle };

async function live(
  { id, runtime, options, interrupts }: Run,
  { keeper, bundle }: Live,
): Promise<DetachedResult> {
  const { onStep } = options;
  if (onStep !== undefined) {
    const state = await runtime.state(id, { signal: interrupts.signal });
    await onStep({ kind: "created", state, runtime, bundle });
  }
  interrupts.signal.throwIfAborted();
  interrupts.ignore();
  await keeper.go();
  await onStep?.({ kind: "started" });
  return { id, pid: keeper.pid };
}

type Given = {
  readonly record: ContainerRecord;
  readonly bundle: Bundle;
  readonly detach: DetachOptions;
};

function jobOf({ options }: Run, { record, bundle, detach }: Given): CreateJob {
  const { configuration, flags = {}, create = {} } = options;
  return { kind: "create", configuration, record, spec: bundle.spec, flags, create, ...detach };
}

/** A keeper that has taken the container over has removed it as well. */
function isOurs({ id }: ContainerRecord, configuration: Configuration): boolean {
  return readRecord(configuration, id)?.owner?.pid === process.pid;
}
