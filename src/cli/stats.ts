import { startTime } from "../base/temporary.ts";
import { findContainer, listContainers } from "../container/find.ts";
import { type CgroupPlace, findCgroup, readUsage } from "../kernel/usage.ts";
import { formatJson } from "../oci/json.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { Context } from "./command.ts";
import { processOf } from "./look.ts";
import { type ContainerSamples, statsDocuments, statsTable } from "./render/stats.ts";
import { openScreen, pauseFor } from "./screen.ts";
import { whereOf } from "./where.ts";

type Subject = {
  readonly id: string;
  readonly pid: number;
  readonly started: string;
  readonly place: CgroupPlace;
};

/** `ocilab stats`. Errors: those of findContainer; "runtime.not-running" for a named container without a process. */
export async function showStats(
  ids: readonly ContainerId[],
  options: { readonly context: Context; readonly interval: number; readonly once: boolean },
): Promise<void> {
  const { context, interval, once } = options;
  const subjects = await subjectsOf(ids, context);
  const live = !once && !context.json && process.stdout.isTTY === true;
  using screen = live ? openScreen(process.stdout, process.stdin) : undefined;
  let left = false;
  void screen?.left.then(() => {
    left = true;
  });
  const until = screen?.left ?? new Promise<never>(() => {});
  let samples: readonly ContainerSamples[] = subjects.map(({ id }) => ({ id, samples: [] }));
  // A share of CPU time needs two looks.
  for (let look = 0; !left && (look === 0 || subjects.some(isThere)); look++) {
    samples = await Promise.all(subjects.map((subject, index) => sampled(subject, samples[index])));
    const shown = samples.filter((_, index) => isThere(subjects[index]));
    if (context.json && (!once || look > 0))
      process.stdout.write(
        statsDocuments(shown)
          .map((one) => `${formatJson(one)}\n`)
          .join(""),
      );
    else if (screen !== undefined)
      screen.show((size) =>
        statsTable(shown, { ...context.terminal, ...size })
          .trimEnd()
          .split("\n"),
      );
    else if (!context.json && look > 0) context.print(statsTable(shown, context.terminal));
    if (once && look > 0) return;
    await pauseFor(once ? Math.min(interval, 500) : interval, { signal: context.signal, until });
  }
}

async function subjectsOf(ids: readonly ContainerId[], context: Context): Promise<readonly Subject[]> {
  const where = whereOf(context);
  const states =
    ids.length > 0
      ? await Promise.all(ids.map(async (id) => (await findContainer(id, where)).state))
      : (await listContainers(where)).filter(({ status }) => status === "running" || status === "paused");
  return Promise.all(
    states.map(async (state) => {
      const { pid } = processOf(state);
      const place = await findCgroup(pid);
      const nowhere: CgroupPlace = { unified: undefined, v1: {} };
      return { id: state.id, pid, started: startTime(pid), place: place.ok ? place.value : nowhere };
    }),
  );
}

async function sampled(
  { id, place }: Subject,
  before: ContainerSamples | undefined,
): Promise<ContainerSamples> {
  const sample = { at: performance.now(), time: new Date().toISOString(), usage: await readUsage(place) };
  return { id, samples: [...(before?.samples ?? []), sample].slice(-2) };
}

function isThere(subject: Subject | undefined): boolean {
  return subject !== undefined && startTime(subject.pid) === subject.started;
}
