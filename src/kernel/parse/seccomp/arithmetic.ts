/** A 32-bit value of the machine, as far as it is known before the call: a number, bits of an argument's word, or neither. */
export type Value =
  | { readonly kind: "known"; readonly number: number }
  | {
      readonly kind: "argument";
      readonly argument: number;
      readonly word: "low" | "high";
      readonly mask: number;
    }
  | { readonly kind: "unknown" };

export function known(number: number): Value {
  return { kind: "known", number: number >>> 0 };
}
export const unknown: Value = { kind: "unknown" };

/** BPF_OP of an ALU instruction. Undefined where the kernel ends the program (division by zero). */
export function calculate(operation: number, a: Value, b: Value): Value | undefined {
  if (b.kind === "known" && b.number === 0 && (operation === 0x30 || operation === 0x90)) return undefined;
  if (a.kind === "argument" && b.kind === "known" && operation === 0x50) {
    const mask = (a.mask & b.number) >>> 0;
    return mask === 0 ? known(0) : { ...a, mask };
  }
  if (a.kind !== "known" || b.kind !== "known")
    return operation === 0x80 && a.kind === "known" ? known(-a.number) : unknown;
  return known(onNumbers(operation, a.number, b.number));
}

function onNumbers(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00:
      return a + b;
    case 0x10:
      return a - b;
    case 0x20:
      return Math.imul(a, b);
    case 0x30:
      return Math.floor(a / b);
    case 0x40:
      return a | b;
    case 0x50:
      return a & b;
    case 0x60:
      return b > 31 ? 0 : a << b;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    case 0x80:
      return -a;
    case 0x90:
      return a % b;
    default:
      return a ^ b;
  }
}

/** The outcome of a jump's comparison, BPF_OP of a JMP instruction, of two numbers. */
export function holds(operation: number, a: number, b: number): boolean {
  switch (operation) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    default:
      return (a & b) !== 0;
  }
}
