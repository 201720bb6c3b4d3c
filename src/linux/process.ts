import { closeSync, readFileSync } from "node:fs";
import { errnoOf } from "../base/errors.ts";
import { koffi, numberedCall, type Path, pathArgument, systemCall } from "./door.ts";

/** linux/prctl.h */
const PR_SET_CHILD_SUBREAPER = 36;
const PR_SET_NO_NEW_PRIVS = 38;
/** linux/wait.h */
const WNOHANG = 1;
/** asm-generic/unistd.h: the same on every architecture. */
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;

const prctl = systemCall("int prctl(int option, ulong a, ulong b, ulong c, ulong d)");
const waitpid = systemCall("int waitpid(int pid, void *status, int options)");
const chrootCall = systemCall("int chroot(const char *path)");
const fchdirCall = systemCall("int fchdir(int fd)");

/** How a child ended (wait(2)): by exiting, or by a signal of this number. */
export type WaitStatus =
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "signalled"; readonly signal: number; readonly coreDumped: boolean };

/**
 * Make this process the parent of its orphaned descendants (PR_SET_CHILD_SUBREAPER). Lasts until the process ends;
 * children do not inherit it. Reap them one by one with `waitProcess`: a wait for any child would steal Node's own.
 */
export function becomeSubreaper(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/** Make sure that no execve of this process or its children gains privileges (PR_SET_NO_NEW_PRIVS). Cannot be undone. */
export function forbidNewPrivileges(): void {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/**
 * How the child `pid` ended, or undefined while it runs (waitpid with WNOHANG: never waits). It is reaped: ask only once more
 * after an answer and the error is ECHILD. Only for children that Node did not start.
 */
export function waitProcess(pid: number): WaitStatus | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new RangeError(`${pid} is not a process id`);
  const status = new Int32Array(1);
  const ended = waitpid(pid, new Uint8Array(status.buffer), WNOHANG);
  return ended === 0 ? undefined : decodeWaitStatus(status[0] ?? 0);
}

/** Decode the status word of wait(2) (bits/waitstatus.h). */
export function decodeWaitStatus(status: number): WaitStatus {
  const signal = status & 0x7f;
  if (signal === 0) return { kind: "exited", exitCode: (status >> 8) & 0xff };
  return { kind: "signalled", signal, coreDumped: (status & 0x80) !== 0 };
}

/** A descriptor of the process `pid` (pidfd_open(2)); close it with fs.closeSync. ESRCH when there is none. */
export function pidfdOpen(pid: number): number {
  return numberedCall(SYS_pidfd_open, pid, 0, null, 0, 0);
}

/** Send a signal to exactly the process behind `pidfd`, never to a later one with its pid. ESRCH when it has ended. */
export function pidfdSendSignal(pidfd: number, signal: number): void {
  numberedCall(SYS_pidfd_send_signal, pidfd, signal, null, 0, 0);
}

/** Resolves when the process behind `pidfd` has ended (it may still have to be reaped). Rejects with the signal's reason when aborted. */
export function whenProcessEnds(
  pidfd: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) return reject(signal.reason);
    const settle = (then: () => void): void => {
      handle.close();
      signal?.removeEventListener("abort", onAbort);
      then();
    };
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const handle = koffi().node.poll(pidfd, { readable: true }, () => settle(resolve));
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Resolves when a process has ended, at once when there is none. Rejects with the signal's reason when aborted. */
export async function whenPidEnds(
  pid: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  let pidfd: number;
  try {
    pidfd = pidfdOpen(pid);
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return;
    throw error;
  }
  try {
    await whenProcessEnds(pidfd, options);
  } finally {
    closeSync(pidfd);
  }
}

/** Change this process's root directory (chroot(2)); needs CAP_SYS_CHROOT. The working directory stays: change it as well. */
export function chroot(path: Path): void {
  chrootCall(pathArgument(path));
}

/** Change the working directory to the directory behind an open descriptor (fchdir(2)). */
export function changeDirectory(fd: number): void {
  fchdirCall(fd);
}

/** linux/pidfd.h: PIDFD_GET_INFO with a struct pidfd_info of its first version, 64 bytes; PIDFD_INFO_EXIT from Linux 6.15 on. */
const PIDFD_GET_INFO = 0xc040ff0b;
const PIDFD_INFO_EXIT = 8n;
const pidfdInfoSize = 64;
const exitCodeAt = 60;
const ioctl = systemCall("int ioctl(int fd, ulong request, void *argument)");

/**
 * How the process behind `pidfd` ended, also one that is no child of ours: while nobody has reaped it from the last field of its stat file
 * (proc_pid_stat(5), exit_code: needs the right to trace it), then from the kernel's memory of it (PIDFD_INFO_EXIT, Linux 6.15). Undefined
 * while it runs, and for ever where it was reaped and the kernel is older.
 */
export function exitOfStranger(pid: number, pidfd: number): WaitStatus | undefined {
  const word = exitInStat(pid, pidfd) ?? exitInPidfd(pidfd);
  return word === undefined ? undefined : decodeWaitStatus(word);
}

/** Then its pid is still its own. */
function isUnreaped(pidfd: number): boolean {
  try {
    pidfdSendSignal(pidfd, 0);
    return true;
  } catch {
    return false;
  }
}

function exitInStat(pid: number, pidfd: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    if (!isUnreaped(pidfd)) return undefined;
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .trimEnd()
      .split(" ");
    const word = Number(fields[49]);
    if (fields[0] !== "Z" || !Number.isInteger(word)) return undefined;
    // Who may not trace it sees 0, which is how a good end looks as well; root may.
    return word !== 0 || process.geteuid?.() === 0 ? word : undefined;
  } catch {
    return undefined;
  }
}

function exitInPidfd(pidfd: number): number | undefined {
  const info = Buffer.alloc(pidfdInfoSize);
  info.writeBigUInt64LE(PIDFD_INFO_EXIT, 0);
  try {
    ioctl(pidfd, PIDFD_GET_INFO, info);
  } catch {
    return undefined;
  }
  return (info.readBigUInt64LE(0) & PIDFD_INFO_EXIT) === 0n ? undefined : info.readInt32LE(exitCodeAt);
}
