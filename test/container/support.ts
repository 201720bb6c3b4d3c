import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DriverWish } from "./run-driver.ts";

const driver = join(import.meta.dirname, "run-driver.ts");

export type Ended = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

/** The command line that runs a container by `runContainer`. */
export function driverCommand(wish: DriverWish): readonly [string, ...string[]] {
  return [process.execPath, driver, JSON.stringify(wish)];
}

/** Start a run as a program of its own, with everything it stores below `home`. */
export function startRun(
  home: string,
  wish: DriverWish,
  stdio: StdioOptions = ["pipe", "pipe", "pipe"],
): ChildProcess {
  const [file, ...args] = driverCommand(wish);
  return spawn(file, args, { stdio, env: { ...process.env, OCILAB_HOME: home } });
}

/** Run to the end with `input` on standard input. */
export async function run(
  home: string,
  wish: DriverWish,
  input: Uint8Array = new Uint8Array(),
): Promise<Ended> {
  const child = startRun(home, wish);
  const ended = collect(child);
  child.stdin?.on("error", () => undefined).end(input);
  return ended;
}

/** What a started run printed and how it ended. */
export function collect(child: ChildProcess): Promise<Ended> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr?.on("data", (bytes: Buffer) => err.push(bytes));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** Wait until what the child prints on a stream holds `text`. */
export async function printed(child: ChildProcess, stream: "stdout" | "stderr", text: string): Promise<void> {
  let seen = "";
  child[stream]?.on("data", (bytes: Buffer) => {
    seen += bytes;
  });
  await until(() => seen.includes(text), `${text} on ${stream}`);
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 1500; turn++) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Files that runs have left below their home: bundles, records, runtime state. The kept built-in image does not count. */
export function leftIn(home: string): readonly string[] {
  return ["bundles", "containers", "run/runc", "run/crun"]
    .map((folder) => join(home, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter(
      (path) => !/\/run\/crun\/\.(cache|empty-directory)$/.test(path) && !path.endsWith("/.empty-directory"),
    );
}

/** Pids of processes whose command line holds `text`. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).includes(text))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
