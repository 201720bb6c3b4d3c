import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { quote } from "../base/text.ts";
import { chooseAcceleration } from "./acceleration.ts";
import { readAccount } from "./account.ts";
import type { MachinePlan } from "./arguments.ts";
import { initramfs, readScripts } from "./initramfs.ts";
import { type Job, jobScript } from "./job.ts";
import { bootLimit, within } from "./limits.ts";
import { findQemu, type Machine, startMachine } from "./machine.ts";
import type { MachineOptions, RunOptions } from "./options.ts";
import { machinePlatform } from "./platform.ts";
import { type Kernel, prepareKernel } from "./prepare.ts";
import { findSnapshot, restore, restoringPlan, type Snapshot, saveSnapshot } from "./snapshot.ts";
import { machineStamp } from "./stamp.ts";
import { feed, pumpUntil } from "./streams.ts";

/** What the caller can do to a command that runs in a machine. */
export type Running = {
  /** Send a signal to the command's process group, by its name without "SIG". */
  signal(name: string): void;
  /** Tell the machine's terminal its new size. */
  resize(rows: number, columns: number): void;
};

type Attachment = {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The terminal's size, when the command gets one. */
  readonly terminal?: { readonly rows: number; readonly columns: number } | undefined;
  /** Called when the command starts. */
  readonly onRunning?: ((running: Running) => void) | undefined;
};

/**
 * Run a command in a machine of its own and give its exit code (128 + N when signal N ended it). The machine is restored from a snapshot where one
 * was saved for this size and kernel and nothing is asked that a snapshot cannot have (shares, a network); a stale one is made anew first.
 * When this ends, however it ends, QEMU has ended. Errors: the family "vm", "host.program-missing", the signal's reason.
 */
export async function runInMachine(
  command: readonly string[],
  options: RunOptions & Attachment,
): Promise<number> {
  checkDirectories(options);
  const started = performance.now();
  const { plan, kernel, qemu } = await planMachine(options, options);
  const job = makeJob(command, { options, kernel });
  const snapshot = await usableSnapshot(plan, { options, kernel, qemu });
  await using machine = await bootMachine(plan, { options, snapshot });
  log.debug("the machine is up", {
    milliseconds: Math.round(performance.now() - started),
    restored: snapshot !== undefined,
  });
  const limit =
    options.timeout === undefined ? undefined : Math.max(1, options.timeout - (performance.now() - started));
  const work = attend(machine, { job, options });
  return await within(work, {
    machine,
    limit,
    given: options.timeout,
    stage: "command",
    size: plan.size,
    signal: options.signal,
  });
}

/** Boot a machine and save it for later starts, unless a fresh snapshot is there. Errors: as `runInMachine`, and "vm.snapshot". */
export async function snapshotMachine(
  options: MachineOptions,
): Promise<Snapshot & { readonly made: boolean }> {
  const { plan, kernel, qemu } = await planMachine(options, bare);
  const stamp = machineStamp(plan, { kernelHash: kernel.hash, qemu });
  const found = findSnapshot(options);
  if (found?.stamp === stamp) return { ...found, made: false };
  return { ...(await saveSnapshot(plan, { ...options, stamp })), made: true };
}

const bare = { directory: "/", write: false, shares: [], network: false };

async function planMachine(
  options: MachineOptions,
  seen: Pick<RunOptions, "directory" | "write" | "shares" | "network">,
): Promise<{ readonly plan: MachinePlan; readonly kernel: Kernel; readonly qemu: string }> {
  const platform = machinePlatform();
  const qemu = findQemu(platform);
  const kernel = await prepareKernel(options);
  const { directory, write, shares, network } = seen;
  const parts = {
    ...{ platform, size: options.size, directory, write, shares, network },
    kernel: `${kernel.directory}/vmlinux`,
    initramfs: await initramfs(kernel.directory, readScripts()),
  };
  const acceleration = await chooseAcceleration(parts, { cache: options.cache, qemu });
  return { plan: { ...parts, acceleration }, kernel, qemu };
}

type Made = { readonly options: RunOptions; readonly kernel: Kernel; readonly qemu: string };

