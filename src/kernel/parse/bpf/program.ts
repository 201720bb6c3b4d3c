import { bad, good, type Parsed } from "../parsed.ts";

/** One instruction of eBPF (struct bpf_insn of linux/bpf.h; RFC 9669). */
export type Instruction = {
  readonly code: number;
  readonly target: number;
  readonly source: number;
  readonly offset: number;
  /** Signed, 32 bits. */
  readonly immediate: number;
};

/** More than any program that decides about devices has: the kernel takes a million. */
const mostInstructions = 65_536;

/** The instructions of a program in hexadecimal, 16 digits each, little endian. */
export function parseInstructions(hex: string): Parsed<readonly Instruction[]> {
  if (!/^(?:[0-9a-f]{16})+$/i.test(hex)) return bad("instructions of 16 hexadecimal digits", hex);
  if (hex.length > 16 * mostInstructions)
    return bad(`at most ${mostInstructions} instructions`, `${hex.length / 16}`);
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  const view = new DataView(bytes.buffer);
  return good(Array.from({ length: bytes.length / 8 }, (_, index) => instructionAt(view, 8 * index)));
}

function instructionAt(view: DataView, at: number): Instruction {
  const registers = view.getUint8(at + 1);
  return {
    code: view.getUint8(at),
    target: registers & 0xf,
    source: registers >> 4,
    offset: view.getInt16(at + 2, true),
    immediate: view.getInt32(at + 4, true),
  };
}

/** An instruction for a message: its number in the program and its bytes in the kernel's own order of fields. */
export function nameInstruction(index: number, instruction: Instruction): string {
  const { code, target, source, offset, immediate } = instruction;
  const word = code.toString(16).padStart(2, "0");
  return `instruction ${index} (code 0x${word}, dst r${target}, src r${source}, off ${offset}, imm ${immediate})`;
}
