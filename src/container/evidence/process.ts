import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { parseStatus } from "../../kernel/parse/status.ts";
import { runtimeTraits } from "../../runtime/kinds.ts";
import type { ContainerState } from "../../runtime/output.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { signalName } from "../../runtime/signals.ts";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

/** Which signals the container's first process handles: the others that ask a process to end do not reach it (pid_namespaces(7)). */
export function handledSignals({ pid }: Scene): Gathered {
  if (pid === undefined) return { evidence: [] };
  const source = `/proc/${pid}/status`;
  const caught = signalsIn("SigCgt", readFileSync(source, "utf8")).map(signalName);
  return { evidence: [{ source, says: `SigCgt: it handles ${caught.join(", ") || "no signal"}` }] };
}

/** Where standard input, output and error of the container's first process lead, beside ours. */
export function descriptorEvidence({ pid }: Scene): Gathered {
  const places = [...(pid === undefined ? [] : [`/proc/${pid}/fd`]), "/proc/self/fd"];
  return { evidence: places.map(descriptorsAt) };
}

/** Why a signal will not reach a container's first process, by what the kernel says of it now; undefined: it will, or we cannot know. */
export function whyDropped(
  signal: number,
  state: ContainerState | undefined,
  { kind }: Pick<Runtime, "kind">,
): string | undefined {
  if (state?.status !== "running" || !runtimeTraits[kind].hostProcesses) return undefined;
  return whyUnheard(signal, state.pid);
}

/** Why a signal has no effect on a process of this host, as its /proc/PID/status says now; undefined: it has, or we cannot know. */
export function whyUnheard(signal: number, pid: number): string | undefined {
  try {
    return droppedSignal(signal, readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Why a signal has no effect on a process: it ignores it, or it is the first of its pid namespace and has no handler for it, for then the kernel
 * drops it, unless it is KILL or STOP and comes from outside. One that it blocks may be waited for. `status` is the text of its
 * /proc/PID/status. Pure. Undefined: it gets there.
 */
export function droppedSignal(signal: number, status: string): string | undefined {
  const always = [9, 19];
  const harmless = [17, 18, 23, 28];
  const isIn = (set: string): boolean => signalsIn(set, status).includes(signal);
  if ([...always, ...harmless].includes(signal) || isIn("SigCgt")) return undefined;
  if (isIn("SigIgn")) return `it ignores ${signalName(signal)} (SigIgn in its /proc/PID/status)`;
  const chain = (parseStatus(status).get("NSpid") ?? "").split(/\s+/);
  const isFirst = chain.length > 1 && chain.at(-1) === "1";
  if (!isFirst || isIn("SigBlk")) return undefined;
  return `it has no handler for ${signalName(signal)} (SigCgt), and the kernel drops signals that the first process of a pid namespace does not handle`;
}

/** The numbers of the signals in a set such as SigCgt, a hexadecimal mask whose lowest bit is signal 1 (proc_pid_status(5)). */
function signalsIn(set: string, status: string): readonly number[] {
  const mask = BigInt(`0x${parseStatus(status).get(set) ?? "0"}`);
  return Array.from({ length: 64 }, (_, index) => index + 1).filter(
    (signal) => (mask >> BigInt(signal - 1)) & 1n,
  );
}

function descriptorsAt(directory: string): Evidence {
  const ends = [0, 1, 2].map((fd) => `${fd} → ${targetOf(`${directory}/${fd}`)}`);
  return { source: directory, says: ends.join(", ") };
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return existsSync(path) ? "not ours to see" : "closed";
  }
}
