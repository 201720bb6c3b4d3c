import { setTimeout as sleep } from "node:timers/promises";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { readOomKills } from "../kernel/oom.ts";
import type { Exact } from "../kernel/parse/parsed.ts";
import type { Reading } from "../kernel/reading.ts";
import { type CgroupPlace, findCgroup, readUsage, type Usage } from "../kernel/usage.ts";
import { whenPidEnds } from "../linux/process.ts";
import type { ContainerId } from "../oci/spec.ts";
import { type FoundContainer, findContainer, type Where } from "./find.ts";
import { type WaitResult, waitContainer } from "./waiting.ts";

/** What happens to a container. `time` is RFC 3339, `at` milliseconds of a clock that never goes back. */
export type ContainerEvent = {
  readonly id: ContainerId;
  readonly time: string;
  readonly at: number;
} & (
  | { readonly type: "stats"; readonly usage: Usage }
  /** `kills` of its processes since it began, one or more of them since the last event. */
  | { readonly type: "oom"; readonly kills: Exact; readonly source: string }
  | { readonly type: "end"; readonly exit: Pick<WaitResult, "exitCode" | "signal" | "source" | "why"> }
);

export type EventOptions = Where & {
  /** Milliseconds between two "stats". */
  readonly interval: number;
  /** One "stats" and no more. */
  readonly once?: boolean;
};

/** Milliseconds between two looks for processes killed for lack of memory. */
const pause = 100;

/**
 * Follow a container, whatever runtime runs it: the kernel's files of its cgroup answer. "stats" at once and then every `interval`, "oom" within a tenth of
 * a second and before the end that it causes, and in the end "end", the last. Ends without it when `signal` aborts. Errors: "runtime.not-found",
 * "runtime.not-running", "kernel.*" when its cgroup cannot be found.
 */
export async function* containerEvents(
  id: ContainerId,
  options: EventOptions,
): AsyncGenerator<ContainerEvent, void> {
  const { state } = await findContainer(id, options);
  const pid = pidOf(state);
  const place = await findCgroup(pid);
  const stopping = new AbortController();
  const signal = AbortSignal.any([
    stopping.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const ended = watchEnd(pid, signal);
  const now = () => ({ id, time: new Date().toISOString(), at: performance.now() });
  const sees = oomWatcher(place.ok ? place.value : { unified: undefined, v1: {} });
  // Asked before the end, so that the kernel can still tell it.
  const outcome = waitContainer(id, { ...options, signal });
  outcome.catch(() => undefined);
  try {
    await sees();
    let due = performance.now();
    while (!signal.aborted) {
      const over = ended.isOver();
      const oom = await sees();
      if (oom !== undefined && options.once !== true) yield { ...now(), type: "oom", ...oom };
      if (over) break;
      if (performance.now() >= due && place.ok) {
        yield { ...now(), type: "stats", usage: await readUsage(place.value) };
        due += options.interval;
      }
      if (options.once === true) return;
      await Promise.race([ended.promise, sleep(Math.min(pause, options.interval))]);
    }
    if (signal.aborted) return;
    const { id: _, ...exit } = await outcome;
    yield { ...now(), type: "end", exit };
  } finally {
    stopping.abort();
  }
}

type Kills = { readonly kills: Exact; readonly source: string };

/** Each call tells of more kills than the one before; the first never does. */
function oomWatcher(place: CgroupPlace): () => Promise<Kills | undefined> {
  let before: Reading<Exact> | undefined;
  return async () => {
    const reading = await readOomKills(place);
    const earlier = before;
    if (reading.ok || before === undefined) before = reading;
    if (!reading.ok || earlier === undefined || !earlier.ok || reading.value <= earlier.value)
      return undefined;
    return { kills: reading.value, source: reading.source };
  };
}

type End = { readonly promise: Promise<void>; readonly isOver: () => boolean };

function watchEnd(pid: number, signal: AbortSignal): End {
  let over = false;
  const promise = whenPidEnds(pid, { signal }).then(
    () => {
      over = true;
    },
    () => undefined,
  );
  return { promise, isOver: () => over };
}

function pidOf(state: FoundContainer["state"]): number {
  if ("pid" in state) return state.pid;
  throw new OcilabError("runtime.not-running", {
    doing: `follow container ${quote(state.id)}`,
    got: `it is ${state.status}, so there is no process to ask the kernel about`,
    hint: "follow it while it is created or running",
    facts: { id: state.id, status: state.status },
  });
}
