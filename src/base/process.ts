import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { Options, ResultPromise } from "execa";
import type { Cancel } from "./brand.ts";
import { OcilabError } from "./errors.ts";
import { log } from "./log.ts";
import { quote } from "./text.ts";

/** How a child process ended. `exitCode` is undefined when a signal ended it. */
export type ProgramResult = {
  readonly command: readonly string[];
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
};

export type ProgramOptions = Cancel & {
  readonly cwd?: string;
  /** The whole environment of the child; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds until the child is killed. */
  readonly timeout?: number;
  /** "inherit" gives the child our own descriptor, a number that descriptor of ours; default "pipe" (stdin: nothing). */
  readonly stdin?: "inherit" | "ignore" | number;
  readonly stdout?: "inherit" | "pipe" | "ignore" | number;
  readonly stderr?: "inherit" | "pipe" | "ignore" | number;
  /** Descriptors of ours that the child gets as 3, 4, …; not together with `input`. */
  readonly fds?: readonly number[];
  /** Which package brings the program, for the error when it is missing. */
  readonly package?: string;
};

/** Milliseconds between SIGTERM and SIGKILL for a child that shall end. */
const grace = 5000;

/**
 * Run a program to its end and collect what it printed. Never rejects because of an exit code: that is for the caller to judge.
 * Errors: "host.program-missing" when it cannot be found; the signal's reason when aborted (the child is killed first). Without execa,
 * whose import costs a start more than the whole call of a runtime (docs/decisions/0006).
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  options.signal?.throwIfAborted();
  log.debug("program starts", { command: [file, ...args] });
  const child = begin(file, args, options);
  using _ending = endWith(child, options);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  child.stdin?.on("error", () => undefined).end(options.input);
  const { exitCode, signal } = await ended(child, { file, packageName: options.package });
  log.debug("program ended", { command: [file, ...args], exitCode, signal });
  options.signal?.throwIfAborted();
  return { command: [file, ...args], exitCode, signal, stdout: stdout(), stderr: stderr() };
}

function begin(file: string, args: readonly string[], options: ProgramOptions): ChildProcess {
  const { stdin = "ignore", stdout = "pipe", stderr = "pipe", fds = [], cwd, env } = options;
  const stdio = [options.input === undefined ? stdin : ("pipe" as const), stdout, stderr, ...fds];
  try {
    return spawn(file, args, {
      stdio,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
  } catch (error) {
    throw notStarted(file, error, options.package);
  }
}

/** End the child when time is up, when the caller aborts and when we exit ourselves: first by SIGTERM, then by SIGKILL. */
function endWith(child: ChildProcess, { signal, timeout }: ProgramOptions): Disposable {
  const timers: NodeJS.Timeout[] = [];
  const end = (): void => {
    child.kill("SIGTERM");
    timers.push(setTimeout(() => child.kill("SIGKILL"), grace));
  };
  const kill = (): void => void child.kill("SIGKILL");
  if (timeout !== undefined) timers.push(setTimeout(end, timeout));
  signal?.addEventListener("abort", end, { once: true });
  process.once("exit", kill);
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      process.off("exit", kill);
    },
  };
}

function collect(stream: Readable | null): () => string {
  const pieces: Buffer[] = [];
  stream?.on("data", (piece: Buffer) => pieces.push(piece)).on("error", () => undefined);
  return () => Buffer.concat(pieces).toString("utf8");
}

type Ended = Pick<ProgramResult, "exitCode" | "signal">;

/** When the child has ended and nobody holds its pipes any more. */
function ended(
  child: ChildProcess,
  { file, packageName }: { readonly file: string; readonly packageName: string | undefined },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      if (child.pid === undefined) reject(notStarted(file, error, packageName));
    });
    child.once("close", (code, signal) => {
      if (child.pid !== undefined) resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

/** A started child: execa's promise would be awaited by `async`, so it comes in an object. */
export type StartedProgram = { readonly child: ResultPromise<Options & { reject: false }> };

/** Start a program and hand over execa's child, for streams and signals. Its promise resolves whatever the exit code. */
export async function startProgram(
  file: string,
  args: readonly string[],
  options: Options = {},
): Promise<StartedProgram> {
  const { execa } = await import("execa");
  log.debug("program starts", { command: [file, ...args] });
  return { child: execa(file, args, { ...options, reject: false }) as StartedProgram["child"] };
}

function notStarted(file: string, cause: unknown, packageName: string | undefined): OcilabError {
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  return new OcilabError("host.program-missing", {
    doing: `start the program ${quote(file)}`,
    got: errno === "ENOENT" ? "there is no such program in PATH" : `the kernel answered ${errno}`,
    hint: packageName === undefined ? undefined : `install the Debian package ${packageName}`,
    facts: { program: file, errno },
    cause,
  });
}
