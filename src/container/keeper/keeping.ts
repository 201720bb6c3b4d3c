import { closeSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Configuration } from "../../base/configuration.ts";
import { OcilabError } from "../../base/errors.ts";
import { becomeSubreaper, pidfdOpen, pidfdSendSignal } from "../../linux/process.ts";
import type { ContainerId } from "../../oci/spec.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type ContainerExit, waitForExit } from "../exit.ts";
import { openExplained } from "../explained.ts";
import { seeingHooks } from "../hooks/hooks.ts";
import { type ContainerRecord, replaceRecord, thisProcess } from "../records.ts";
import { reapSandbox } from "../sandbox.ts";
import { forget } from "../sweep.ts";
import { type ExitRecord, writeExit } from "./exit-file.ts";
import { keeperFiles, removeKeeperFiles } from "./files.ts";
import { type Hub, openHub } from "./hub.ts";
import type { CreateJob, KeeperReport } from "./job.ts";
import { type LogFile, openLog } from "./log-file.ts";
import { makeContainer, sceneOf } from "./making.ts";
import type { KeptStreams, OnOutput } from "./streams.ts";

export type Starter = {
  readonly report: (told: KeeperReport) => void;
  /** Resolves when whoever started us wants the program to run; false when it has gone instead. */
  readonly go: () => Promise<boolean>;
  /** Cut the last ties to it. */
  readonly leave: () => void;
};

/** SIGTERM (15), signal(7). */
const SIGTERM = 15;

/**
 * Create a container, start it, keep it until it has ended, write down how. Until it is started the record says that we own it, so that
 * somebody removes what is left if we are killed; from then on that we keep it. Whatever fails before removes everything.
 */
export async function keepNew(job: CreateJob, starter: Starter): Promise<void> {
  const { configuration, record } = job;
  becomeSubreaper();
  if (job.restore === undefined) replaceRecord(configuration, { ...record, owner: thisProcess() });
  const runtime = await openExplained({ runtime: record.runtime, root: record.root, flags: job.flags });
  let made = false;
  let created: Created;
  try {
    created = await create(job, {
      runtime,
      onMade() {
        made = true;
      },
    });
    starter.report({ step: "created", pid: created.pid });
    if (!(await starter.go())) throw nobodyWaits(record);
    if (job.restore === undefined)
      await seeingHooks(sceneOf("start", { job, runtime }), () => runtime.start(record.id));
    const restored = job.restore === undefined ? {} : { restored: true };
    replaceRecord(configuration, { ...kept(record, runtime), ...restored });
  } catch (error) {
    if (job.restore === undefined) await remove(runtime, { configuration, record, made });
    else if (made) await end(runtime, record.id);
    throw error;
  }
  starter.report({ step: "started" });
  starter.leave();
  process.chdir("/");
  const exit = await untilEnd(job, created);
  using _ = reapSandbox(runtime.kind);
  await created.hub.end(exit);
  created.close();
  if (job.remove) await remove(runtime, { configuration, record, made: true });
}

function kept({ checkpoint: _, ...record }: ContainerRecord, { path, root }: Runtime): ContainerRecord {
  return { ...withoutOwner(record), runtime: path, root, keeper: thisProcess() };
}

/** From here on nobody's end is the container's. */
export function withoutOwner({ owner: _, ...record }: ContainerRecord): ContainerRecord {
  return record;
}

type Created = {
  readonly pid: number;
  readonly pidfd: number;
  readonly hub: Hub;
  readonly log: LogFile;
  readonly streams: KeptStreams;
  readonly close: () => void;
};

type Making = { readonly runtime: Runtime; readonly onMade: () => void };

async function create(job: CreateJob, { runtime, onMade }: Making): Promise<Created> {
  const { configuration, record } = job;
  const files = keeperFiles(configuration, record.id);
  if (job.restore === undefined) removeKeeperFiles(configuration, record.id);
  else rmSync(files.exit, { force: true });
  const log = openLog(files, job.logLimit);
  let hub: Hub | undefined;
  const onOutput: OnOutput = (stream, bytes) => {
    log.write(stream, bytes, new Date());
    hub?.tell(stream, bytes);
  };
  const streams = await makeContainer(job, { runtime, onOutput });
  onMade();
  hub = await openHub(files.socket, () => streams);
  const state = await runtime.state(record.id);
  if (!("pid" in state)) throw endedEarly(record);
  const { pid } = state;
  const close = (): void => {
    streams.close();
    log.close();
  };
  return { pid, pidfd: pidfdOpen(pid), hub, log, streams, close };
}

async function untilEnd({ configuration, record }: CreateJob, created: Created): Promise<ExitRecord> {
  const { pid, pidfd, streams } = created;
  // A machine that is shut down asks everybody to end: the container is asked by us.
  process.on("SIGTERM", () => signalTo(pidfd));
  const exit = exitRecord(await waitForExit(pid, pidfd).catch((error: unknown) => error));
  closeSync(pidfd);
  await streams.drain();
  writeExit(keeperFiles(configuration, record.id).exit, exit);
  return exit;
}

function signalTo(pidfd: number): void {
  try {
    pidfdSendSignal(pidfd, SIGTERM);
  } catch {
    // It has ended meanwhile.
  }
}

function exitRecord(ended: ContainerExit | unknown): ExitRecord {
  const now = new Date().toISOString();
  if (isExit(ended)) return { exitCode: ended.exitCode, signal: ended.signal ?? null, why: null, ended: now };
  return {
    exitCode: null,
    signal: null,
    why: ended instanceof Error ? ended.message : String(ended),
    ended: now,
  };
}

function isExit(value: unknown): value is ContainerExit {
  return typeof value === "object" && value !== null && "exitCode" in value;
}

type Removal = {
  readonly configuration: Configuration;
  readonly record: ContainerRecord;
  /** The runtime made it: a container of this id may be another's else. */
  readonly made: boolean;
};

async function remove(runtime: Runtime, { configuration, record, made }: Removal): Promise<void> {
  if (made) await end(runtime, record.id);
  forget(record, { configuration });
}

/** A runtime may refuse while its own process of `start` still looks at the container: it is asked some times. */
async function end(runtime: Runtime, id: ContainerId): Promise<void> {
  using _ = reapSandbox(runtime.kind);
  for (let turn = 0; ; turn++) {
    try {
      await runtime.delete(id, { force: true });
      return;
    } catch (error) {
      if (turn === 5) throw error;
      await sleep(100);
    }
  }
}

function nobodyWaits({ id }: ContainerRecord): OcilabError {
  return new OcilabError("host.interrupted", {
    doing: `start container ${JSON.stringify(id)}`,
    got: "whoever wanted it has ended meanwhile; it is removed",
  });
}

function endedEarly({ id }: ContainerRecord): OcilabError {
  return new OcilabError("container.lost", {
    doing: `look at the new container ${JSON.stringify(id)}`,
    got: "its process has ended before it was started",
    hint: "was it killed from outside, or for lack of memory?",
  });
}
