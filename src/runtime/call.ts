import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { errnoOf } from "../base/errors.ts";
import { type ProgramOptions, runProgram } from "../base/process.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { argvOf, type RuntimeCall } from "./argv.ts";
import { runtimeFailure } from "./failure.ts";
import type { Launcher } from "./hybrid.ts";
import { lastWords } from "./output.ts";
import type { Place } from "./stale.ts";

export type Call = Cancel & {
  readonly call: RuntimeCall;
  readonly launcher: Launcher;
  readonly place: Place;
  /** For the error: "start container \"x\"". */
  readonly doing: string;
  /** Set for `create`: its streams become the container's, so they are never piped to us (a pipe would stay open as long as the container lives). */
  readonly stdio?: Required<Pick<ProgramOptions, "stdin" | "stdout" | "stderr" | "fds">>;
};

/** A call of one runtime in one root. */
export type Ask = (request: Omit<Call, "launcher" | "place">) => Promise<string>;

/** Call the runtime and return what it printed to stdout. Errors: "runtime.*" by its own words; the signal's reason. */
export async function call(request: Call): Promise<string> {
  return request.stdio === undefined ? withPipes(request) : withLogFile(request, request.stdio);
}

async function withPipes(request: Call): Promise<string> {
  const args = [...request.launcher.before, ...argvOf(request.call, { root: request.place.root })];
  const result = await runProgram(request.launcher.file, args, { signal: request.signal });
  if (result.exitCode === 0) return result.stdout;
  const { name } = request.place;
  throw runtimeFailure(request.doing, { ...result, name, words: lastWords(result.stderr) });
}

async function withLogFile(request: Call, stdio: NonNullable<Call["stdio"]>): Promise<string> {
  await using place = temporaryDirectory(tmpdir());
  const log = join(place.path, "log");
  const args = [...request.launcher.before, ...argvOf(request.call, { root: request.place.root, log })];
  const result = await runProgram(request.launcher.file, args, { ...stdio, signal: request.signal });
  if (result.exitCode === 0) return "";
  throw runtimeFailure(request.doing, {
    ...result,
    name: request.place.name,
    words: lastWords(readLog(log)),
  });
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}
