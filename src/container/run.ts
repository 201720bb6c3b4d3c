import { closeSync } from "node:fs";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { becomeSubreaper, pidfdOpen } from "../linux/process.ts";
import { makeBlocking } from "../linux/terminal.ts";
import type { ContainerState } from "../runtime/output.ts";
import { makeRunBundle, planRun, type Run, recordOf } from "./begin.ts";
import { type Console, openConsole, refuseWithoutTerminal } from "./console.ts";
import { killedForMemory } from "./evidence/memory.ts";
import { type ContainerExit, waitForExit } from "./exit.ts";
import { type HookScene, seeingHooks } from "./hooks/hooks.ts";
import { watchInterrupts } from "./interrupts.ts";
import type { AdoptJob } from "./keeper/job.ts";
import { defaultLogLimit } from "./keeper/log-file.ts";
import { handOver } from "./keeper/start.ts";
import { type ContainerRecord, writeRecord } from "./records.ts";
import { collectTraces, findRemains, type Traces } from "./remains.ts";
import { reapSandbox, targetOf } from "./sandbox.ts";
import type { OnStep, RunOptions, RunResult } from "./steps.ts";
import { surviveClosedStreams } from "./streams.ts";
import { forget } from "./sweep.ts";

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
  const run = await planRun(reference, { options, interrupts });
  await using held = hold(run);
  const bundle = await makeRunBundle(run);
  const exit = await held.live(bundle);
  return { id: run.id, ...exit };
}

type Held = AsyncDisposable & {
  readonly live: (bundle: Bundle) => Promise<Lived>;
};

type Lived = ContainerExit & { readonly left?: true };

/** Record the container, so that whatever happens somebody can remove it, and remove it when disposed of. */
function hold(run: Run): Held {
  const { id, runtime, plan, options, interrupts } = run;
  const { configuration, onStep = () => undefined } = options;
  const record = recordOf(run);
  let created = false;
  let left = false;
  let traces: Traces | undefined;
  writeRecord(configuration, record);
  return {
    async live(bundle) {
      await using console = bundle.spec.process?.terminal === true ? consoleFor() : undefined;
      becomeSubreaper();
      await create(run, bundle, console);
      created = true;
      const state = await runtime.state(id, { signal: interrupts.signal });
      const pid = pidOf(state);
      traces = collectTraces(pid, { id, bundle, root: runtime.root, temporary: plan.temporary });
      await onStep({ kind: "created", state, runtime, bundle });
      const lived = await start(run, { pid, bundle, console, onStep, record });
      left = lived.left === true;
      sayOutOfMemory(lived, traces.paths);
      return lived;
    },
    async [Symbol.asyncDispose]() {
      interrupts.ignore();
      if (left || (created && !(await isDeleted(run)))) return;
      forget(record, { configuration });
      if (traces !== undefined) await onStep({ kind: "removed", remains: findRemains(traces) });
    },
  };
}

async function create(run: Run, bundle: Bundle, console: Console | undefined): Promise<void> {
  const { id, runtime, options, interrupts } = run;
  for (const fd of [0, 1, 2]) makeBlocking(fd);
  await seeingHooks({ phase: "create", ...sceneOf(run, bundle) }, () =>
    runtime.create(id, bundle, {
      signal: interrupts.signal,
      ...options.create,
      ...(console === undefined ? {} : { consoleSocket: console.socket }),
      ...(options.stdout === "stderr" && console === undefined ? { stdout: 2 } : {}),
    }),
  );
  console?.receive();
}

function sceneOf({ id, runtime, options }: Run, { spec }: Bundle): Omit<HookScene, "phase"> {
  return { configuration: options.configuration, id, runtime, hooks: spec.hooks };
}

type Started = {
  readonly pid: number;
  readonly bundle: Bundle;
  readonly console: Console | undefined;
  readonly onStep: OnStep;
  readonly record: ContainerRecord;
};

async function start(run: Run, { pid, bundle, console, onStep, record }: Started): Promise<Lived> {
  const { id, runtime, options, interrupts } = run;
  const pidfd = pidfdOpen(pid);
  const leaving = new AbortController();
  try {
    interrupts.signal.throwIfAborted();
    for (const fd of [0, 1, 2]) makeBlocking(fd);
    const onKeys = (): void => leaving.abort(leaving);
    console?.connect({ onHangup: () => interrupts.hangUp(), keys: options.detachKeys, onKeys });
    interrupts.hold();
    await seeingHooks({ phase: "start", ...sceneOf(run, bundle) }, () =>
      runtime.start(id, { signal: interrupts.signal }),
    );
    interrupts.forwardTo(targetOf(runtime, { pid, pidfd }));
    await onStep({ kind: "started" });
    const exit = await waitForExit(pid, pidfd, { signal: leaving.signal });
    interrupts.ignore();
    await console?.drain();
    interrupts.signal.throwIfAborted();
    await onStep({ kind: "exited", ...exit });
    return exit;
  } catch (reason) {
    if (reason !== leaving || console === undefined) throw reason;
    interrupts.ignore();
    return await leave(console, { pid, record, configuration: options.configuration });
  } finally {
    closeSync(pidfd);
  }
}

/** The detach keys were typed: another process keeps the container from now on. */
async function leave(console: Console, kept: Omit<AdoptJob, "kind" | "logLimit">): Promise<Lived> {
  const job = { kind: "adopt", ...kept, logLimit: defaultLogLimit } as const;
  await console.handTo((master) => handOver(job, master));
  return { exitCode: 0, left: true };
}

/** An exit code of 137 comes without a word from the kernel. */
function sayOutOfMemory(exit: ContainerExit, cgroups: readonly string[]): void {
  const seen = killedForMemory(exit, cgroups);
  if (seen === undefined) return;
  log.warn(`the kernel killed it for memory: ${seen.source} says ${seen.says}; try a higher --memory`);
}

/** What cannot be deleted stays recorded, and the next run tries again. */
async function isDeleted({ id, runtime }: Run): Promise<boolean> {
  using _ = reapSandbox(runtime.kind);
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

function consoleFor(): Console {
  refuseWithoutTerminal();
  return openConsole();
}
