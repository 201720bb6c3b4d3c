import { randomBytes } from "node:crypto";
import { closeSync } from "node:fs";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { makeStore } from "../base/store.ts";
import { sweepTemporary } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { checkBundle } from "../bundle/check.ts";
import { removeBundle } from "../bundle/removal.ts";
import { becomeSubreaper, pidfdOpen } from "../linux/process.ts";
import { makeBlocking, readWindowSize } from "../linux/terminal.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { ContainerState } from "../runtime/output.ts";
import { openRuntime, type Runtime } from "../runtime/runtime.ts";
import { alreadyExists } from "../runtime/stale.ts";
import type { SpecOption } from "../spec/context.ts";
import { withTerminal } from "../spec/options/process.ts";
import { type Console, openConsole, refuseWithoutTerminal } from "./console.ts";
import { type ContainerExit, waitForExit } from "./exit.ts";
import { type Interrupts, watchInterrupts } from "./interrupts.ts";
import { type BundlePlan, planBundle, prepareBundle } from "./prepare.ts";
import { type ContainerRecord, thisProcess, writeRecord } from "./records.ts";
import { refuseProblems } from "./refuse.ts";
import { collectTraces, findRemains, type Traces } from "./remains.ts";
import type { OnStep, RunOptions, RunResult } from "./steps.ts";
import { surviveClosedStreams } from "./streams.ts";
import { forget, sweepAbandoned } from "./sweep.ts";

/**
 * The whole path: an image (or the directory of a bundle) becomes a container, runs to its end, and everything is removed, also
 * after errors and signals. Standard input, output and error are the container's own, byte for byte. While it lasts, signals to this
 * process are aborts until the program is started and the container's from then on (the third that asks to end kills it);
 * do not handle them elsewhere. Aborting `signal` kills the container. What a SIGKILL leaves, the next call removes.
 * Errors: every family but "kernel"; `runExitCode` gives the exit code that goes with one. The container's own failure is no error.
 */
export async function runContainer(reference: string, options: RunOptions): Promise<RunResult> {
  using interrupts = watchInterrupts(options.signal);
  surviveClosedStreams();
  const { configuration } = options;
  makeStore(configuration.containers);
  await sweepAbandoned({ configuration });
  sweepTemporary(configuration.bundles, removeBundle);
  if (options.terminal === true) refuseWithoutTerminal();
  const { runtime: name, root } = options;
  const runtime = await openRuntime({ runtime: name, root, runtimeRoot: configuration.runtimeRoot });
  const id = options.id ?? parseContainerId(randomBytes(6).toString("hex"));
  const plan = planBundle(reference, { ...options, id, specOptions: specOptionsOf(options) });
  await refuseTaken(id, runtime);
  await using held = hold({ id, runtime, plan, options, interrupts });
  const bundle = await held.prepare();
  const exit = await held.live(bundle);
  return { id, ...exit };
}

type Run = {
  readonly id: ContainerId;
  readonly runtime: Runtime;
  readonly plan: BundlePlan;
  readonly options: RunOptions;
  readonly interrupts: Interrupts;
};

type Held = AsyncDisposable & {
  readonly prepare: () => Promise<Bundle>;
  readonly live: (bundle: Bundle) => Promise<ContainerExit>;
};

