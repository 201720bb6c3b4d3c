import type { ArgumentTest, SeccompCase } from "../../view-parts.ts";
import { type Allowed, allowedBy, testsOf, union } from "./ranges.ts";

/**
 * The same cases in fewer and shorter ones. Of the cases given exactly one holds for every call, as for the ways through a program; the ones
 * returned hold for the same calls. Tests of whole words become ranges of the argument; two cases that differ by one test of some bits
 * and its opposite become one without it. One answer whatever the arguments are is one case without a test.
 */
export function simplify(cases: readonly SeccompCase[]): readonly SeccompCase[] {
  const [first] = cases;
  if (first === undefined) return [];
  if (cases.every((one) => sameAnswer(one, first) && !one.unclear)) return [{ ...first, when: [] }];
  const joined = repeat(cases, joinMasked);
  const possible = joined
    .map(split)
    .filter(({ allowed }) => [...allowed.values()].every(({ ranges }) => ranges.length > 0));
  return repeat(possible, joinRanges).flatMap(together);
}

/** Join pairs until no two can be. */
function repeat<T>(items: readonly T[], join: (a: T, b: T) => T | undefined): readonly T[] {
  let current = items;
  for (;;) {
    const next = joinOnce(current, join);
    if (next === undefined) return current;
    current = next;
  }
}

function joinOnce<T>(items: readonly T[], join: (a: T, b: T) => T | undefined): readonly T[] | undefined {
  for (const [i, a] of items.entries()) {
    for (const [offset, b] of items.slice(i + 1).entries()) {
      const joined = join(a, b);
      if (joined !== undefined)
        return items.flatMap((one, index) =>
          index === i ? [joined] : index === i + 1 + offset ? [] : [one],
        );
    }
  }
  return undefined;
}

type Tests = readonly ArgumentTest[];

function joinMasked(a: SeccompCase, b: SeccompCase): SeccompCase | undefined {
  if (!sameAnswer(a, b) || a.unclear !== b.unclear) return undefined;
  const onlyA = a.when.filter((test) => !has(b.when, test));
  const onlyB = b.when.filter((test) => !has(a.when, test));
  const common = a.when.filter((test) => has(b.when, test));
  if (onlyA.length === 0 || onlyB.length === 0) return { ...a, when: common };
  const [one] = onlyA;
  const [other] = onlyB;
  if (one === undefined || other === undefined) return undefined;
  if (onlyA.length === 1 && onlyB.length === 1)
    return opposite(one, other) ? { ...a, when: common } : undefined;
  const whole = differs(onlyA, onlyB) ?? differs(onlyB, onlyA);
  return whole === undefined ? undefined : { ...a, when: [...common, whole] };
}

/** "These bits of the upper half differ" or "they are the same and those of the lower half differ": the bits of the argument differ. */
function differs(outer: Tests, inner: Tests): ArgumentTest | undefined {
  const [high] = outer;
  const same = inner.find(({ op, word }) => op === "==" && word === "high");
  const low = inner.find(({ op, word }) => op === "!=" && word === "low");
  if (outer.length !== 1 || inner.length !== 2 || !high || !same || !low) return undefined;
  if (high.op !== "!=" || !sameBits(high, same) || high.value !== same.value) return undefined;
  return low.argument === high.argument ? both(high, low) : undefined;
}

/** A case with the tests of whole words of an argument as what they allow; `rest` are the others. */
type Split = SeccompCase & { readonly rest: Tests; readonly allowed: ReadonlyMap<number, Allowed> };

function split(one: SeccompCase): Split {
  const allowed = new Map<number, Allowed>();
  let rest = one.when;
  for (const argument of new Set(one.when.map((test) => test.argument))) {
    const whole = one.when.filter((test) => test.argument === argument && isWhole(test));
    const ranges = whole.length === 0 ? undefined : allowedBy(whole);
    if (ranges === undefined) continue;
    allowed.set(argument, ranges);
    rest = rest.filter((test) => !whole.includes(test));
  }
  return { ...one, rest, allowed };
}

function isWhole({ word, mask, op }: ArgumentTest): boolean {
  return mask === (word === "both" ? 2n ** 64n - 1n : 0xffffffffn) && op !== "&" && op !== "!&";
}

/** Two cases that differ in what they allow of one argument are one that allows either. */
function joinRanges(a: Split, b: Split): Split | undefined {
  const alike = sameAnswer(a, b) && a.unclear === b.unclear && a.allowed.size === b.allowed.size;
  if (!alike || a.rest.length !== b.rest.length || !a.rest.every((test) => has(b.rest, test)))
    return undefined;
  const differing = [...a.allowed].filter(([argument, one]) => key(one) !== key(b.allowed.get(argument)));
  const [different] = differing;
  if (different === undefined) return a;
  const [argument, one] = different;
  const other = b.allowed.get(argument);
  if (differing.length > 1 || other === undefined || other.word !== one.word) return undefined;
  const ranges = union([...one.ranges, ...other.ranges]);
  return { ...a, allowed: new Map([...a.allowed, [argument, { word: one.word, ranges }]]) };
}

function key(allowed: Allowed | undefined): string {
  if (allowed === undefined) return "";
  return `${allowed.word} ${allowed.ranges.map(({ from, to }) => `${from}-${to}`).join(",")}`;
}

/** Back to tests: a case for each combination of ranges. */
function together({ action, data, unclear, rest, allowed }: Split): readonly SeccompCase[] {
  let lists: readonly Tests[] = [joinEqual(rest)];
  for (const [argument, one] of allowed)
    lists = lists.flatMap((list) => testsOf(argument, one).map((tests) => [...list, ...tests]));
  return lists.map((when) => ({ action, data, when, ...(unclear ? { unclear } : {}) }));
}

/** Two equalities of some bits of an argument's halves as one of the argument. */
function joinEqual(tests: Tests): Tests {
  const high = tests.find(({ word, op }) => word === "high" && op === "==");
  const low = tests.find(
    ({ word, op, argument }) => word === "low" && op === "==" && argument === high?.argument,
  );
  if (high === undefined || low === undefined) return tests;
  return joinEqual([...tests.filter((test) => test !== high && test !== low), both(high, low)]);
}

function both(high: ArgumentTest, low: ArgumentTest): ArgumentTest {
  const value = (high.value << 32n) | low.value;
  return { argument: low.argument, word: "both", mask: (high.mask << 32n) | low.mask, op: low.op, value };
}

const opposites: Readonly<Record<ArgumentTest["op"], ArgumentTest["op"]>> = {
  "==": "!=",
  "!=": "==",
  ">": "<=",
  "<=": ">",
  ">=": "<",
  "<": ">=",
  "&": "!&",
  "!&": "&",
};

function opposite(a: ArgumentTest, b: ArgumentTest): boolean {
  return sameBits(a, b) && a.value === b.value && opposites[a.op] === b.op;
}

function has(tests: Tests, test: ArgumentTest): boolean {
  return tests.some((other) => sameBits(other, test) && other.op === test.op && other.value === test.value);
}

function sameBits(a: ArgumentTest, b: ArgumentTest): boolean {
  return a.argument === b.argument && a.word === b.word && a.mask === b.mask;
}

function sameAnswer(a: SeccompCase, b: SeccompCase): boolean {
  return a.action === b.action && a.data === b.data;
}
