import { closeSync } from "node:fs";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { pidfdOpen } from "../linux/process.ts";
import { makeBlocking } from "../linux/terminal.ts";
import type { ContainerId } from "../oci/spec.ts";
import { type FarTerminal, joinTerminals, refuseWithoutTerminal } from "./console.ts";
import { type FoundContainer, findContainer, type Where } from "./find.ts";
import { watchInterrupts } from "./interrupts.ts";
import { type Spectating, spectate } from "./keeper/attach.ts";
import type { ExitRecord } from "./keeper/exit-file.ts";
import { keeperFiles } from "./keeper/files.ts";
import { targetOf } from "./sandbox.ts";
import { surviveClosedStreams } from "./streams.ts";

/** The container has ended, or was left and goes on. */
export type AttachResult =
  | {
      readonly ended: true;
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly why: string | null;
    }
  | { readonly ended: false };

export type AttachOptions = Where & {
  /** Keys that leave a container with a terminal. */
  readonly keys: readonly number[];
  /** Pass our standard input on. */
  readonly input: boolean;
  /** The descriptor of ours that gets its standard output, where it has no terminal; default 1. */
  readonly stdout?: number;
};

/**
 * Join our streams to those of a detached container until it ends or is left: by the keys, in a terminal; by the end of our terminal, or of
 * whoever reads our output; else by SIGKILL to us. Signals to us are passed on to its first process. Output from before is in its log. Errors: "runtime.not-found", "container.not-kept",
 * "container.no-terminal", "container.lost" when the keeper is killed meanwhile.
 */
export async function attachContainer(id: ContainerId, options: AttachOptions): Promise<AttachResult> {
  const found = await findContainer(id, options);
  using spectating = await connect(found, options);
  surviveClosedStreams();
  const inTerminal = spectating.hello.terminal;
  if (inTerminal && options.input) refuseWithoutTerminal();
  using interrupts = watchInterrupts(options.signal);
  const pid = "pid" in found.state ? found.state.pid : undefined;
  const pidfd = pid === undefined ? undefined : pidfdOpen(pid);
  try {
    if (pid !== undefined && pidfd !== undefined)
      interrupts.forwardTo(targetOf(found.runtime, { pid, pidfd }));
    const exit = await (inTerminal && options.input ? joined : streamed)(spectating, options);
    interrupts.ignore();
    if (exit === "left") return { ended: false };
    if (exit === undefined) throw lost(id);
    const { exitCode, signal, why } = exit;
    return { ended: true, exitCode, signal, why };
  } finally {
    if (pidfd !== undefined) closeSync(pidfd);
  }
}

type Outcome = ExitRecord | undefined | "left";

async function joined(spectating: Spectating, { keys }: AttachOptions): Promise<Outcome> {
  const left = Promise.withResolvers<"left">();
  const leave = (): void => left.resolve("left");
  const near = joinTerminals(farEnd(spectating), { onHangup: leave, keys, onKeys: leave });
  try {
    return await Promise.race([spectating.ended, left.promise]);
  } finally {
    near.close();
  }
}

function farEnd(spectating: Spectating): FarTerminal {
  return {
    write: (bytes) => void spectating.input(bytes),
    resize: spectating.resize,
    listen: (onOutput) => spectating.subscribe((_stream, bytes) => onOutput(bytes)),
    pause: () => undefined,
    resume: spectating.resume,
    ended: spectating.ended.then(() => undefined),
    close: () => spectating[Symbol.dispose](),
  };
}

async function streamed(spectating: Spectating, { input, stdout = 1 }: AttachOptions): Promise<Outcome> {
  for (const fd of [1, 2]) makeBlocking(fd);
  spectating.subscribe((stream, bytes) => {
    const target = stream === "output" && stdout === 1 ? process.stdout : process.stderr;
    if (target.write(bytes)) return true;
    target.once("drain", spectating.resume);
    return false;
  });
  using reader = stdout === 1 ? whenReaderLeaves() : undefined;
  const over = Promise.race([spectating.ended, ...(reader === undefined ? [] : [reader.left])]);
  if (!input || !spectating.hello.input) return await over;
  using _passing = passInput(spectating);
  return await over;
}

/** `attach web | head -1`: nobody reads what we would write, and the container does not notice. */
function whenReaderLeaves(): Disposable & { readonly left: Promise<"left"> } {
  const { promise, resolve } = Promise.withResolvers<"left">();
  const onError = (): void => resolve("left");
  process.stdout.once("error", onError);
  return { left: promise, [Symbol.dispose]: () => void process.stdout.off("error", onError) };
}

/** Until disposed of; then standard input no longer keeps this process. */
function passInput(spectating: Spectating): Disposable {
  // A terminal or socket has unref, a file has not.
  const stdin: NodeJS.ReadStream & { unref?(): unknown } = process.stdin;
  const forward = (bytes: Buffer): void => {
    if (!spectating.input(bytes)) stdin.pause();
  };
  stdin.on("data", forward).on("end", spectating.endInput).on("error", spectating.endInput);
  spectating.onDrain(() => stdin.resume());
  return {
    [Symbol.dispose]() {
      stdin.off("data", forward).off("end", spectating.endInput).pause();
      stdin.unref?.();
    },
  };
}

async function connect({ id, record, state }: FoundContainer, { configuration }: Where): Promise<Spectating> {
  const doing = `attach to container ${quote(id)}`;
  if (state.status === "stopped") throw notRunning(doing, id);
  if (record?.keeper === undefined)
    throw new OcilabError("container.not-kept", {
      doing,
      got: "nobody holds its streams: it was not started by `ocilab run --detach`, and they are whoever's made it",
      hint: `ocilab exec -it ${id} sh runs a shell in it`,
    });
  try {
    return await spectate(keeperFiles(configuration, id).socket);
  } catch (cause) {
    if (!["ENOENT", "ECONNREFUSED"].includes(errnoOf(cause) ?? "")) throw cause;
    throw new OcilabError("container.not-kept", {
      doing,
      got: `its keeper, process ${record.keeper.pid}, has ended`,
      hint: `ocilab logs ${id} prints what it had written down`,
      cause,
    });
  }
}

function notRunning(doing: string, id: ContainerId): OcilabError {
  return new OcilabError("runtime.not-running", {
    doing,
    got: "its process has ended",
    hint: `ocilab logs ${id} prints its output, ocilab wait ${id} its exit code`,
  });
}

function lost(id: ContainerId): OcilabError {
  return new OcilabError("container.lost", {
    doing: `stay attached to container ${quote(id)}`,
    got: "its keeper hung up: it was killed, or our reader is too slow for what the container prints",
    hint: `ocilab state ${id}`,
  });
}