/** Record the container, so that whatever happens somebody can remove it, and remove it when disposed of. */
function hold(run: Run): Held {
  const { id, runtime, plan, options, interrupts } = run;
  const { configuration, onStep = () => undefined } = options;
  const record = recordOf(run);
  let created = false;
  let traces: Traces | undefined;
  writeRecord(configuration, record);
  return {
    async prepare() {
      const bundle = await prepareBundle(plan, {
        ...{ id, configuration, onStep, signal: interrupts.signal },
        ...{ platform: options.platform, registry: options.registry, store: options.store },
        ...{ specOptions: specOptionsOf(options), rootless: options.rootless },
        ...{ copy: options.copy, limits: options.limits },
      });
      await onStep({ kind: "bundle", bundle });
      const problems = await checkBundle(bundle, { signal: interrupts.signal });
      await onStep({ kind: "problems", problems });
      refuseProblems(bundle, problems);
      return bundle;
    },
    async live(bundle) {
      await using console = bundle.spec.process?.terminal === true ? consoleFor() : undefined;
      becomeSubreaper();
      await create(run, bundle, console);
      created = true;
      const state = await runtime.state(id, { signal: interrupts.signal });
      const pid = pidOf(state);
      traces = collectTraces(pid, { id, bundle, root: runtime.root, temporary: plan.temporary });
      await onStep({ kind: "created", state, runtime, bundle });
      return await start(run, { pid, console, onStep });
    },
    async [Symbol.asyncDispose]() {
      interrupts.ignore();
      if (created && !(await isDeleted(run))) return;
      forget(record, { configuration });
      if (traces !== undefined) await onStep({ kind: "removed", remains: findRemains(traces) });
    },
  };
}

async function create(
  { id, runtime, options, interrupts }: Run,
  bundle: Bundle,
  console: Console | undefined,
): Promise<void> {
  for (const fd of [0, 1, 2]) makeBlocking(fd);
  await runtime.create(id, bundle, {
    signal: interrupts.signal,
    ...(console === undefined ? {} : { consoleSocket: console.socket }),
    ...(options.stdout === "stderr" && console === undefined ? { stdout: 2 } : {}),
  });
  console?.receive();
}

type Started = { readonly pid: number; readonly console: Console | undefined; readonly onStep: OnStep };

async function start(
  { id, runtime, interrupts }: Run,
  { pid, console, onStep }: Started,
): Promise<ContainerExit> {
  const pidfd = pidfdOpen(pid);
  try {
    interrupts.signal.throwIfAborted();
    for (const fd of [0, 1, 2]) makeBlocking(fd);
    console?.connect(() => interrupts.hangUp());
    interrupts.hold();
    await runtime.start(id, { signal: interrupts.signal });
    interrupts.forwardTo(pidfd);
    await onStep({ kind: "started" });
    const exit = await waitForExit(pid, pidfd);
    interrupts.ignore();
    await console?.drain();
    interrupts.signal.throwIfAborted();
    await onStep({ kind: "exited", ...exit });
    return exit;
  } finally {
    closeSync(pidfd);
  }
}

/** What cannot be deleted stays recorded, and the next run tries again. */
async function isDeleted({ id, runtime }: Run): Promise<boolean> {
  try {
    await runtime.delete(id, { force: true });
    return true;
  } catch (error) {
    log.error("the container could not be removed; the next run or list tries again", {
      id,
      error: String(error),
    });
    return false;
  }
}

function pidOf(state: ContainerState): number {
  if ("pid" in state) return state.pid;
  throw new OcilabError("container.lost", {
    doing: `look at the new container ${quote(state.id)}`,
    got: `its process has ended before it was started: it is ${state.status}`,
    hint: "was it killed from outside, or for lack of memory?",
  });
}

function recordOf({ id, runtime, plan }: Run): ContainerRecord {
  return {
    ...{ id, runtime: runtime.path, root: runtime.root, bundle: plan.directory, temporary: plan.temporary },
    created: new Date().toISOString(),
    owner: thisProcess(),
  };
}

function specOptionsOf({ specOptions = [], terminal }: RunOptions): readonly SpecOption[] {
  if (terminal !== true) return specOptions;
  const { rows, columns } = readWindowSize(0);
  return [...specOptions, withTerminal({ height: rows, width: columns })];
}

function consoleFor(): Console {
  refuseWithoutTerminal();
  return openConsole();
}

async function refuseTaken(id: ContainerId, runtime: Runtime): Promise<void> {
  const state = await runtime.find(id);
  if (state === undefined) return;
  const place = { name: runtime.name, root: runtime.root };
  throw alreadyExists(`run container ${quote(id)}`, { state, place, now: new Date() });
}
