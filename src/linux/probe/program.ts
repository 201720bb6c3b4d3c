import { codeOffset, codeOrigin, dataOrigin, executable } from "./executable.ts";
import { answerSize, answers, modes, type ProbeTrial, trialSize, trialTable } from "./trials.ts";
import * as x86 from "./x86-64.ts";

/** What the probe does before it tries a call; each is itself a call that a filter may refuse. */
export type ProbeSetup = {
  /** The call that ends a trial which never comes back. */
  readonly alarm: "alarm" | "setitimer";
  /** Catch SIGSYS: what a handler gets is a trap, anything else is the end. */
  readonly handler: boolean;
  /** Leave no core file behind when a call is answered with the end. */
  readonly undumpable: boolean;
};

/** Seconds for one trial, and for all. */
const [patience, wholePatience] = [5, 60];

/** asm/unistd_64.h */
const calls = {
  ...{ write: 1, rt_sigaction: 13, alarm: 37, setitimer: 38, clone: 56, exit: 60, wait4: 61, prctl: 157 },
  exit_group: 231,
} as const;
const [SIGSYS, SIGCHLD, PR_SET_DUMPABLE] = [31, 17, 4];
/** SA_SIGINFO, SA_NODEFER, SA_RESTORER */
const handlerFlags = 0x4 | 0x40000000 | 0x04000000;
/** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM; CLONE_CHILD_CLEARTID: a word becomes 0 when the thread is gone. */
const threadFlags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x200000;

/** What lies where in the writable memory. */
const place = {
  answer: dataOrigin,
  status: dataOrigin + 16,
  thread: dataOrigin + 24,
  action: dataOrigin + 32,
};
const timers = { one: dataOrigin + 64, all: dataOrigin + 96 };
const [dataSize, stackTop] = [0x10000, dataOrigin + 0xf000];
/** Rounds of a loop that waits for a thread's end: some seconds. */
const rounds = 0x8000000;

/** Whether there is a probe for this machine (Node's name of its architecture). */
export function canProbe(architecture: string): boolean {
  return architecture === "x64";
}

/**
 * A static program for x86-64 that makes each of some system calls in a child of its own and writes to its standard output what came
 * of it (`readAnswers`). It needs clone, wait4, write and exit_group, and ends by itself, whatever a call does.
 */
export function probeProgram(trials: readonly ProbeTrial[], setup: ProbeSetup): Buffer {
  const origin = codeOrigin + codeOffset;
  const size = x86.assemble(code(setup, { table: 0, count: 0 }), origin).length;
  const start = Math.ceil(size / 16) * 16;
  const program = x86.assemble(code(setup, { table: origin + start, count: trials.length + 1 }), origin);
  const whole = Buffer.alloc(start);
  whole.set(program);
  const handler = addressOf("trapped", setup, origin);
  const table = trialTable(trials);
  return executable({ machine: 62, code: Buffer.concat([whole, table]), data: firstData(handler), dataSize });
}

/** struct kernel_sigaction {handler, flags, restorer, mask}; two of struct itimerval {interval, value}, each seconds and microseconds. */
function firstData(handler: number): Buffer {
  const data = Buffer.alloc(128);
  const words = [handler, handlerFlags, handler, 0, 0, 0, patience, 0, 0, 0, wholePatience, 0];
  for (const [index, value] of words.entries()) data.writeBigUInt64LE(BigInt(value), 32 + 8 * index);
  return data;
}

/** Labels stand where they stand whatever numbers the code holds. */
function addressOf(name: string, setup: ProbeSetup, origin: number): number {
  const pieces = code(setup, { table: 0, count: 0 });
  const before = pieces.slice(
    0,
    pieces.findIndex((piece) => piece.kind === "label" && piece.name === name),
  );
  const jumps = before.map((piece) => (piece.kind === "to" ? { ...piece, label: "here" } : piece));
  return origin + x86.assemble([x86.label("here"), ...jumps], origin).length;
}

type Table = { readonly table: number; readonly count: number };

