import { decodeWaitStatus, type WaitStatus } from "../process.ts";

/** One system call that the probe makes, in a process of its own that ends with it. */
export type ProbeTrial = {
  readonly number: number;
  /** Six; each taken as 64 bits, of a 32-bit call the lower half. */
  readonly args: readonly bigint[];
  /** As programs of this machine call, or as 32-bit x86 does (INT 80h). */
  readonly entry: "native" | "x86";
  /** Make it in a second thread, so that the death of that thread alone can be told from the death of the process. */
  readonly thread: boolean;
  /** It makes a process that goes on after it as well. */
  readonly forks: boolean;
};

/** What came of a trial. */
export type ProbeOutcome =
  | { readonly kind: "returned"; readonly value: bigint }
  /** SIGSYS to a handler, with what the filter gave it as its message (SECCOMP_RET_TRAP). */
  | { readonly kind: "trapped"; readonly data: number }
  /** Ended by a SIGSYS that no handler gets; "unknown" where one thread cannot tell. */
  | { readonly kind: "killed"; readonly scope: "thread" | "process" | "unknown" }
  /** The call itself ended the process, or it never came back and the alarm did. */
  | { readonly kind: "ended"; readonly status: WaitStatus }
  /** No process or thread could be made for it. */
  | { readonly kind: "not tried"; readonly errno: number };

/** Bytes of a trial in the program, and of an answer in what it prints. */
export const trialSize = 64;
export const answerSize = 16;

/** Bits of a trial's first word. */
export const modes = { thread: 1, x86: 2, forks: 4, nothing: 8 } as const;

/** The second word of an answer. */
export const answers = {
  returned: 1,
  trapped: 2,
  ended: 3,
  noProcess: 4,
  threadGone: 5,
  noThread: 6,
} as const;

const SIGSYS = 31;

/** The table that the program goes through. Its first row makes no call: its answer shows that the probe works here. */
export function trialTable(trials: readonly ProbeTrial[]): Buffer {
  const table = Buffer.alloc(trialSize * (trials.length + 1));
  table.writeBigUInt64LE(BigInt(modes.nothing), 0);
  for (const [index, { number, args, entry, thread, forks }] of trials.entries()) {
    const at = trialSize * (index + 1);
    const bits = (thread ? modes.thread : 0) | (entry === "x86" ? modes.x86 : 0) | (forks ? modes.forks : 0);
    table.writeBigUInt64LE(BigInt(bits), at);
    table.writeBigUInt64LE(BigInt.asUintN(64, BigInt(number)), at + 8);
    for (let each = 0; each < 6; each++)
      table.writeBigUInt64LE(BigInt.asUintN(64, args[each] ?? 0n), at + 16 + 8 * each);
  }
  return table;
}

type Answer = { readonly kind: number; readonly value: bigint };

/**
 * What the probe printed, in the order of the trials. Undefined: its first row was not answered, so that nothing else it says counts.
 * A trial without an answer is undefined.
 */
export function readAnswers(
  printed: Buffer,
  trials: readonly ProbeTrial[],
): readonly (ProbeOutcome | undefined)[] | undefined {
  const rows = new Map<number, Answer[]>();
  for (let at = 0; at + answerSize <= printed.length; at += answerSize) {
    const index = printed.readUInt32LE(at);
    const answer = { kind: printed.readUInt32LE(at + 4), value: printed.readBigInt64LE(at + 8) };
    rows.set(index, [...(rows.get(index) ?? []), answer]);
  }
  if (rows.get(0)?.some(({ kind }) => kind === answers.returned) !== true) return undefined;
  return trials.map((trial, index) => outcomeOf(rows.get(index + 1) ?? [], trial));
}

function outcomeOf(rows: readonly Answer[], { thread }: ProbeTrial): ProbeOutcome | undefined {
  const of = (kind: number): bigint | undefined => rows.find((row) => row.kind === kind)?.value;
  const failed = of(answers.noProcess) ?? of(answers.noThread);
  if (failed !== undefined) return { kind: "not tried", errno: -Number(failed) };
  const data = of(answers.trapped);
  if (data !== undefined) return { kind: "trapped", data: Number(data) };
  const value = of(answers.returned);
  if (value !== undefined) return { kind: "returned", value };
  if (of(answers.threadGone) !== undefined) return { kind: "killed", scope: "thread" };
  const word = of(answers.ended);
  if (word === undefined) return undefined;
  const status = decodeWaitStatus(Number(word));
  if (status.kind === "signalled" && status.signal === SIGSYS)
    return { kind: "killed", scope: thread ? "process" : "unknown" };
  return { kind: "ended", status };
}
