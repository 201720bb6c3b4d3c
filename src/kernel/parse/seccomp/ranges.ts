import type { ArgumentTest } from "../../view-parts.ts";

/** Values from `from` to `to`, both included. Sets are sorted and do not touch. */
export type Range = { readonly from: bigint; readonly to: bigint };

const most32 = 0xffffffffn;
const most64 = 2n ** 64n - 1n;

/** What some tests of whole words leave of one argument: its 64 bits, or, when nothing tests the upper half, the lower 32. */
export type Allowed = { readonly word: "low" | "both"; readonly ranges: readonly Range[] };

/** Undefined where the two halves do not make ranges of the whole. */
export function allowedBy(tests: readonly ArgumentTest[]): Allowed | undefined {
  const wholes = tests.filter(({ word }) => word === "both");
  const halves = allowedByHalves(tests.filter(({ word }) => word !== "both"));
  if (wholes.length === 0 || halves === undefined) return halves;
  const isFree = halves.word === "low" && wholeHalf(halves.ranges);
  if (halves.word === "low" && !isFree) return undefined;
  const start = isFree ? [{ from: 0n, to: most64 }] : halves.ranges;
  return { word: "both", ranges: narrow(start, wholes, most64) };
}

function wholeHalf(ranges: readonly Range[]): boolean {
  return ranges.length === 1 && ranges[0]?.from === 0n && ranges[0].to === most32;
}

function allowedByHalves(tests: readonly ArgumentTest[]): Allowed | undefined {
  const low = rangesOf(tests.filter(({ word }) => word === "low"));
  const highTests = tests.filter(({ word }) => word === "high");
  if (highTests.length === 0) return { word: "low", ranges: low };
  const ranges: Range[] = [];
  for (const { from, to } of rangesOf(highTests)) {
    if (wholeHalf(low)) ranges.push({ from: from << 32n, to: (to << 32n) | most32 });
    else if (from === to)
      ranges.push(...low.map((one) => ({ from: (from << 32n) | one.from, to: (from << 32n) | one.to })));
    else return undefined;
  }
  return { word: "both", ranges: union(ranges) };
}

function rangesOf(tests: readonly ArgumentTest[]): readonly Range[] {
  return narrow([{ from: 0n, to: most32 }], tests, most32);
}

function narrow(ranges: readonly Range[], tests: readonly ArgumentTest[], most: bigint): readonly Range[] {
  return tests.reduce((left, test) => left.flatMap((range) => within(range, test, most)), ranges);
}

function within({ from, to }: Range, { op, value }: ArgumentTest, most: bigint): readonly Range[] {
  const cut = (low: bigint, high: bigint): readonly Range[] => {
    const range = { from: low > from ? low : from, to: high < to ? high : to };
    return range.from <= range.to ? [range] : [];
  };
  switch (op) {
    case "==":
      return cut(value, value);
    case "!=":
      return [...cut(0n, value - 1n), ...cut(value + 1n, most)];
    case ">":
      return cut(value + 1n, most);
    case ">=":
      return cut(value, most);
    case "<":
      return cut(0n, value - 1n);
    case "<=":
      return cut(0n, value);
    case "&":
    case "!&":
      return [{ from, to }];
  }
}

export function union(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const joined: Range[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && range.from <= last.to + 1n)
      joined[joined.length - 1] = { from: last.from, to: range.to > last.to ? range.to : last.to };
    else joined.push(range);
  }
  return joined;
}

/** Lists of tests of which one must hold; one empty list: any value will do. */
export function testsOf(argument: number, { word, ranges }: Allowed): readonly (readonly ArgumentTest[])[] {
  const most = word === "both" ? most64 : most32;
  const test = (op: ArgumentTest["op"], value: bigint): ArgumentTest => ({
    argument,
    word,
    mask: most,
    op,
    value,
  });
  const gaps = gapsOf(ranges, most);
  // "anything but these" is shorter than what lies between them.
  if (gaps.every(({ from, to }) => from === to)) return [gaps.map(({ from }) => test("!=", from))];
  return ranges.map(({ from, to }) => {
    if (from === to) return [test("==", from)];
    return [...(from === 0n ? [] : [test(">=", from)]), ...(to === most ? [] : [test("<=", to)])];
  });
}

function gapsOf(ranges: readonly Range[], most: bigint): readonly Range[] {
  let next = 0n;
  const gaps: Range[] = [];
  for (const { from, to } of ranges) {
    if (from > next) gaps.push({ from: next, to: from - 1n });
    next = to + 1n;
  }
  return next <= most ? [...gaps, { from: next, to: most }] : gaps;
}
