import { readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { errnoOf } from "../base/errors.ts";
import { type ProgramOptions, type ProgramResult, runProgram } from "../base/process.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { argvOf, type GlobalFlags, type RuntimeCall } from "./argv.ts";
import { runtimeFailure } from "./failure.ts";
import type { Launcher } from "./hybrid.ts";
import { lastWords } from "./output.ts";
import type { Place } from "./stale.ts";

export type Call = Cancel & {
  readonly call: RuntimeCall;
  readonly launcher: Launcher;
  readonly place: Place;
  /** What stands before the verb in every call of this runtime, besides its root. */
  readonly flags: Omit<GlobalFlags, "root">;
  /** For the error: "start container \"x\"". */
  readonly doing: string;
  /** Set for `create`, `exec` and `restore`: their streams become the container's, so they are never piped to us (a pipe would stay open as long as the container lives). */
  readonly stdio?: Required<Pick<ProgramOptions, "stdin" | "stdout" | "stderr" | "fds">>;
  /** An exit code other than 0 is the answer of the program in the container, as long as the runtime itself reports no error. */
  readonly passesExit?: boolean;
};

/** How a call ended that was no failure of the runtime. */
export type Answer = Pick<ProgramResult, "stdout" | "exitCode" | "signal">;

/** A call of one runtime in one root. */
export type Ask = (request: Omit<Call, "launcher" | "place" | "flags">) => Promise<Answer>;

/** Call the runtime to its end. Errors: "runtime.*" by its own words; the signal's reason. */
export async function call(request: Call): Promise<Answer> {
  const { stdio, flags } = request;
  if (flags.log !== undefined) return withLog(request, { log: flags.log, stdio });
  if (stdio === undefined) return withPipes(request);
  await using place = temporaryDirectory(tmpdir());
  return await withLog(request, { log: join(place.path, "log"), stdio });
}

/** The whole command line of a call: program and arguments. */
export function commandOf(request: Pick<Call, "call" | "launcher" | "place" | "flags">, log?: string) {
  const { launcher, flags, place } = request;
  const args = [
    ...launcher.before,
    ...argvOf(request.call, { ...flags, root: place.root, log: log ?? flags.log }),
  ];
  return { file: launcher.file, args };
}

async function withPipes(request: Call): Promise<Answer> {
  const { file, args } = commandOf(request);
  const result = await runProgram(file, args, { signal: request.signal });
  if (result.exitCode === 0) return result;
  const { name } = request.place;
  throw runtimeFailure(request.doing, { ...result, name, words: lastWords(result.stderr) });
}

type Logged = { readonly log: string; readonly stdio: Call["stdio"] };

/** The runtime's words are those that it adds to its log. */
async function withLog(request: Call, { log, stdio }: Logged): Promise<Answer> {
  const { file, args } = commandOf(request, log);
  const before = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const result = await runProgram(file, args, { ...stdio, signal: request.signal });
  if (result.exitCode === 0) return result;
  const words = lastWords(readLog(log, before)) ?? lastWords(result.stderr);
  if (request.passesExit === true && words === undefined) return result;
  const printed = stdio?.stderr === "inherit";
  throw runtimeFailure(request.doing, { ...result, name: request.place.name, words, printed });
}

function readLog(path: string, from: number): string {
  try {
    return readFileSync(path).subarray(from).toString();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}
