import { readFileSync } from "node:fs";
import { errnoOf } from "../base/errors.ts";
import { koffi, systemCall } from "./door.ts";

/** linux/ptrace.h */
const [PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_EVENT_STOP] = [17, 0x4206, 0x4207, 128];
const [PTRACE_SECCOMP_GET_FILTER, PTRACE_SECCOMP_GET_METADATA] = [0x420c, 0x420d];
/** linux/seccomp.h; linux/wait.h */
const SECCOMP_FILTER_FLAG_LOG = 2n;
const [WNOHANG, WALL] = [1, 0x40000000];
/** sizeof(struct sock_filter), and BPF_MAXINSNS */
const [instructionSize, mostInstructions] = [8, 4096];
/** Milliseconds: for the process to stop, and between two attempts. */
const [patience, pause] = [5000, 10];
const mostAttempts = 20;

const ptrace = systemCall("long ptrace(int request, int pid, ulong address, ulong data)");
const waitpid = systemCall("int waitpid(int pid, void *status, int options)");

/** A filter as it was installed: classic BPF, 8 bytes an instruction (struct sock_filter). */
export type InstalledFilter = { readonly program: Uint8Array; readonly log: boolean };

/**
 * The seccomp filters of a process, the oldest first (PTRACE_SECCOMP_GET_FILTER). The process is stopped for as long as it takes to copy
 * them; when this process dies meanwhile the kernel lets it go on. It may not be our own process. Call it in a process of its own: it waits
 * without letting anything else run. EPERM: we may not trace it, or somebody else does. EACCES: we lack CAP_SYS_ADMIN or have a filter ourselves.
 */
export function seccompFilters(pid: number): readonly InstalledFilter[] {
  for (let attempts = 1; ; attempts++) {
    try {
      return filtersOf(pid);
    } catch (error) {
      if (attempts === mostAttempts || !isPassing(pid, errnoOf(error))) throw error;
      wait(pause);
    }
  }
}

/**
 * While one of its threads executes a program (execve(2)), the first thread ends and the other gets its number: who asks for it by
 * that number meanwhile has a thread that is gone or, with EPERM, one that has ended.
 */
function isPassing(pid: number, code: string | undefined): boolean {
  if (code !== "ESRCH" && code !== "ECHILD" && code !== "EPERM") return false;
  const [, state = "", threads = ""] =
    /\) (\S)(?: \S+){16} (\d+) /.exec(statOf(pid)?.replace(/^.*\)/s, ")") ?? "") ?? [];
  const ended = state === "Z" || state === "X";
  return ended ? Number(threads) > 1 : state !== "" && code !== "EPERM";
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
}

function filtersOf(pid: number): readonly InstalledFilter[] {
  ptrace(PTRACE_SEIZE, pid, 0, 0);
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  const signal = untilStopped(pid);
  try {
    return readFilters(pid);
  } finally {
    ptrace(PTRACE_DETACH, pid, 0, signal);
  }
}

/** The signal that stopped it before our interrupt did, to be handed on, else 0. A process that the v1 freezer holds, or that waits for a disk, does not stop: it is let go by our end. */
function untilStopped(pid: number): number {
  const status = Buffer.alloc(4);
  const until = performance.now() + patience;
  while (performance.now() < until) {
    if (waitpid(pid, status, WNOHANG | WALL) === pid) {
      if (status[0] === 0x7f) return status[2] === PTRACE_EVENT_STOP ? 0 : (status[1] ?? 0);
      throw Object.assign(new Error("ESRCH: the process has ended"), { code: "ESRCH", syscall: "waitpid" });
    }
    wait(1);
  }
  throw Object.assign(new Error("ETIMEDOUT: the process does not stop"), {
    code: "ETIMEDOUT",
    syscall: "waitpid",
  });
}

/** Without letting anything else run. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function readFilters(pid: number): readonly InstalledFilter[] {
  const filters: InstalledFilter[] = [];
  const program = Buffer.alloc(instructionSize * mostInstructions);
  for (;;) {
    try {
      const count = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, filters.length, koffi().address(program));
      const log = hasLog(pid, filters.length);
      filters.push({ program: Uint8Array.from(program.subarray(0, instructionSize * count)), log });
    } catch (error) {
      // ENOENT: the last has been read; EINVAL: it has none.
      if (["ENOENT", "EINVAL"].includes(errnoOf(error) ?? "")) return filters;
      throw error;
    }
  }
}

/** Whether the filter was installed with SECCOMP_FILTER_FLAG_LOG, the one flag that the kernel keeps (since Linux 4.16). */
function hasLog(pid: number, index: number): boolean {
  const metadata = Buffer.alloc(16);
  metadata.writeBigUInt64LE(BigInt(index), 0);
  ptrace(PTRACE_SECCOMP_GET_METADATA, pid, metadata.length, koffi().address(metadata));
  return (metadata.readBigUInt64LE(8) & SECCOMP_FILTER_FLAG_LOG) !== 0n;
}