/** r12 is the trial, r14 its number, r13 how many there are: the kernel keeps all three. */
function code(setup: ProbeSetup, { table, count }: Table): readonly x86.Piece[] {
  return [
    ...(setup.undumpable ? call(calls.prctl, PR_SET_DUMPABLE, 0, 0, 0, 0) : []),
    ...alarmOf(setup, "all"),
    x86.set("r12", table),
    x86.set("r13", count),
    x86.set("r14", 0),
    x86.label("next"),
    x86.compareBoth("r14", "r13"),
    x86.jumpIf("equal", "done"),
    ...call(calls.clone, SIGCHLD, 0, 0, 0, 0),
    x86.test("rax"),
    x86.jumpIf("zero", "child"),
    x86.jumpIf("negative", "no process"),
    x86.move("rdi", "rax"),
    ...[x86.set("rsi", place.status), x86.set("rdx", 0), x86.set("r10", 0), x86.set("rax", calls.wait4)],
    x86.systemCall,
    x86.load("rax", place.status),
    ...answer(answers.ended),
    x86.jump("go on"),
    x86.label("no process"),
    ...answer(answers.noProcess),
    x86.label("go on"),
    x86.add("r12", trialSize),
    x86.add("r14", 1),
    x86.jump("next"),
    x86.label("done"),
    ...end(),
    ...child(setup),
  ];
}

function child(setup: ProbeSetup): readonly x86.Piece[] {
  return [
    x86.label("child"),
    ...alarmOf(setup, "one"),
    ...(setup.handler ? call(calls.rt_sigaction, SIGSYS, place.action, 0, 8) : []),
    ...[x86.testField(modes.nothing), x86.jumpIf("not zero", "nothing")],
    ...[x86.testField(modes.thread), x86.jumpIf("zero", "try")],
    x86.storeNumber(place.thread, 1),
    ...call(calls.clone, threadFlags, stackTop, 0, place.thread, 0),
    x86.test("rax"),
    x86.jumpIf("zero", "try"),
    x86.jumpIf("negative", "no thread"),
    ...[x86.set("rcx", rounds), x86.label("wait"), x86.pause],
    ...[x86.compare(place.thread, 0), x86.jumpIf("equal", "thread gone")],
    ...[x86.add("rcx", -1), x86.jumpIf("not zero", "wait"), ...end()],
    ...[x86.label("thread gone"), ...answer(answers.threadGone), ...end()],
    ...[x86.label("no thread"), ...answer(answers.noThread), ...end()],
    ...attempt(),
    ...[x86.label("nothing"), x86.set("rax", 0)],
    ...[x86.label("came back"), x86.testField(modes.forks), x86.jumpIf("zero", "say")],
    ...[x86.test("rax"), x86.jumpIf("zero", "leave")],
    ...[x86.label("say"), ...answer(answers.returned)],
    ...[x86.label("leave"), ...end()],
    // void handler(int, siginfo_t *): si_errno is the filter's message.
    ...[x86.label("trapped"), x86.loadSigned("rax", 4), ...answer(answers.trapped), ...end()],
  ];
}

/** The trial itself: number and arguments as the table has them, by either door into the kernel. */
function attempt(): readonly x86.Piece[] {
  const fields = (...names: readonly x86.Register[]) =>
    names.map((name, index) => x86.loadField(name, 16 + 8 * index));
  return [
    x86.label("try"),
    x86.loadField("rax", 8),
    ...[x86.testField(modes.x86), x86.jumpIf("not zero", "try x86")],
    ...fields("rdi", "rsi", "rdx", "r10", "r8", "r9"),
    ...[x86.systemCall, x86.jump("came back")],
    x86.label("try x86"),
    ...fields("rbx", "rcx", "rdx", "rsi", "rdi", "rbp"),
    ...[x86.systemCall32, x86.widen, x86.jump("came back")],
  ];
}

/** Write the trial's number, what kind of answer it is, and rax. */
function answer(kind: number): readonly x86.Piece[] {
  return [
    x86.store(place.answer + 8, "rax"),
    x86.store(place.answer, "r14"),
    x86.storeNumber(place.answer + 4, kind),
    ...call(calls.write, 1, place.answer, answerSize),
  ];
}

function end(): readonly x86.Piece[] {
  return [...call(calls.exit_group, 0), ...call(calls.exit, 0), x86.crash];
}

function alarmOf({ alarm }: ProbeSetup, which: "one" | "all"): readonly x86.Piece[] {
  if (alarm === "alarm") return call(calls.alarm, which === "one" ? patience : wholePatience);
  return call(calls.setitimer, 0, timers[which], 0);
}

const argumentRegisters = ["rdi", "rsi", "rdx", "r10", "r8", "r9"] as const;

function call(number: number, ...args: readonly number[]): readonly x86.Piece[] {
  const given = argumentRegisters.flatMap((name, index) => {
    const value = args[index];
    return value === undefined ? [] : [x86.set(name, value)];
  });
  return [...given, x86.set("rax", number), x86.systemCall];
}
