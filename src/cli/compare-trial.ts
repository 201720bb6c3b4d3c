import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OcilabError } from "../base/errors.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { type ContainerExit, waitForExit } from "../container/exit.ts";
import { removeRecord, thisProcess, writeRecord } from "../container/records.ts";
import { reapSandbox } from "../container/sandbox.ts";
import { pidfdOpen } from "../linux/process.ts";
import type { ContainerId } from "../oci/spec.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Context } from "./command.ts";
import { type Look, lookAt } from "./look.ts";
import { type Created, lookAtProgram } from "./program.ts";
import type { Refusal, Trial } from "./trial.ts";

/** Longest that a program may run before it is killed, in milliseconds. */
const patience = 2000;

/** A trial with both looks at the kernel: at the process that waits for start, and at the program where it lived long enough. */
export type Looked = Trial & { readonly waiting?: Look; readonly program?: Look };

/** `valid`: its config keeps the schema, so that it can be audited. */
export type Held = { readonly bundle: Bundle; readonly valid: boolean };

type Setting = Held & { readonly id: ContainerId; readonly context: Context };

/** One bundle on one runtime. What the runtime refuses is a result; the container is gone afterwards. Errors: those of Runtime.delete, the signal's reason. */
export async function tryOn(runtime: Runtime, setting: Setting): Promise<Looked> {
  const { id, bundle, context } = setting;
  const { configuration } = context;
  const place = { runtime: runtime.path, root: runtime.root, bundle: bundle.path };
  const owner = thisProcess();
  writeRecord(configuration, { id, ...place, created: new Date().toISOString(), temporary: false, owner });
  const milliseconds: Record<string, number> = {};
  const { version } = runtime.version;
  const label = `${runtime.name.split("/").at(-1)} ${version}`;
  const who = { runtime: label, path: runtime.path, kind: runtime.kind, version };
  const reaper = makeReaper();
  try {
    const lived = await live(runtime, {
      ...setting,
      reaper,
      clock: (verb, act) => timed(milliseconds, verb, act),
    });
    return { ...who, ...lived, milliseconds };
  } finally {
    using _ = reapSandbox(runtime.kind);
    await timed(milliseconds, "delete", () => runtime.delete(id, { force: true }));
    await reaper.end();
    removeRecord(configuration, id);
  }
}

/** Waits for the container's process, which we inherit. */
type Reaper = {
  /** How it ended; undefined while it runs, or when its exit status went to another. */
  exit(milliseconds: number): Promise<ContainerExit | undefined>;
  watch(pid: number): void;
  end(): Promise<void>;
};

function makeReaper(): Reaper {
  let pidfd: number | undefined;
  let exit: Promise<ContainerExit | undefined> = Promise.resolve(undefined);
  return {
    watch(pid) {
      pidfd = pidfdOpen(pid);
      exit = waitForExit(pid, pidfd).catch(() => undefined);
    },
    exit: (milliseconds) => Promise.race([exit, sleep(milliseconds, undefined, { ref: false })]),
    async end() {
      await exit;
      if (pidfd !== undefined) closeSync(pidfd);
    },
  };
}

type Lived = Omit<Looked, "runtime" | "path" | "kind" | "version" | "milliseconds">;
type Clock = <T>(verb: string, act: () => Promise<T>) => Promise<T>;

async function timed<T>(into: Record<string, number>, verb: string, act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await act();
  } finally {
    into[verb] = Math.round((performance.now() - began) * 10) / 10;
  }
}

async function live(
  runtime: Runtime,
  setting: Setting & { readonly clock: Clock; readonly reaper: Reaper },
): Promise<Lived> {
  const { id, bundle, context, clock, reaper } = setting;
  const { signal } = context;
  await using place = temporaryDirectory(tmpdir());
  const file = join(place.path, "output");
  const output = openSync(file, "w");
  try {
    const streams = { stdin: "ignore", stdout: output, stderr: output } as const;
    const create = () => clock("create", () => runtime.create(id, bundle, { signal, ...streams }));
    const refused = await refusal("create", create, signal);
    if (refused !== undefined) return { accepted: false, refusal: refused };
    const state = await runtime.state(id, { signal });
    if (!("pid" in state)) return { accepted: true, states: { created: state.status } };
    const waiting = await look(runtime, setting, state);
    reaper.watch(state.pid);
    const start = () => clock("start", () => runtime.start(id, { signal }));
    const late = await refusal("start", start, signal);
    if (late !== undefined) return { accepted: false, refusal: late, states: { created: state.status } };
    const created = { kind: "created", state, runtime, bundle } as const;
    const program = waiting && (await lookAtLiving({ created, waiting, signal }));
    const states = { created: state.status, started: (await runtime.state(id, { signal })).status };
    const exit = await reaper.exit(patience);
    signal?.throwIfAborted();
    const said = readFileSync(file, "utf8").slice(0, 4096);
    const known = exit !== undefined && runtimeTraits[runtime.kind].hostProcesses;
    return {
      ...{ accepted: true, states, output: said, ...(known ? { exit } : {}) },
      ...{ ...(waiting === undefined ? {} : { waiting }), ...(program === undefined ? {} : { program }) },
    };
  } finally {
    closeSync(output);
  }
}

type Living = { readonly created: Created; readonly waiting: Look; readonly signal: AbortSignal | undefined };

/** A look at the program that was still there when the look had ended: of one that has ended the kernel keeps no more than a name. */
async function lookAtLiving({ created, waiting, signal }: Living): Promise<Look | undefined> {
  const { of, ...look } = await lookAtProgram(created, waiting, { signal });
  return of === "program" && existsSync(`/proc/${look.view.pid}/exe`) ? look : undefined;
}

/** Undefined where the kernel shows a sandbox instead of the program, and where the config is none that can be audited. */
async function look(
  runtime: Runtime,
  { bundle, valid, context }: Setting,
  state: Awaited<ReturnType<Runtime["state"]>>,
) {
  if (!valid || !runtimeTraits[runtime.kind].hostProcesses) return undefined;
  return await lookAt(state, bundle.spec, { signal: context.signal, bundle: bundle.path });
}

async function refusal(
  verb: Refusal["verb"],
  act: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Refusal | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof OcilabError)) throw error;
    const { code, got, hint, facts } = error;
    const { words } = facts;
    const own = typeof words === "string" ? { words } : {};
    return { verb, code, got, ...(hint === undefined ? {} : { hint }), ...own };
  }
}
