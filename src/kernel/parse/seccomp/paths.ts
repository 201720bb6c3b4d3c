import type { ArgumentTest } from "../../view-parts.ts";
import { calculate, holds, known, unknown, type Value } from "./arithmetic.ts";
import type { Instruction } from "./program.ts";

/** What a call brings: audit architecture and number (struct seccomp_data); its arguments are not known. */
export type Call = { readonly architecture: number; readonly number: number };

/** One way through a filter: the 32 bits that it returns, and the tests that lead there. `unclear`: it hangs on more than `when` can say. */
export type Path = {
  readonly returns: number;
  readonly when: readonly ArgumentTest[];
  readonly unclear?: true;
};

/** More ways than this are not followed. */
const mostPaths = 4096;

type Machine = {
  readonly at: number;
  readonly a: Value;
  readonly x: Value;
  readonly memory: readonly Value[];
  readonly when: readonly ArgumentTest[];
  readonly unclear: boolean;
};

/**
 * Every way that the kernel may take through a filter for one call, arguments left open: jumps that hang on an argument are followed both
 * ways, but for those that an earlier test has settled. A jump never leads back, so each way ends. Undefined: there are too many,
 * or the program is none that the kernel takes.
 */
export function pathsOf(program: readonly Instruction[], call: Call): readonly Path[] | undefined {
  const found: Path[] = [];
  const waiting: Machine[] = [{ at: 0, a: known(0), x: known(0), memory: [], when: [], unclear: false }];
  for (let machine = waiting.pop(); machine !== undefined; machine = waiting.pop()) {
    const end = follow(program, call, machine);
    if (end === undefined || found.length + waiting.length > mostPaths) return undefined;
    if ("returns" in end) found.push(end);
    else waiting.push(...end.branches);
  }
  return found;
}

/** Run until a return or a jump with two ways. */
function follow(
  program: readonly Instruction[],
  call: Call,
  start: Machine,
): Path | { readonly branches: readonly Machine[] } | undefined {
  let machine = start;
  for (;;) {
    const instruction = program[machine.at];
    if (instruction === undefined) return undefined;
    const kind = instruction.code & 0x07;
    if (kind === 0x06) return returned(instruction, machine);
    if (kind === 0x05) {
      const next = jump(instruction, machine);
      if (next.length !== 1) return { branches: next };
      machine = next[0] ?? machine;
      continue;
    }
    const next = step(instruction, machine, call);
    if (next === undefined) return { returns: 0, when: machine.when };
    machine = { ...next, at: machine.at + 1 };
  }
}

function returned({ code, k }: Instruction, { a, when, unclear }: Machine): Path | undefined {
  const value = (code & 0x18) === 0x10 ? a : known(k);
  if (value.kind !== "known") return undefined;
  return { returns: value.number, when, ...(unclear ? { unclear } : {}) };
}

/** The machine after a load, store, calculation or move. Undefined: the kernel ends the program here and returns 0. */
function step({ code, k }: Instruction, machine: Machine, call: Call): Machine | undefined {
  switch (code & 0x07) {
    case 0x00:
      return { ...machine, a: loaded(code, k, { machine, call }) };
    case 0x01:
      return { ...machine, x: loaded(code, k, { machine, call }) };
    case 0x02:
      return { ...machine, memory: stored(machine.memory, k, machine.a) };
    case 0x03:
      return { ...machine, memory: stored(machine.memory, k, machine.x) };
    case 0x04: {
      const a = calculate(code & 0xf0, machine.a, (code & 0x08) === 0 ? known(k) : machine.x);
      return a === undefined ? undefined : { ...machine, a };
    }
    default:
      return (code & 0xf8) === 0x80 ? { ...machine, a: machine.x } : { ...machine, x: machine.a };
  }
}

/** The kernel takes no program with a place beyond the sixteen. */
function stored(memory: readonly Value[], place: number, value: Value): readonly Value[] {
  return Array.from({ length: 16 }, (_, index) => (index === place ? value : (memory[index] ?? unknown)));
}

/** BPF_IMM, BPF_ABS (a word of struct seccomp_data), BPF_MEM, and the length of that struct. */
function loaded(
  code: number,
  k: number,
  { machine, call }: { readonly machine: Machine; readonly call: Call },
): Value {
  switch (code & 0xe0) {
    case 0x00:
      return known(k);
    case 0x20:
      return wordOf(k, call);
    case 0x60:
      return machine.memory[k] ?? unknown;
    default:
      return known(64);
  }
}

function wordOf(offset: number, call: Call): Value {
  if (offset === 0) return known(call.number);
  if (offset === 4) return known(call.architecture);
  if (offset < 16) return unknown;
  const word = offset % 8 === 0 ? "low" : "high";
  return { kind: "argument", argument: Math.floor((offset - 16) / 8), word, mask: 0xffffffff };
}

function jump({ code, whenTrue, whenFalse, k }: Instruction, machine: Machine): readonly Machine[] {
  const operation = code & 0xf0;
  const next = machine.at + 1;
  if (operation === 0x00) return [{ ...machine, at: next + k }];
  const { a } = machine;
  const b = (code & 0x08) === 0 ? known(k) : machine.x;
  const to = (taken: boolean) => ({ ...machine, at: next + (taken ? whenTrue : whenFalse) });
  if (whenTrue === whenFalse) return [to(true)];
  if (a.kind === "known" && b.kind === "known") return [to(holds(operation, a.number, b.number))];
  if (a.kind !== "argument" || b.kind !== "known")
    return [true, false].map((taken) => ({ ...to(taken), unclear: true }));
  const settled = settle(machine.when, { operation, a, number: b.number });
  if (settled !== undefined) return [to(settled)];
  return [true, false].map((taken) => ({
    ...to(taken),
    when: [...machine.when, testOf({ operation, a, number: b.number, taken })],
  }));
}

type Question = {
  readonly operation: number;
  readonly a: Extract<Value, { kind: "argument" }>;
  readonly number: number;
};

const whenHolds = { 16: "==", 32: ">", 48: ">=", 64: "&" } as const;
const whenNot = { 16: "!=", 32: "<=", 48: "<", 64: "!&" } as const;

function testOf({ operation, a, number, taken }: Question & { readonly taken: boolean }): ArgumentTest {
  const names = taken ? whenHolds : whenNot;
  const op = names[operation as keyof typeof names] ?? "==";
  return { argument: a.argument, word: a.word, mask: BigInt(a.mask), op, value: BigInt(number) };
}

/** The answer that earlier tests of the same bits already give. */
function settle(when: readonly ArgumentTest[], question: Question): boolean | undefined {
  const { operation, a, number } = question;
  for (const test of when) {
    if (test.argument !== a.argument || test.word !== a.word || test.mask !== BigInt(a.mask)) continue;
    if (test.op === "==") return holds(operation, Number(test.value), number);
    const asked = testOf({ ...question, taken: true });
    const denied = testOf({ ...question, taken: false });
    if (test.value !== BigInt(number)) continue;
    if (test.op === asked.op) return true;
    if (test.op === denied.op) return false;
  }
  return undefined;
}
