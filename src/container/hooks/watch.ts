import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { HookTrace } from "../../audit/hook-trace.ts";
import { errnoOf } from "../../base/errors.ts";
import { lookUpInside } from "../../kernel/answers.ts";
import { kernelFiles } from "../../kernel/files.ts";
import { parseStat } from "../../kernel/parse/stat.ts";
import { type ExecutionWatch, watchExecutions } from "../../linux/fanotify.ts";
import { runtimeTraits } from "../../runtime/kinds.ts";
import type { AskedHook, HookScene } from "./hooks.ts";

/** How long to wait, in ms, for the program after `start`, and between two looks. */
const [patience, pause] = [10_000, 5];

/** Whose the process was: of the runtime that we started or the container; somebody else's; or gone before it could be told. */
type Whose = "ours" | "another's" | "gone";
type Seen = { readonly file: string; readonly pid: number; readonly at: string; readonly whose: Whose };

/** A hook whose file is watched, or why it is not. */
type Marked = AskedHook & ({ readonly file: string } | { readonly why: string });

export type HookWatch = Disposable & {
  /** What became of each hook; after `start` as soon as that is known. */
  readonly finish: () => Promise<readonly HookTrace[]>;
};

/** Watch the files of hooks from now on. */
export async function watchHooks(asked: readonly AskedHook[], scene: HookScene): Promise<HookWatch> {
  const pid = scene.phase === "start" ? await pidOf(scene) : undefined;
  const before = pid === undefined ? undefined : programOf(pid);
  const seen: Seen[] = [];
  const state = { lost: false };
  const take = (): void => {
    try {
      for (const one of watch.take()) {
        if (one === "lost") state.lost = true;
        else seen.push({ ...one, at: new Date().toISOString(), whose: whoseIs(one.pid, pid) });
      }
    } catch {
      // No descriptor left for a file, or a file that cannot be opened: what it was is not known.
      state.lost = true;
    }
  };
  let watch: ExecutionWatch;
  try {
    watch = watchExecutions(() => take());
  } catch (error) {
    const why = `fanotify_init(2) answered ${errnoOf(error) ?? String(error)}`;
    return { finish: async () => asked.map((hook) => unknown(hook, why)), [Symbol.dispose]: () => undefined };
  }
  const marked: Marked[] = [];
  for (const hook of asked) marked.push(await mark(watch, hook, { pid, scene }));
  return {
    async finish() {
      take();
      const isOver = await programRuns({ pid, before }, () => {
        take();
        return tracesOf(marked, seen).every(({ saw }) => saw !== "nothing");
      });
      take();
      const traces = scene.phase === "create" ? ofCreate(tracesOf(marked, seen)) : tracesOf(marked, seen);
      if (isOver && !state.lost) return traces;
      const why = state.lost
        ? "the kernel lost events"
        : `the program was not executed within ${patience} ms`;
      return traces.map((trace) => (trace.saw === "nothing" ? unknown(trace, why) : trace));
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

async function pidOf({ runtime, id }: HookScene): Promise<number | undefined> {
  const state = await runtime.find(id);
  return state !== undefined && "pid" in state ? state.pid : undefined;
}

type Place = { readonly pid: number | undefined; readonly scene: HookScene };

/** A hook's path is the host's, but for startContainer: that is looked up inside the container (config.md#posix-platform-hooks). */
async function mark(watch: ExecutionWatch, hook: AskedHook, { pid, scene }: Place): Promise<Marked> {
  try {
    if (hook.kind !== "startContainer") return { ...hook, file: watch.watch(hook.path) };
    if (!runtimeTraits[scene.runtime.kind].hostProcesses)
      return { ...hook, why: "it is executed by the sandbox's kernel and not by this one" };
    if (pid === undefined) return { ...hook, why: "the container has no process" };
    const found = await lookUpInside(kernelFiles, { pid, path: hook.path });
    if (!found.ok) return { ...hook, why: `${found.source}: ${found.detail}` };
    return { ...hook, file: watch.watch(`/proc/${pid}/root${found.value.resolved}`) };
  } catch (error) {
    return { ...hook, why: `its file could not be watched: ${errnoOf(error) ?? String(error)}` };
  }
}

/**
 * Wait after `start` until nothing is missing or the program has been executed in the place of the runtime's own: then nothing comes any more.
 * False when that took too long.
 */
async function programRuns(
  { pid, before }: { readonly pid: number | undefined; readonly before: string | undefined },
  isComplete: () => boolean,
): Promise<boolean> {
  if (pid === undefined) return true;
  const end = performance.now() + patience;
  for (;;) {
    const now = programOf(pid);
    if (isComplete() || now !== before || now === undefined) return true;
    if (performance.now() > end) return false;
    await sleep(pause);
  }
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

/** The first hook of several with one file was executed first: hooks run in the listed order. */
function tracesOf(marked: readonly Marked[], seen: readonly Seen[]): readonly HookTrace[] {
  const left = seen.filter(({ whose }) => whose !== "another's");
  return marked.map((hook) => {
    if ("why" in hook) return unknown(hook, hook.why);
    const { kind, index } = hook;
    const at = left.findIndex(({ file }) => file === hook.file);
    const [event] = at < 0 ? [] : left.splice(at, 1);
    const other = seen.find(({ file, whose }) => file === hook.file && whose === "another's");
    if (event === undefined && other !== undefined)
      return unknown(
        hook,
        `it was executed by process ${other.pid}, which does not descend from the runtime`,
      );
    if (event === undefined) return { kind, index, saw: "nothing", at: new Date().toISOString() };
    const { pid, whose } = event;
    return { kind, index, saw: "executed", at: event.at, pid, recognised: whose === "ours" };
  });
}

/** A hook of start is told of only when it came too early, and by a process that was recognised: any other may be a stranger's. */
function ofCreate(traces: readonly HookTrace[]): readonly HookTrace[] {
  return traces.flatMap((trace): readonly HookTrace[] => {
    if (trace.kind !== "poststart") return [trace];
    const { kind, index } = trace;
    const isOurs = trace.saw === "executed" && trace.recognised;
    return isOurs ? [{ kind, index, saw: "early", at: trace.at, pid: trace.pid }] : [];
  });
}

function unknown({ kind, index }: Pick<AskedHook, "kind" | "index">, why: string): HookTrace {
  return { kind, index, saw: "unknown", why };
}

/** Up the line of parents to this process, which started the runtime, or to the container's. */
function whoseIs(pid: number, container: number | undefined): Whose {
  let at = pid;
  for (let depth = 0; depth < 64 && at > 0; depth++) {
    if (at === process.pid || at === container) return "ours";
    const stat = statOf(at);
    // A process that is just being released shows 0 as its parent, once.
    const sure = stat?.parent === 0 ? statOf(at) : stat;
    if (sure === undefined) return "gone";
    at = sure.parent;
  }
  return "another's";
}

function statOf(pid: number): { readonly parent: number } | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return stat.ok ? stat.value : undefined;
  } catch {
    return undefined;
  }
}
