import { closeSync } from "node:fs";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { readSpecContext } from "../bundle/context.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import { becomeSubreaper, pidfdOpen } from "../linux/process.ts";
import { makeBlocking, readWindowSize } from "../linux/terminal.ts";
import type { ContainerId, Process, Spec } from "../oci/spec.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { ExecOptions } from "../runtime/runtime.ts";
import { inOrder, type SpecContext, type SpecOption } from "../spec/context.ts";
import { withTerminal } from "../spec/options/process.ts";
import { type Console, openConsole, refuseWithoutTerminal } from "./console.ts";
import { type ContainerExit, waitForExit } from "./exit.ts";
import { type FoundContainer, findContainer, type Where } from "./find.ts";
import { type Interrupts, watchInterrupts } from "./interrupts.ts";
import { handOver } from "./keeper/start.ts";
import { surviveClosedStreams } from "./streams.ts";

/** What is asked of a further process. It begins as the container's own process (config.json), without its terminal; `specOptions` change it. */
export type ExecWish = Where & {
  readonly specOptions: readonly SpecOption[];
  /** A whole process instead of the container's own to begin with (a process.json). */
  readonly process?: Process | undefined;
  /** Give it a terminal, which is joined to ours. */
  readonly terminal?: boolean;
  /** Keys that leave its terminal and let it go on; default: none. */
  readonly detachKeys?: readonly number[];
  /** Return when it runs. */
  readonly detach?: boolean;
  readonly runtimeOptions?: Pick<
    ExecOptions,
    "pidFile" | "preserveFds" | "cgroup" | "ignorePaused" | "stdout" | "consoleSocket" | "pidfdSocket"
  >;
};

export type ExecResult = { readonly pid: number | undefined } & (
  | { readonly ended: false }
  | ({ readonly ended: true } & ContainerExit)
);

/**
 * Run a further process in a container. Its streams are ours, byte for byte, or with `terminal` a terminal of its own. We become its parent
 * (a subreaper), pass signals on to exactly it and read its exit status by waitpid; only where a runtime's pids are not this host's
 * (gVisor) the runtime stands between. Errors: "runtime.not-found", "runtime.wrong-status", "runtime.command-missing" and the other "runtime.*", "container.no-terminal".
 */
export async function execInContainer(id: ContainerId, wish: ExecWish): Promise<ExecResult> {
  using interrupts = watchInterrupts(wish.signal);
  surviveClosedStreams();
  if (wish.terminal === true && wish.detach !== true) refuseWithoutTerminal();
  const found = await findContainer(id, { ...wish, signal: interrupts.signal });
  const process = processOf(found.state, wish);
  // Awaited here: what is returned as a promise would run on without our ears for signals.
  if (wish.detach === true) return await detached(found, process, wish);
  if (runtimeTraits[found.runtime.kind].hostProcesses)
    return await attached(found, { process, wish, interrupts });
  return await throughRuntime(found, { process, wish, interrupts });
}

/** The process to execute: the container's own as the options change it, users and groups looked up in the files that it sees now. */
function processOf(state: ContainerState, wish: ExecWish): Process {
  const { spec, rootfs } = readWithoutRootfs(state.bundle);
  const base = wish.process ?? spec.process;
  if (base === undefined) throw nothingToExecute(state);
  const context = readSpecContext("pid" in state ? `/proc/${state.pid}/root` : rootfs);
  const { terminal: _, consoleSize: __, ...plain } = base;
  const begun = wish.process === undefined ? plain : base;
  const changed = apply({ ...spec, process: begun }, [...wish.specOptions, ...terminalOf(wish)], context);
  return changed.process ?? begun;
}

function terminalOf({ terminal, detach }: ExecWish): readonly SpecOption[] {
  if (terminal !== true) return [];
  if (detach === true) return [withTerminal()];
  const { rows, columns } = readWindowSize(0);
  return [withTerminal({ height: rows, width: columns })];
}

function apply(spec: Spec, options: readonly SpecOption[], context: SpecContext): Spec {
  return inOrder(options).reduce((made, option) => option(made, context), spec);
}

async function detached(
  { id, runtime }: FoundContainer,
  process: Process,
  { signal, runtimeOptions }: ExecWish,
): Promise<ExecResult> {
  const pid = await runtime.execDetached(id, process, { signal, ...runtimeOptions });
  return { ended: false, pid };
}

type Attached = {
  readonly process: Process;
  readonly wish: ExecWish;
  readonly interrupts: Interrupts;
};

async function attached(found: FoundContainer, { process, wish, interrupts }: Attached): Promise<ExecResult> {
  if (process.terminal === true) refuseWithoutTerminal();
  await using console = process.terminal === true ? openConsole() : undefined;
  becomeSubreaper();
  for (const fd of [0, 1, 2]) makeBlocking(fd);
  interrupts.hold();
  const pid = await found.runtime.execDetached(found.id, process, {
    signal: interrupts.signal,
    ...wish.runtimeOptions,
    ...(console === undefined ? {} : { consoleSocket: console.socket }),
  });
  console?.receive();
  const exit = await follow(pid, console, { interrupts, keys: wish.detachKeys });
  return exit === undefined ? { ended: false, pid } : { ended: true, pid, ...exit };
}

type Following = { readonly interrupts: Interrupts; readonly keys: readonly number[] | undefined };

/** To its end; undefined when it was left by the keys. Its terminal then goes to a process that reads it, so that it does not hang up. */

async function follow(
  pid: number,
  console: Console | undefined,
  { interrupts, keys }: Following,
): Promise<ContainerExit | undefined> {
  const pidfd = pidfdOpen(pid);
  const leaving = new AbortController();
  try {
    const onKeys = (): void => leaving.abort(leaving);
    console?.connect({ onHangup: () => interrupts.hangUp(), keys, onKeys });
    interrupts.forwardTo({ pidfd, pid });
    const exit = await waitForExit(pid, pidfd, { signal: leaving.signal });
    interrupts.ignore();
    await console?.drain();
    return exit;
  } catch (reason) {
    if (reason !== leaving) throw reason;
    interrupts.ignore();
    await console?.handTo((master) => handOver({ kind: "drain" }, master));
    return undefined;
  } finally {
    closeSync(pidfd);
  }
}

async function throughRuntime(
  { id, runtime }: FoundContainer,
  { process, wish, interrupts }: Attached,
): Promise<ExecResult> {
  const options = { signal: interrupts.signal, ...wish.runtimeOptions };
  return { ended: true, pid: undefined, exitCode: await runtime.exec(id, process, options) };
}

function nothingToExecute(state: ContainerState): OcilabError {
  return new OcilabError("runtime.config", {
    doing: `execute a process in container ${quote(state.id)}`,
    got: `${quote(`${state.bundle}/config.json`)} has no process to take user, environment and capabilities from`,
    hint: "give a whole process with --process FILE",
  });
}
