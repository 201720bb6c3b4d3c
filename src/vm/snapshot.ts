import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import type { MachinePlan } from "./arguments.ts";
import { bootLimit, within } from "./limits.ts";
import { lockFile } from "./lock.ts";
import { type Machine, startMachine } from "./machine.ts";
import { type Monitor, openMonitor } from "./monitor.ts";
import type { MachineOptions } from "./options.ts";
import { shellWord } from "./quoting.ts";

/** A saved machine: a directory of the cache with its memory, the state of its devices and the stamp of what made it. */
export type Snapshot = {
  readonly directory: string;
  readonly stamp: string;
  /** What the memory and the state take on the disk. */
  readonly bytes: number;
};

/** The snapshot for a size and a choice of kernel, stale or not; undefined when none was saved. */
export function findSnapshot(
  options: Pick<MachineOptions, "cache" | "kernel" | "size">,
): Snapshot | undefined {
  const directory = snapshotDirectory(options);
  const record = join(directory, "snapshot.json");
  if (!existsSync(record)) return undefined;
  return { directory, ...(JSON.parse(readFileSync(record, "utf8")) as { stamp: string; bytes: number }) };
}

/**
 * Boot a machine up to the point where it waits for a job, save it, and put it in the place of an older one, in one step: machines restored from
 * that keep their open file. Errors: "vm.snapshot", and those of a boot.
 */
export async function saveSnapshot(
  plan: MachinePlan,
  options: MachineOptions & { readonly stamp: string },
): Promise<Snapshot> {
  await using _lock = await lockFile(join(options.cache, "snapshot.lock"), options);
  const meanwhile = findSnapshot(options);
  if (meanwhile?.stamp === options.stamp) return meanwhile;
  sweepTemporary(options.cache);
  await using work = temporaryDirectory(options.cache);
  const made = join(work.path, "made");
  mkdirSync(made);
  const files = filesOf(made);
  await using machine = await startMachine({ ...plan, memoryFile: { path: files.memory, restore: false } });
  const bounds = {
    machine,
    limit: bootLimit,
    stage: "start",
    size: plan.size,
    signal: options.signal,
  } as const;
  const monitor = await within(save(machine, files.state), bounds);
  // Only a QEMU that ends by itself has closed the pipe through which the state goes.
  void monitor.execute("quit");
  await machine.ended;
  const bytes = [files.memory, files.state].reduce((sum, path) => sum + statSync(path).blocks * 512, 0);
  writeFileSync(join(made, "snapshot.json"), JSON.stringify({ stamp: options.stamp, bytes }));
  const directory = snapshotDirectory(options);
  mkdirSync(dirname(directory), { recursive: true });
  if (existsSync(directory)) renameSync(directory, join(work.path, "old"));
  renameSync(made, directory);
  return { directory, stamp: options.stamp, bytes };
}

/** The plan of a machine that is to be restored from a snapshot. */
export function restoringPlan(plan: MachinePlan, snapshot: Snapshot): MachinePlan {
  return { ...plan, memoryFile: { path: filesOf(snapshot.directory).memory, restore: true } };
}

/** Load the state of a snapshot into a machine started by its `restoringPlan`; it runs on from where it was saved. */
export async function restore(machine: Machine, snapshot: Snapshot): Promise<void> {
  const monitor = await openMonitor(machine.channels.monitor);
  await ignoreSharedMemory(monitor);
  const running = monitor.event("RESUME");
  await monitor.execute("migrate-incoming", {
    uri: `exec:cat ${shellWord(filesOf(snapshot.directory).state)}`,
  });
  await running;
}

async function save(machine: Machine, state: string): Promise<Monitor> {
  await machine.lines.next();
  const monitor = await openMonitor(machine.channels.monitor);
  await ignoreSharedMemory(monitor);
  await monitor.execute("migrate", { uri: `exec:cat >${shellWord(state)}` });
  for (;;) {
    const { status } = (await monitor.execute("query-migrate")) as { readonly status?: string };
    if (status === "completed") break;
    if (status === "failed" || status === "cancelled")
      throw new OcilabError("vm.snapshot", { doing: "save the machine", got: `QEMU says that it ${status}` });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return monitor;
}

/** The memory is in its own file already and need not go through the state. */
async function ignoreSharedMemory(monitor: Monitor): Promise<void> {
  const capabilities = [{ capability: "x-ignore-shared", state: true }];
  await monitor.execute("migrate-set-capabilities", { capabilities });
}

function filesOf(directory: string): { readonly memory: string; readonly state: string } {
  return { memory: join(directory, "memory"), state: join(directory, "state") };
}

function snapshotDirectory({
  cache,
  kernel,
  size,
}: Pick<MachineOptions, "cache" | "kernel" | "size">): string {
  const name = kernel.kind === "package" ? `${kernel.name}@${kernel.suite}` : `file${kernel.path}`;
  return join(cache, "snapshots", `${name.replaceAll("/", "_")}-${size.cpus}-${size.memory}`);
}
