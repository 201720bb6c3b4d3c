import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { runProgram } from "../base/process.ts";
import { quote } from "../base/text.ts";
import { runtimeFailure } from "./failure.ts";
import type { RuntimeVersion } from "./output.ts";

/** Where criu(8) keeps the images of one container, and writes what it does: in `workPath`, else beside the images. */
export type CriuPlaces = { readonly imagePath: string; readonly workPath?: string | undefined };

/**
 * That the runtime can have criu save and restore a container: runc and its like start the program, crun must be built with its library. gVisor
 * needs none, it saves its own kernel. Errors: "host.program-missing", "runtime.unsupported".
 */
export async function requireCriu(doing: string, { kind, version, text }: RuntimeVersion): Promise<void> {
  if (kind === "runsc") return;
  if (kind === "crun" && !/\+CRIU\b/.test(text))
    throw new OcilabError("runtime.unsupported", {
      doing,
      got: `crun ${version} was built without criu: its --version has no +CRIU`,
      hint: "use a crun that has it (Debian's from 13 on), or runc",
      facts: { runtime: kind, version },
    });
  try {
    await runProgram("criu", ["--version"], { package: "criu" });
  } catch (cause) {
    if (!(cause instanceof OcilabError) || cause.code !== "host.program-missing") throw cause;
    throw new OcilabError("host.program-missing", {
      doing,
      got: "there is no program criu in PATH, which does the work for every runtime but gVisor",
      hint: "install criu (the Debian package criu); `criu check` tells whether it knows this kernel",
      facts: { program: "criu" },
      cause,
    });
  }
}

/** The files that say that a directory holds a whole checkpoint: criu's inventory, gVisor's state. */
const wholes = ["inventory.img", "checkpoint.img"];

/** That nothing is there to be overwritten: a directory that does not exist, or one without a checkpoint in it. Errors: "runtime.images". */
export function refuseUsedImages(doing: string, { imagePath }: CriuPlaces): void {
  const names = namesIn(doing, imagePath);
  const found = wholes.find((name) => names?.includes(name) === true);
  if (found === undefined) return;
  throw new OcilabError("runtime.images", {
    doing,
    got: `${quote(imagePath)} holds a checkpoint already (${found}), and a second one would be mixed with it`,
    hint: "give --image-path a directory that does not exist yet, or remove that one; a checkpoint after a --pre-dump takes another directory and names the first by --parent-path",
    facts: { imagePath },
  });
}

/** That a checkpoint is there. Errors: "runtime.images". */
export function requireImages(doing: string, { imagePath }: CriuPlaces): void {
  const names = namesIn(doing, imagePath);
  if (names !== undefined && wholes.some((name) => names.includes(name))) return;
  const log = names?.includes("dump.log") === true ? `; ${quote(join(imagePath, "dump.log"))} tells why` : "";
  throw new OcilabError("runtime.images", {
    doing,
    got:
      names === undefined
        ? `there is no directory ${quote(imagePath)}`
        : `${quote(imagePath)} holds no whole checkpoint: inventory.img is not in it${log}`,
    hint: "give --image-path the directory that `ocilab checkpoint` has written",
    facts: { imagePath },
  });
}

/**
 * Have a checkpoint written. One that fails or is aborted leaves the directory as it was, but for criu's log; and criu, which outlives a runtime that is
 * killed while it waits for whoever fetches the memory (--lazy-pages), lets the processes go on. `pid`: the container's first process.
 */
export async function orNothing<T>(
  act: () => Promise<T>,
  { places, pid }: { readonly places: CriuPlaces; readonly pid: number },
): Promise<T> {
  const { imagePath } = places;
  const before = listed(imagePath);
  try {
    return await act();
  } catch (error) {
    await endTracer(pid);
    const written = listed(imagePath).filter((name) => !before.includes(name) && !name.endsWith(".log"));
    for (const name of written) rmSync(join(imagePath, name), { force: true, recursive: true });
    throw error;
  }
}

/** Have `act` done; when it fails, its error has what criu wrote last into `name` of this call, and the cause that this tells. */
export async function withLastWords<T>(
  act: () => Promise<T>,
  { places, name }: { readonly places: CriuPlaces; readonly name: "dump.log" | "restore.log" },
): Promise<T> {
  const path = join(places.workPath ?? places.imagePath, name);
  const before = stampOf(path);
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof OcilabError) || !error.code.startsWith("runtime.")) throw error;
    throw withWords(error, stampOf(path) === before ? undefined : { path, lines: lastErrors(readOr(path)) });
  }
}

/** What criu's log (its level, place and words on each line) says went wrong: the first error, which is the cause, to the fourth. Pure. */
export function lastErrors(log: string): readonly string[] {
  const errors = [...log.matchAll(/^\([\d.]+\)\s+(?:\d+: )?Error \((\S+)\): (.*)$/gm)];
  const told = errors.map(([, place, words]) => `${words} (${place})`);
  const telling = told.filter((line) => !said.some((pattern) => pattern.test(line)));
  return (telling.length > 0 ? telling : told).slice(0, 4);
}

/** What it says of every failure, or of what does no harm. */
const said = [
  /^rlimit: Can't setup RLIMIT_NOFILE/,
  /^(Dumping|Pre-dumping|Restoring) FAILED/,
  /^cg: cgroupd:/,
];

type Told = { readonly path: string; readonly lines: readonly string[] };

function withWords(error: OcilabError, told: Told | undefined): OcilabError {
  const { words, runtime, exitCode, signal, command } = error.facts;
  if (told === undefined || told.lines.length === 0 || typeof runtime !== "string") return error;
  const own = typeof words === "string" ? words.replace(/\nlog file: .*/, "") : "nothing";
  const all = `${own}\ncriu's last words in ${quote(told.path)}: ${told.lines.join("; ")}`;
  return runtimeFailure(error.doing, {
    ...{ name: runtime, words: all, printed: false, command: Array.isArray(command) ? command : [] },
    exitCode: typeof exitCode === "number" ? exitCode : undefined,
    signal: typeof signal === "string" ? signal : undefined,
  });
}

/** criu holds the processes that it saves by ptrace(2): who traces them is it. A process that ends lets those that it has seized go on. */
async function endTracer(pid: number): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const tracer = Number(/^TracerPid:\s*(\d+)$/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0);
    if (tracer === 0 || !readOr(`/proc/${tracer}/comm`).startsWith("criu")) return;
    if (turn === 0) terminate(tracer);
    await sleep(20);
  }
}

function terminate(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}

function listed(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** Undefined when there is no such directory. */
function namesIn(doing: string, directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    throw new OcilabError("runtime.images", {
      doing,
      got: `${quote(directory)} cannot be read: ${errnoOf(cause) ?? String(cause)}`,
      hint: "give --image-path a directory that you may read and write",
      facts: { imagePath: directory },
      cause,
    });
  }
}

function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeMs} ${found.size}`;
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
