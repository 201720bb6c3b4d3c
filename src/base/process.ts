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

/**
 * Run a program to its end and collect what it printed. Never rejects because of an exit code: that is for the caller to judge.
 * Errors: "host.program-missing" when it cannot be found; the signal's reason when aborted (the child is killed first).
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { child } = await startProgram(file, args, toExeca(options));
  const result = await child;
  const exitCode = typeof result.exitCode === "number" ? result.exitCode : undefined;
  log.debug("program ended", { command: [file, ...args], exitCode, signal: result.signal });
  if (result.isCanceled) throw options.signal?.reason;
  if (exitCode === undefined && result.signal === undefined) throw notStarted(file, result, options.package);
  return {
    command: [file, ...args],
    exitCode,
    signal: result.signal,
    stdout: typeof result.stdout === "string" ? result.stdout : "",
    stderr: typeof result.stderr === "string" ? result.stderr : "",
  };
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

function toExeca(options: ProgramOptions): Options {
  return {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...streams(options),
    stripFinalNewline: false,
  };
}

function streams(options: ProgramOptions): Options {
  const { stdin = "ignore", stdout = "pipe", stderr = "pipe", fds = [] } = options;
  if (options.input !== undefined) return { input: options.input, stdout, stderr } as Options;
  return { stdio: [stdin, stdout, stderr, ...fds] } as Options;
}

function notStarted(file: string, result: object, packageName: string | undefined): OcilabError {
  const cause = "cause" in result ? result.cause : result;
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  return new OcilabError("host.program-missing", {
    doing: `start the program ${quote(file)}`,
    got: errno === "ENOENT" ? "there is no such program in PATH" : `the kernel answered ${errno}`,
    hint: packageName === undefined ? undefined : `install the Debian package ${packageName}`,
    facts: { program: file, errno },
    cause,
  });
}
