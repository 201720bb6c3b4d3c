import { setTimeout as sleep } from "node:timers/promises";
import type { Cancel } from "../base/brand.ts";
import { parseStat, type Stat } from "./parse/stat.ts";
import { attempt, mapReading, readFact } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";

/** The number by which /proc shows a process, and what its stat file says. */
export type Living = {
  /** Its pid; another of its threads when the first has ended and others go on. */
  readonly shown: number;
  /** Of the whole process: state "Z" or "X" means that none of its threads is left. */
  readonly stat: Reading<Stat>;
};

/** Milliseconds for a program to be executed, and between two looks. */
const [patience, step] = [100, 5];

/**
 * Find by which number to read a process. Its first thread may end before the others: /proc/PID then has none of its files. So it is for good
 * when a program has ended it (pthread_exit(3)), and for a moment while another thread executes a program and becomes the first
 * (execve(2)), as in every runtime that is written in Go; that moment is waited for.
 */
export async function findLiving(
  files: KernelFiles,
  { pid, signal }: Cancel & { readonly pid: number },
): Promise<Living> {
  const read = () => readFact(files, `/proc/${pid}/stat`, parseStat);
  let stat = await read();
  for (let waited = 0; lacksFirst(stat) && waited < patience; waited += step) {
    if (files.calls === undefined) break;
    await sleep(step, undefined, { signal });
    stat = await read();
  }
  if (!lacksFirst(stat)) return { shown: pid, stat };
  const threads = await attempt(`/proc/${pid}/task (readdir)`, () => files.list(`/proc/${pid}/task`));
  for (const thread of threads.ok ? threads.value : []) {
    const own = await readFact(files, `/proc/${pid}/task/${thread}/stat`, parseStat);
    if (!own.ok || hasEnded(own.value)) continue;
    return {
      shown: Number(thread),
      stat: mapReading(stat, (value) => ({ ...value, state: own.value.state })),
    };
  }
  return { shown: pid, stat };
}

/** A zombie has left its cgroup and namespaces and has no files: what is read of it says nothing of what it was. */
export function hasEnded({ state }: Stat): boolean {
  return state === "Z" || state === "X";
}

/** The kernel counts a thread that has ended until it is reaped: one alone is the whole process. */
function lacksFirst(stat: Reading<Stat>): boolean {
  return stat.ok && hasEnded(stat.value) && stat.value.threads > 1;
}
