import type { DeviceFilter } from "../../view-parts.ts";
import { good, type Parsed } from "../parsed.ts";
import { type Instruction, parseInstructions } from "./program.ts";
import { runProgram } from "./run.ts";

/** One question that the kernel asks of the programs: "r", "w" and "rw" when a device is opened, "m" when a node is made. */
export type DeviceRequest = {
  readonly type: "b" | "c";
  readonly access: DeviceAccess;
  readonly major: number;
  readonly minor: number;
};
export type DeviceAccess = (typeof kindsOfAccess)[number];
export const kindsOfAccess = ["r", "w", "rw", "m"] as const;

/** BPF_DEVCG_ACC_ and BPF_DEVCG_DEV_ of linux/bpf.h. */
const accessBits = { m: 1, r: 2, w: 4, rw: 6 } as const;
const typeBits = { b: 1, c: 2 } as const;
/** MAJOR and MINOR have 12 and 20 bits (linux/kdev_t.h). */
export const largest = { major: 0xfff, minor: 0xfffff } as const;

/** Programs that decide together about devices, ready to be asked. */
export type DevicePrograms = {
  /** Whether the kernel allows it: every program must answer something other than 0 (cgroup-v2.rst, "Device controller"). */
  readonly allows: (request: DeviceRequest) => Parsed<boolean>;
  /**
   * Numbers one of which stands for any that the programs may treat otherwise than the rest: those that they compare with, their neighbours where
   * they compare by size, the smallest, the largest, and one that they do not know (`other`).
   */
  readonly numbers: readonly number[];
  /** Whether they compare with nothing but single numbers, so that `numbers` and `other` stand for all. */
  readonly exact: boolean;
  readonly other: { readonly major: number; readonly minor: number };
};

/** Without an instruction of the kernel's: why its answers are not known. */
export function parseDevicePrograms({ effective }: Pick<DeviceFilter, "effective">): Parsed<DevicePrograms> {
  const programs: (readonly Instruction[])[] = [];
  for (const { id, code } of effective) {
    if (code === undefined)
      return { ok: false, detail: `the kernel does not hand out the instructions of program ${id}` };
    const parsed = parseInstructions(code);
    if (!parsed.ok) return { ok: false, detail: `program ${id}: ${parsed.detail}` };
    programs.push(parsed.value);
  }
  const numbers = [...new Set(programs.flatMap(numbersOf))].sort((a, b) => a - b);
  const allows = (request: DeviceRequest): Parsed<boolean> =>
    decide(programs, { request, ids: effective.map(({ id }) => id) });
  const other = { major: unknownTo(numbers, 100), minor: unknownTo(numbers, 1000) };
  return good({ allows, numbers, other, exact: !programs.flat().some(comparesSizes) });
}

function decide(
  programs: readonly (readonly Instruction[])[],
  { request, ids }: { readonly request: DeviceRequest; readonly ids: readonly number[] },
): Parsed<boolean> {
  const { type, access, major, minor } = request;
  const word = accessBits[access] * 0x10000 + typeBits[type];
  for (const [index, program] of programs.entries()) {
    const answer = runProgram(program, [word, major, minor]);
    if (!answer.ok) return { ok: false, detail: `program ${ids[index]}: ${answer.detail}` };
    if (answer.value === 0) return good(false);
  }
  return good(true);
}

/** A comparison by size has its edge between a number and the next. */
function numbersOf(program: readonly Instruction[]): readonly number[] {
  const near = program.some(comparesSizes) ? [-1, 0, 1] : [0];
  const known = program.flatMap(({ immediate }) => near.map((step) => (immediate >>> 0) + step));
  return [0, largest.major, largest.minor, ...known].filter(
    (number) => number >= 0 && number <= largest.minor,
  );
}

const [JMP, JMP32] = [5, 6];
/** JA, JEQ, JNE, CALL, EXIT: the rest compares sizes or bits. */
const plainJumps = [0x00, 0x10, 0x50, 0x80, 0x90];

function comparesSizes({ code }: Instruction): boolean {
  const isJump = (code & 7) === JMP || (code & 7) === JMP32;
  return isJump && !plainJumps.includes(code & 0xf0);
}

function unknownTo(numbers: readonly number[], from: number): number {
  let found = from;
  while (numbers.includes(found)) found++;
  return found;
}
