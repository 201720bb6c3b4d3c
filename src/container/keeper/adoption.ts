import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ReadStream } from "node:tty";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { exitOfStranger, pidfdOpen, whenProcessEnds } from "../../linux/process.ts";
import { type ContainerExit, toExit } from "../exit.ts";
import { replaceRecord, thisProcess } from "../records.ts";
import { type ExitRecord, writeExit } from "./exit-file.ts";
import { keeperFiles, removeKeeperFiles } from "./files.ts";
import { type Hub, openHub } from "./hub.ts";
import type { AdoptJob } from "./job.ts";
import { type Starter, withoutOwner } from "./keeping.ts";
import { openLog } from "./log-file.ts";
import { keepTerminal } from "./streams.ts";

/** Where the descriptor that is handed over lies. */
const handed = 3;

/**
 * Keep a container that somebody else started and was the parent of: its terminal is ours now, its end is seen by a pidfd, and its exit
 * code as far as the kernel shows it to strangers (exitOfStranger).
 */
export async function adopt(job: AdoptJob, { report, leave }: Omit<Starter, "go">): Promise<void> {
  const { configuration, record, pid } = job;
  const files = keeperFiles(configuration, record.id);
  const pidfd = openProcess(job);
  removeKeeperFiles(configuration, record.id);
  const log = openLog(files, job.logLimit);
  let hub: Hub | undefined;
  const streams = keepTerminal(handed, (stream, bytes) => {
    log.write(stream, bytes, new Date());
    hub?.tell(stream, bytes);
  });
  hub = await openHub(files.socket, () => streams);
  replaceRecord(configuration, { ...withoutOwner(record), keeper: thisProcess() });
  report({ step: "started" });
  leave();
  process.chdir("/");
  await whenProcessEnds(pidfd);
  const exit = recordOf(await strangersExit(pid, pidfd));
  closeSync(pidfd);
  await streams.drain();
  writeExit(files.exit, exit);
  await hub.end(exit);
  streams.close();
  log.close();
}

/** A terminal whose other end is written to, and whose output nobody wants any more, until the last process in it has closed it. */
export async function drainTerminal(): Promise<void> {
  const stream = new ReadStream(handed);
  stream.resume();
  await new Promise<void>((resolve) => {
    stream
      .once("end", resolve)
      .once("close", resolve)
      .on("error", () => resolve());
  });
}

/**
 * How a process that is no child of ours and has ended did so: undefined when nobody can say. It is asked for a moment, because the kernel tells it
 * only once somebody has reaped the process, or only until then.
 */
export async function strangersExit(pid: number, pidfd: number): Promise<ContainerExit | undefined> {
  for (let turn = 0; turn < 50; turn++) {
    const status = exitOfStranger(pid, pidfd);
    if (status !== undefined) return toExit(status);
    await sleep(20);
  }
  return undefined;
}

function recordOf(exit: ContainerExit | undefined): ExitRecord {
  const ended = new Date().toISOString();
  if (exit !== undefined) return { exitCode: exit.exitCode, signal: exit.signal ?? null, why: null, ended };
  const why = "it was left by its parent, and this kernel shows a stranger's exit code to nobody else";
  return { exitCode: null, signal: null, why, ended };
}

function openProcess({ pid, record }: AdoptJob): number {
  try {
    return pidfdOpen(pid);
  } catch (cause) {
    throw new OcilabError("container.lost", {
      doing: `keep container ${quote(record.id)}`,
      got: `its process ${pid} has ended meanwhile`,
      cause,
    });
  }
}
