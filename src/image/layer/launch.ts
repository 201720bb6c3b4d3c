import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { IdMaps } from "../../linux/sub-ids.ts";
import { startInUserNamespace } from "../../linux/user-namespace.ts";

/**
 * Start the helper, helper.ts in a process of its own, with pipes for stdin, stdout, stderr and `fed` more descriptors: as this process's
 * user, or as root of a new user namespace with these maps. Errors: "host.no-user-namespace".
 */
export async function startHelper(options: {
  readonly fed: number;
  readonly maps?: IdMaps | undefined;
}): Promise<ChildProcess> {
  const { fed, maps } = options;
  if (maps === undefined && fed === 0 && early !== undefined) return takeEarly(early);
  const [program = "", ...args] = helperCommand();
  const spawning = helperOptions(fed);
  if (maps === undefined) return spawn(program, args, spawning);
  return startInUserNamespace([program, ...args], { ...spawning, maps });
}

let early: ChildProcess | undefined;

/**
 * Start a helper before it is known what there is to unpack, so that it loads while this process does: the next `startHelper` that wants
 * neither more descriptors nor maps takes it. Dispose of it when it may not have been taken.
 */
export function startEarly(): Disposable {
  const [program = "", ...args] = helperCommand();
  const helper = spawn(program, args, helperOptions(0));
  helper.on("error", () => forget(helper));
  helper.on("exit", () => forget(helper));
  early = helper;
  return {
    [Symbol.dispose]() {
      if (early === helper) helper.kill("SIGKILL");
      forget(helper);
    },
  };
}

function takeEarly(helper: ChildProcess): ChildProcess {
  forget(helper);
  return helper;
}

function forget(helper: ChildProcess): void {
  if (early === helper) early = undefined;
}

/** The helper's command line: a file beside this one, in the sources of the same folder, in dist/ of the bundle. */
export function helperCommand(): readonly string[] {
  const file = fileURLToPath(new URL(fromSource ? "./helper.ts" : "./layer-helper.js", import.meta.url));
  return [process.execPath, "--max-semi-space-size=4", file];
}

/** With few of our descriptors, none of our environment but PATH, in "/", and where Ctrl-C does not reach it: it ends when we say so, or have ended. */
function helperOptions(fed: number): SpawnOptions {
  const pipes = Array.from({ length: 3 + fed }, () => "pipe" as const);
  return { stdio: pipes, cwd: "/", env: helperEnvironment(), detached: true };
}

export function helperEnvironment(): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], ...(fromSource ? { NODE_COMPILE_CACHE: compileCache() } : {}) };
}

const fromSource = import.meta.url.endsWith(".ts");

/** Stripping the types of some twenty files takes longer than the rest of a start: it is done once. */
function compileCache(): string {
  return fileURLToPath(new URL("../../../node_modules/.cache/ocilab", import.meta.url));
}
