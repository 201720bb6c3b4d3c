import { whenPidEnds } from "../linux/process.ts";
import { formatJson } from "../oci/json.ts";
import type { Context } from "./command.ts";
import { openScreen, type Picture, pauseFor } from "./screen.ts";

/** What is watched: `read` takes a sample, and each place it is shown in has a form of its own. */
export type Watched<Sample> = {
  /** It ends when this process does. */
  readonly pid: number;
  /** Milliseconds between two samples. */
  readonly interval: number;
  read(): Promise<Sample>;
  /** The samples so far, the oldest first, at most `kept`. */
  picture(samples: readonly Sample[]): Picture;
  /** One line or several, each with its line feed. */
  text(samples: readonly Sample[]): string;
  document(samples: readonly Sample[]): unknown;
  readonly kept: number;
  /** End after so many samples. */
  readonly most?: number | undefined;
};

type Show<Sample> = (samples: readonly Sample[]) => void;

/**
 * Take samples until the process ends or the user leaves: as a live picture on a terminal, elsewhere as a line each, under --json as a document a
 * line. Rejects with the signal's reason when aborted; the terminal is then as it was.
 */
export async function watch<Sample>(watched: Watched<Sample>, context: Context): Promise<void> {
  const stop = new AbortController();
  const signal = context.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, context.signal]);
  const ended = whenEnded(watched.pid, signal);
  try {
    if (context.json || process.stdout.isTTY !== true) {
      const show: Show<Sample> = context.json
        ? (samples) => void process.stdout.write(`${formatJson(watched.document(samples))}\n`)
        : (samples) => context.print(watched.text(samples));
      await loop(watched, { show, ended, signal: context.signal });
      return;
    }
    using screen = openScreen(process.stdout, process.stdin);
    await loop(watched, {
      show: (samples) => screen.show(watched.picture(samples)),
      ended: Promise.race([ended, screen.left]),
      signal: context.signal,
    });
  } finally {
    stop.abort();
  }
}

async function loop<Sample>(
  watched: Watched<Sample>,
  options: {
    readonly show: Show<Sample>;
    readonly ended: Promise<void>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  let isOver = false;
  void options.ended.then(() => {
    isOver = true;
  });
  let samples: readonly Sample[] = [];
  for (let taken = 0; taken < (watched.most ?? Number.POSITIVE_INFINITY) && !isOver; taken++) {
    const sample = await watched.read();
    // What is read of a process that ended meanwhile is nothing.
    if (isOver) return;
    samples = [...samples, sample].slice(-watched.kept);
    options.show(samples);
    if (taken + 1 === watched.most) return;
    await pauseFor(watched.interval, { signal: options.signal, until: options.ended });
  }
}

/** Resolves when the process has ended, at once when there is none. Never when aborted: then nobody waits. */
async function whenEnded(pid: number, signal: AbortSignal): Promise<void> {
  try {
    await whenPidEnds(pid, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    await new Promise<never>(() => {});
  }
}
