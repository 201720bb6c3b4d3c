/** Of 32 bits or of 64; `offset` is the instruction's own, which makes some operations signed. */
type Operation = { readonly operation: number; readonly offset: number; readonly bits: 32 | 64 };

type Calculation = (left: bigint, right: bigint, bits: 32 | 64) => bigint;

/** By the upper four bits of the code (RFC 9669, section 4.1). Numbers are unsigned; the result is cut by the caller. */
const calculations: Readonly<Record<number, Calculation>> = {
  0: (left, right) => left + right,
  16: (left, right) => left - right,
  32: (left, right) => left * right,
  48: (left, right) => (right === 0n ? 0n : left / right),
  64: (left, right) => left | right,
  80: (left, right) => left & right,
  96: (left, right, bits) => left << (right % BigInt(bits)),
  112: (left, right, bits) => left >> (right % BigInt(bits)),
  128: (left) => -left,
  144: (left, right) => (right === 0n ? left : left % right),
  160: (left, right) => left ^ right,
  176: (_, right) => right,
  192: (left, right, bits) => BigInt.asIntN(bits, left) >> (right % BigInt(bits)),
};

/** The result, zero-extended to 64 bits; undefined for an operation that is not known here (signed division, swapping of bytes). */
export function calculate(
  { operation, offset, bits }: Operation,
  left: bigint,
  right: bigint,
): bigint | undefined {
  const calculation = calculations[operation];
  if (calculation === undefined || offset !== 0) return undefined;
  return BigInt.asUintN(bits, calculation(BigInt.asUintN(bits, left), BigInt.asUintN(bits, right), bits));
}

type Comparison = (left: bigint, right: bigint, signed: (value: bigint) => bigint) => boolean;

/** RFC 9669, section 4.3. */
const comparisons: Readonly<Record<number, Comparison>> = {
  16: (left, right) => left === right,
  32: (left, right) => left > right,
  48: (left, right) => left >= right,
  64: (left, right) => (left & right) !== 0n,
  80: (left, right) => left !== right,
  96: (left, right, signed) => signed(left) > signed(right),
  112: (left, right, signed) => signed(left) >= signed(right),
  160: (left, right) => left < right,
  176: (left, right) => left <= right,
  192: (left, right, signed) => signed(left) < signed(right),
  208: (left, right, signed) => signed(left) <= signed(right),
};

/** Whether a jump is taken; undefined for one that is not known here. */
export function compare(
  { operation, bits }: Omit<Operation, "offset">,
  left: bigint,
  right: bigint,
): boolean | undefined {
  return comparisons[operation]?.(BigInt.asUintN(bits, left), BigInt.asUintN(bits, right), (value) =>
    BigInt.asIntN(bits, value),
  );
}
