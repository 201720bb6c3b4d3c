import type { MemberProcess } from "../../kernel/view-parts.ts";
import type { Picture } from "../screen.ts";
import { table } from "./table.ts";
import { cut, oneLine, paint, type Terminal } from "./terminal.ts";
import { bytes } from "./value.ts";

/** The processes of a container as a tree: children below their parents, those whose parent is elsewhere at the left. */
export function renderMembers(members: readonly MemberProcess[], terminal: Terminal): string {
  const rows = treeOrder(members).map(({ process, indent }) => [
    String(process.pid),
    inside(process),
    String(process.user),
    process.state,
    String(process.threads),
    cpuTime(process),
    bytes(process.memory),
    `${indent}${commandOf(process)}`,
  ]);
  return table([["PID", "INSIDE", "USER", "STATE", "THREADS", "CPU", "MEMORY", "COMMAND"], ...rows], {
    terminal,
    style: (text, { row }) => (row === 0 ? paint(text, "dim", terminal) : text),
  });
}

/** The processes at one moment; `at` in milliseconds of a clock that never goes back. */
export type MemberSample = { readonly at: number; readonly members: readonly MemberProcess[] };

/** A process of the newest sample with the CPU that it took since the sample before, in percent of one CPU. */
export type BusyProcess = MemberProcess & { readonly cpuPercent: number | undefined };

/** Those of the newest sample, the busiest first. */
export function busiest(samples: readonly MemberSample[]): readonly BusyProcess[] {
  const [now, before] = [samples.at(-1), samples.at(-2)];
  const seconds = now === undefined || before === undefined ? 0 : (now.at - before.at) / 1000;
  const busy = (now?.members ?? []).map((process) => {
    const then = before?.members.find(
      ({ pid, startTime }) => pid === process.pid && startTime === process.startTime,
    );
    const ticks = Number(process.cpuTicks) - Number(then?.cpuTicks ?? 0);
    return {
      ...process,
      cpuPercent: then === undefined || seconds <= 0 ? undefined : ((ticks / hertz) * 100) / seconds,
    };
  });
  return busy.sort(
    (a, b) => (b.cpuPercent ?? 0) - (a.cpuPercent ?? 0) || Number(b.memory) - Number(a.memory),
  );
}

/** The live picture of `top`. */
export function membersPicture(
  samples: readonly MemberSample[],
  { title, terminal }: { readonly title: string; readonly terminal: Terminal },
): Picture {
  return ({ columns, rows }) => {
    const room = { ...terminal, columns };
    const head = paint(cut(oneLine(title), columns), "bold", room);
    const lines = renderBusiest(samples, room).trimEnd().split("\n");
    return [head, "", ...lines.slice(0, Math.max(1, rows - 4)), "", paint("q leaves", "dim", room)];
  };
}

/** The same as a table, once. */
export function renderBusiest(samples: readonly MemberSample[], terminal: Terminal): string {
  const rows = busiest(samples).map((process) => [
    String(process.pid),
    inside(process),
    String(process.user),
    process.state,
    process.cpuPercent === undefined ? "–" : process.cpuPercent.toFixed(1),
    bytes(process.memory),
    cpuTime(process),
    commandOf(process),
  ]);
  return table([["PID", "INSIDE", "USER", "STATE", "CPU%", "MEMORY", "CPU", "COMMAND"], ...rows], {
    terminal,
    style: (text, { row }) => (row === 0 ? paint(text, "dim", terminal) : text),
  });
}

/** USER_HZ, which the kernel's interface to programs has on every architecture that Node runs on. */
const hertz = 100;

function treeOrder(
  members: readonly MemberProcess[],
): readonly { readonly process: MemberProcess; readonly indent: string }[] {
  const pids = new Set(members.map(({ pid }) => pid));
  const below = (parent: number): readonly MemberProcess[] =>
    members.filter((one) => one.parent === parent && one.pid !== parent);
  const walk = (process: MemberProcess, indent: string): ReturnType<typeof treeOrder> => [
    { process, indent },
    ...below(process.pid).flatMap((child) => walk(child, `${indent}  `)),
  ];
  return members.filter(({ parent }) => !pids.has(parent)).flatMap((process) => walk(process, ""));
}

/** The id that it has in its own pid namespace. */
function inside({ pids }: MemberProcess): string {
  return pids.length > 1 ? String(pids.at(-1)) : "–";
}

/** Its arguments; the name in brackets for one that has none, as ps(1) has it. */
function commandOf({ args, command }: MemberProcess): string {
  return oneLine(args.length === 0 ? `[${command}]` : args.join(" "));
}

/** "0:01.25": minutes, seconds. */
function cpuTime({ cpuTicks }: MemberProcess): string {
  const seconds = Number(cpuTicks) / hertz;
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
}