async function usableSnapshot(
  plan: MachinePlan,
  { options, kernel, qemu }: Made,
): Promise<Snapshot | undefined> {
  const found = options.cold || plan.network || plan.shares.length > 0 ? undefined : findSnapshot(options);
  if (found === undefined) return undefined;
  const stamp = machineStamp(plan, { kernelHash: kernel.hash, qemu });
  if (found.stamp === stamp) return found;
  options.onNote?.("the snapshot is stale, saving a new one");
  return await saveSnapshot({ ...plan, ...bare }, { ...options, stamp });
}

type Boot = { readonly options: RunOptions; readonly snapshot: Snapshot | undefined };

/** A machine that waits for its job: restored, or booted where there is no snapshot or it does not come to life. */
async function bootMachine(plan: MachinePlan, { options, snapshot }: Boot): Promise<Machine> {
  const limit = Math.min(bootLimit, options.timeout ?? bootLimit);
  const machine = await startMachine(snapshot === undefined ? plan : restoringPlan(plan, snapshot), options);
  try {
    const up = snapshot === undefined ? firstLine(machine) : restore(machine, snapshot);
    await within(up, { machine, limit, stage: "start", size: plan.size, signal: options.signal });
    return machine;
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    if (snapshot === undefined || options.signal?.aborted) throw error;
    log.warn("the snapshot could not be restored, booting instead", { error: String(error) });
    return await bootMachine(plan, { options, snapshot: undefined });
  }
}

async function firstLine({ lines }: Machine): Promise<void> {
  await lines.next();
}

type Task = { readonly job: Job; readonly options: RunOptions & Attachment };

/** Give the machine its job, carry its streams, and wait for its result and for the last byte of its output. */
async function attend(machine: Machine, { job, options }: Task): Promise<number> {
  const { control, in: input, out, err } = machine.channels;
  const running: Running = {
    signal: (name) => void control.write(`signal ${name}\n`),
    resize: (rows, columns) => void control.write(`size ${rows} ${columns}\n`),
  };
  machine.channels.job.end(jobScript(job));
  control.write(`go ${Math.round(Date.now() / 1000)}\n`);
  const rules = { end: job.end, onClosed: () => running.signal("PIPE") };
  const outputs = [pumpUntil(out, options.stdout, rules), pumpUntil(err, options.stderr, rules)];
  let feeding: Disposable | undefined;
  try {
    for await (const line of machine.lines) {
      const [word, code] = line.split(" ");
      if (word === "running") {
        feeding = feed(options.stdin, input);
        options.onRunning?.(running);
      }
      if (word !== "exit") continue;
      await Promise.all(outputs);
      return Number(code);
    }
    return await new Promise(() => {});
  } finally {
    feeding?.[Symbol.dispose]();
  }
}

function makeJob(
  command: readonly string[],
  { options, kernel }: { readonly options: RunOptions & Attachment; readonly kernel: Kernel },
): Job {
  const user = options.user === undefined ? undefined : readAccount(options.user);
  const home = user === undefined ? { HOME: "/root", USER: "root" } : { HOME: user.home, USER: user.name };
  const runtime = user === undefined ? {} : { XDG_RUNTIME_DIR: `/run/user/${user.uid}` };
  return {
    command,
    ...{ directory: options.directory, write: options.write, shares: options.shares, user },
    environment: { ...home, LOGNAME: home.USER, ...runtime, ...options.environment },
    modules: kernel.modules ? `${kernel.directory}/modules` : undefined,
    terminal: options.terminal,
    init: options.init,
    network: options.network,
    seed: randomBytes(32).toString("hex"),
    end: randomBytes(16).toString("hex"),
  };
}

function checkDirectories({ directory, shares }: RunOptions): void {
  for (const path of [directory, ...shares.map((share) => share.path)]) {
    const doing = `show the machine the directory ${quote(path)}`;
    if (!existsSync(path) || !statSync(path).isDirectory())
      throw new OcilabError("vm.directory", { doing, got: "there is no such directory" });
    if (/^\/(proc|sys|dev)(\/(?!shm\/)|$)/.test(path))
      throw new OcilabError("vm.directory", {
        doing,
        got: "the machine has a /proc, /sys and /dev of its own",
      });
  }
}
