/** General registers by their number in an instruction (Intel SDM, volume 2, table 2-2). */
export const registers = {
  ...{ rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7 },
  ...{ r8: 8, r9: 9, r10: 10, r11: 11, r12: 12, r13: 13, r14: 14, r15: 15 },
} as const;

export type Register = keyof typeof registers;

/** A piece of machine code: bytes, a place that jumps may name, or a jump to one. */
export type Piece =
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "label"; readonly name: string }
  | {
      readonly kind: "to";
      readonly bytes: readonly number[];
      readonly label: string;
    };

/**
 * The bytes of a program for x86-64 that is loaded at `origin`, an address below 2^31. Errors: a jump to a label that there is not.
 */
export function assemble(program: readonly Piece[], origin: number): Uint8Array {
  const places = new Map<string, number>();
  let size = 0;
  for (const piece of program) {
    if (piece.kind === "label") places.set(piece.name, origin + size);
    size += sizeOf(piece);
  }
  const code: number[] = [];
  for (const piece of program) {
    if (piece.kind === "label") continue;
    code.push(...piece.bytes);
    if (piece.kind === "bytes") continue;
    const place = places.get(piece.label);
    if (place === undefined) throw new RangeError(`there is no label ${piece.label}`);
    code.push(...word(place - (origin + code.length + 4)));
  }
  return Uint8Array.from(code);
}

function sizeOf(piece: Piece): number {
  if (piece.kind === "label") return 0;
  return piece.bytes.length + (piece.kind === "to" ? 4 : 0);
}

export const label = (name: string): Piece => ({ kind: "label", name });

/** MOV r32, imm32 (B8+r): the upper half becomes 0. */
export const set = (to: Register, value: number): Piece =>
  bytes(...short(to), 0xb8 + low(to), ...word(value));

/** MOV r64, r64 (REX.W 89 /r). */
export const move = (to: Register, from: Register): Piece =>
  bytes(wide(from, to), 0x89, 0xc0 | (low(from) << 3) | low(to));

/** MOV r64, [disp32] (REX.W 8B /r, without base: ModRM 00 reg 100, SIB 25). */
export const load = (to: Register, address: number): Piece =>
  bytes(wide(to), 0x8b, ...absolute(low(to), address));

/** MOV [disp32], r64 (REX.W 89 /r). */
export const store = (address: number, from: Register): Piece =>
  bytes(wide(from), 0x89, ...absolute(low(from), address));

/** MOV dword [disp32], imm32 (C7 /0). */
export const storeNumber = (address: number, value: number): Piece =>
  bytes(0xc7, ...absolute(0, address), ...word(value));

/** MOV r64, [r12 + disp8] (REX.W 8B /r; r12 as a base takes a SIB byte, 24). */
export const loadField = (to: Register, offset: number): Piece =>
  bytes(0x49 | (registers[to] > 7 ? 4 : 0), 0x8b, 0x44 | (low(to) << 3), 0x24, offset);

/** TEST byte [r12], imm8 (F6 /0). */
export const testField = (bits: number): Piece => bytes(0x41, 0xf6, 0x04, 0x24, bits);

/** MOVSXD r64, dword [rsi + disp8] (REX.W 63 /r): a field of the siginfo_t that a handler gets. */
export const loadSigned = (to: Register, offset: number): Piece =>
  bytes(wide(to), 0x63, 0x46 | (low(to) << 3), offset);

/** TEST r64, r64 (REX.W 85 /r). */
export const test = (one: Register): Piece => bytes(wide(one, one), 0x85, 0xc0 | (low(one) << 3) | low(one));

/** CMP dword [disp32], imm8 (83 /7). */
export const compare = (address: number, value: number): Piece => bytes(0x83, ...absolute(7, address), value);

/** ADD r64, imm8 (REX.W 83 /0); imm8 is signed. */
export const add = (to: Register, value: number): Piece =>
  bytes(wide("rax", to), 0x83, 0xc0 | low(to), value & 0xff);

/** CMP r64, r64 (REX.W 39 /r). */
export const compareBoth = (one: Register, other: Register): Piece =>
  bytes(wide(other, one), 0x39, 0xc0 | (low(other) << 3) | low(one));

/** CDQE: the lower half of rax with its sign. */
export const widen: Piece = bytes(0x48, 0x98);

/** SYSCALL: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9; it changes rcx and r11 (syscall(2)). */
export const systemCall: Piece = bytes(0x0f, 0x05);

/** INT 80h: a call of 32-bit x86; number in eax, arguments in ebx, ecx, edx, esi, edi, ebp. */
export const systemCall32: Piece = bytes(0xcd, 0x80);

/** PAUSE, in a loop that waits for another thread. */
export const pause: Piece = bytes(0xf3, 0x90);

/** UD2: an end by SIGILL. */
export const crash: Piece = bytes(0x0f, 0x0b);

/** JMP rel32 (E9). */
export const jump = (name: string): Piece => ({ kind: "to", bytes: [0xe9], label: name });

/** Jcc rel32 (0F 8x). */
const conditions = { zero: 0x84, "not zero": 0x85, negative: 0x88, equal: 0x84 } as const;
export const jumpIf = (when: keyof typeof conditions, name: string): Piece => ({
  ...{ kind: "to", bytes: [0x0f, conditions[when]], label: name },
});

function bytes(...all: readonly number[]): Piece {
  return { kind: "bytes", bytes: all };
}

function low(register: Register): number {
  return registers[register] & 7;
}

/** REX.B for r8 and up, nothing for the first eight. */
function short(register: Register): readonly number[] {
  return registers[register] > 7 ? [0x41] : [];
}

/** REX.W with R for `reg` and B for `rm`. */
function wide(reg: Register, rm: Register = "rax"): number {
  return 0x48 | (registers[reg] > 7 ? 4 : 0) | (registers[rm] > 7 ? 1 : 0);
}

/** ModRM and SIB of an absolute address, which is taken with its sign. */
function absolute(reg: number, address: number): readonly number[] {
  return [0x04 | (reg << 3), 0x25, ...word(address)];
}

function word(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);
}
