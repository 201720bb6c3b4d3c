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
  const [program = "", ...args] = helperCommand();
  const spawning = helperOptions(fed);
  if (maps === undefined) return spawn(program, args, spawning);
  return startInUserNamespace([program, ...args], { ...spawning, maps });
}

/** The helper's command line: a file beside this one, in the sources of the same folder, in dist/ of the bundle. */
export function helperCommand(): readonly string[] {
  const file = fileURLToPath(new URL(fromSource ? "./helper.ts" : "./layer-helper.js", import.meta.url));
  return [process.execPath, "--max-semi-space-size=4", file];
}

/** With few of our descriptors, none of our environment but PATH, and in "/". */
function helperOptions(fed: number): SpawnOptions {
  const pipes = Array.from({ length: 3 + fed }, () => "pipe" as const);
  return { stdio: pipes, cwd: "/", env: helperEnvironment() };
}

export function helperEnvironment(): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], ...(fromSource ? { NODE_COMPILE_CACHE: compileCache() } : {}) };
}

const fromSource = import.meta.url.endsWith(".ts");

/** Stripping the types of some twenty files takes longer than the rest of a start: it is done once. */
function compileCache(): string {
  return fileURLToPath(new URL("../../../node_modules/.cache/ocilab", import.meta.url));
}
