import { systemCall } from "./door.ts";

/** Numbers of asm/unistd_64.h of x86, and of asm-generic/unistd.h, which every newer architecture has. */
const calls = process.arch === "x64" ? { getattr: 315, ioprio: 252 } : { getattr: 275, ioprio: 31 };
/** linux/ioprio.h */
const IOPRIO_WHO_PROCESS = 1;
/** sizeof(struct sched_attr) since Linux 5.3; older kernels fill the first 48 bytes. */
const attributesSize = 56;

const getattr = systemCall("long syscall(long number, long pid, void *attributes, ulong size, ulong flags)");
const ioprio = systemCall("long syscall(long number, long which, long who)");

/** The words of struct sched_attr (sched_setattr(2)); times in nanoseconds. `size` says how much of it this kernel knows. */
export type SchedulerAttributes = {
  readonly size: number;
  readonly flags: bigint;
  readonly runtime: bigint;
  readonly deadline: bigint;
  readonly period: bigint;
  readonly utilisationLeast: number;
  readonly utilisationMost: number;
};

/** sched_getattr(2) of any process. ESRCH when there is none. */
export function schedulerAttributes(pid: number): SchedulerAttributes {
  const words = Buffer.alloc(attributesSize);
  getattr(calls.getattr, pid, words, attributesSize, 0);
  return {
    size: words.readUInt32LE(0),
    flags: words.readBigUInt64LE(8),
    runtime: words.readBigUInt64LE(24),
    deadline: words.readBigUInt64LE(32),
    period: words.readBigUInt64LE(40),
    utilisationLeast: words.readUInt32LE(48),
    utilisationMost: words.readUInt32LE(52),
  };
}

/** ioprio_get(2) of one process: the class and the level within it. ESRCH when there is none. */
export function inputOutputPriority(pid: number): { readonly class: number; readonly level: number } {
  const value = ioprio(calls.ioprio, IOPRIO_WHO_PROCESS, pid);
  return { class: value >> 13, level: value & 0x7 };
}
