import type { Parsed } from "../parsed.ts";
import { calculate, compare } from "./arithmetic.ts";
import { type Instruction, nameInstruction } from "./program.ts";

/** What a program is given (struct bpf_cgroup_dev_ctx of linux/bpf.h): three words of 32 bits. */
export type DeviceContext = readonly [accessType: number, major: number, minor: number];

/** More than any program that decides about devices takes, and little enough to be over at once. */
const mostSteps = 100_000;

/** instruction classes, sizes and modes (RFC 9669, section 3) */
const [LD, LDX, ALU, JMP, JMP32, ALU64] = [0, 1, 4, 5, 6, 7];
const LD_IMM64 = 0x18;
const [MEM, CALL, EXIT, JA, MOV] = [0x60, 0x80, 0x90, 0x00, 0xb0];
const byRegister = 0x08;
const sizes: Readonly<Record<number, number>> = { 0: 4, 8: 2, 16: 1 };

/** The address that register 1 holds at the beginning; nothing can be calculated with it. */
const context = Symbol("context");
type Value = bigint | typeof context | undefined;
type Step = { readonly next: number } | { readonly refused: string };

/**
 * Run a program of the type cgroup_device on one request, as the kernel would: register 0 at its end, 32 bits. Only what such programs are
 * made of is known: arithmetic, jumps, loads of the context, the end. Anything else is refused with the instruction's name, and so is a program that
 * does not come to its end within 100,000 steps. Never throws.
 */
export function runProgram(program: readonly Instruction[], given: DeviceContext): Parsed<number> {
  const registers: Value[] = new Array<Value>(16).fill(undefined);
  registers[1] = context;
  let at = 0;
  for (let step = 0; step < mostSteps; step++) {
    const instruction = program[at];
    if (instruction === undefined) return refuse(`it jumps to ${at}, where it has no instruction`);
    if (instruction.code === (JMP | EXIT)) return resultOf(registers[0]);
    const stepped = doOne({ program, at, registers, given }, instruction);
    if ("refused" in stepped) return refuse(`${nameInstruction(at, instruction)} ${stepped.refused}`);
    at = stepped.next;
  }
  return refuse(`it does not end within ${mostSteps} steps`);
}

function resultOf(value: Value): Parsed<number> {
  return typeof value === "bigint"
    ? { ok: true, value: Number(BigInt.asUintN(32, value)) }
    : refuse("it ends without a number in r0");
}

function refuse(detail: string): Parsed<never> {
  return { ok: false, detail };
}

type Machine = {
  readonly program: readonly Instruction[];
  readonly at: number;
  readonly registers: Value[];
  readonly given: DeviceContext;
};

function doOne(machine: Machine, instruction: Instruction): Step {
  const kind = instruction.code & 7;
  if (kind === ALU || kind === ALU64) return arithmetic(machine, instruction, kind === ALU ? 32 : 64);
  if (kind === JMP || kind === JMP32) return jump(machine, instruction, kind === JMP32 ? 32 : 64);
  if (kind === LDX) return load(machine, instruction);
  if (kind === LD && instruction.code === LD_IMM64) return loadConstant(machine, instruction);
  return { refused: "is of a kind that is not read here" };
}

function arithmetic({ at, registers }: Machine, instruction: Instruction, bits: 32 | 64): Step {
  const { code, target, source, offset } = instruction;
  const operation = code & 0xf0;
  const value = operandOf(registers, instruction);
  if (operation === MOV && offset === 0 && bits === 64 && value === context && (code & byRegister) !== 0) {
    registers[target] = registers[source];
    return { next: at + 1 };
  }
  const before = operation === MOV ? 0n : registers[target];
  if (typeof value !== "bigint" || typeof before !== "bigint") return { refused: notANumber };
  const after = calculate({ operation, offset, bits }, before, value);
  if (after === undefined) return { refused: "is arithmetic that is not read here" };
  registers[target] = after;
  return { next: at + 1 };
}

const notANumber = "takes what is not a number";

/** Immediates are sign-extended to 64 bits. */
function operandOf(registers: readonly Value[], { code, source, immediate }: Instruction): Value {
  return (code & byRegister) === 0 ? BigInt.asUintN(64, BigInt(immediate)) : registers[source];
}

function jump({ at, registers }: Machine, instruction: Instruction, bits: 32 | 64): Step {
  const { code, target, offset, immediate } = instruction;
  const operation = code & 0xf0;
  if (operation === JA && (code & byRegister) === 0)
    return { next: at + 1 + (bits === 64 ? offset : immediate) };
  if (operation === CALL) return { refused: "is a call, and what it answers is not known" };
  const left = registers[target];
  const right = operandOf(registers, instruction);
  if (typeof left !== "bigint" || typeof right !== "bigint") return { refused: notANumber };
  const taken = compare({ operation, bits }, left, right);
  if (taken === undefined) return { refused: "is a jump that is not read here" };
  return { next: at + 1 + (taken ? offset : 0) };
}

/** A load of a word of the context, or of a part of one, little endian. */
function load({ at, registers, given }: Machine, { code, target, source, offset }: Instruction): Step {
  const size = sizes[code & 0x18];
  if ((code & 0xe0) !== MEM || size === undefined) return { refused: "is a load that is not read here" };
  if (registers[source] !== context) return { refused: "loads from elsewhere than the context" };
  const word = given[offset >> 2];
  if (word === undefined || offset % size !== 0)
    return { refused: "loads from beside the words of the context" };
  const shifted = (word >>> 0) >>> (8 * (offset & 3));
  registers[target] = BigInt.asUintN(8 * size, BigInt(shifted));
  return { next: at + 1 };
}

/** 64 bits in two instructions; with a source register they are the address of something. */
function loadConstant({ program, at, registers }: Machine, instruction: Instruction): Step {
  const upper = program[at + 1];
  if (instruction.source !== 0 || upper === undefined) return { refused: "loads an address" };
  registers[instruction.target] = BigInt.asUintN(
    64,
    (BigInt(upper.immediate) << 32n) | BigInt.asUintN(32, BigInt(instruction.immediate)),
  );
  return { next: at + 2 };
}
