import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Cancel } from "../../base/brand.ts";
import { type ErrorCode, errorCodes, OcilabError } from "../../base/errors.ts";
import { formatJson } from "../../oci/json.ts";
import type { KeeperJob, KeeperReport, ReportedError } from "./job.ts";

/** A keeper that has been started and has said "created". */
export type StartedKeeper = {
  /** The container's first process. */
  readonly pid: number;
  /** Let the program run. From then on the keeper stands by itself. Errors: those of Runtime.start. */
  readonly go: () => Promise<void>;
  /** The program is not to run: the keeper removes the container, its record and its bundle. Resolves when it has ended; harmless after `go`. */
  readonly abandon: () => Promise<void>;
};

/**
 * Start a process of its own that creates a container and keeps it. Before `go` the keeper lives no longer than we do: it removes everything
 * when we end. Errors: those of Runtime.create, and then everything is removed, the record too.
 */
export async function startKeeper(
  job: Extract<KeeperJob, { readonly kind: "create" }>,
  { signal }: Cancel = {},
): Promise<StartedKeeper> {
  const keeper = spawnKeeper(job, []);
  const onAbort = (): void => void keeper.stdin.end();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const created = await keeper.next();
    signal?.throwIfAborted();
    if (created.step !== "created") throw unexpected(created);
    return {
      pid: created.pid,
      async go() {
        keeper.stdin.write("go\n");
        const started = await keeper.next();
        if (started.step !== "started") throw unexpected(started);
        keeper.release();
      },
      async abandon() {
        keeper.stdin.end();
        await keeper.ended;
      },
    };
  } catch (error) {
    keeper.stdin.end();
    await keeper.ended;
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Hand a terminal's master over to a process that keeps the container, or only the terminal, from now on. Resolves when it has it. */
export async function handOver(
  job: Exclude<KeeperJob, { readonly kind: "create" }>,
  master: number,
): Promise<void> {
  const keeper = spawnKeeper(job, [master]);
  const told = await keeper.next();
  if (told.step !== "started") throw unexpected(told);
  keeper.release();
}

type Keeper = {
  readonly stdin: Writable;
  readonly next: () => Promise<KeeperReport>;
  readonly ended: Promise<unknown>;
  /** Let us end without it. */
  readonly release: () => void;
};

function spawnKeeper(job: KeeperJob, fds: readonly number[]): Keeper {
  // It is to outlive us and our terminal: a session of its own, and none of our streams.
  const child = spawn(process.execPath, keeperArguments, {
    stdio: ["pipe", "pipe", "ignore", ...fds],
    detached: true,
    cwd: "/",
  });
  const ended = once(child, "exit").catch(() => undefined);
  const [stdin, stdout] = [child.stdin as Writable, child.stdout as Readable];
  stdin.on("error", () => undefined);
  stdin.write(`${formatJson(job)}\n`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    stdin,
    ended,
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw killed();
      const told = JSON.parse(value) as KeeperReport;
      if (told.step === "failed") throw errorOf(told.error);
      return told;
    },
    release() {
      stdin.destroy();
      stdout.destroy();
      child.unref();
    },
  };
}

const fromSource = import.meta.url.endsWith(".ts");

/** A file beside this one, in the sources; beside the bundle in dist/. It holds little: a small young generation keeps it so. */
const keeperArguments: readonly string[] = [
  "--max-semi-space-size=1",
  "--max-old-space-size=64",
  fileURLToPath(new URL(fromSource ? "./keeper.ts" : "./keeper.js", import.meta.url)),
];

function errorOf({ code, doing, got, hint, facts }: ReportedError): OcilabError {
  if (code !== null && Object.hasOwn(errorCodes, code))
    return new OcilabError(code as ErrorCode, { doing, got, hint: hint ?? undefined, facts });
  return new OcilabError("container.keeper", { doing, got });
}

function killed(): OcilabError {
  return new OcilabError("container.keeper", {
    doing: "have a process keep the container",
    got: "it ended without a word: was it killed?",
  });
}

function unexpected(told: KeeperReport): OcilabError {
  return new OcilabError("container.keeper", {
    doing: "have a process keep the container",
    got: `it said ${JSON.stringify(told.step)} out of turn`,
  });
}
