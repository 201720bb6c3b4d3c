import type { ArgumentTest, SeccompCase } from "../../view-parts.ts";

/**
 * The same cases in fewer and shorter ones: two that differ by one test and its opposite become one without it, a test of the high word
 * and one of the low word become one of the argument, and a case that another covers goes. One case for all without a test stays alone.
 */
export function simplify(cases: readonly SeccompCase[]): readonly SeccompCase[] {
  const [first] = cases;
  if (first === undefined) return [];
  if (cases.every((one) => sameAnswer(one, first) && !one.unclear)) return [{ ...first, when: [] }];
  let current = cases.map((one) => ({ ...one, when: withoutImplied(one.when) }));
  for (;;) {
    const next = mergeOnce(current);
    if (next === undefined) break;
    current = next;
  }
  return current.map((one) => ({ ...one, when: joinWords(one.when) }));
}

type Tests = readonly ArgumentTest[];

function mergeOnce(cases: readonly SeccompCase[]): SeccompCase[] | undefined {
  for (const [i, a] of cases.entries()) {
    for (const [j, b] of cases.entries()) {
      if (j <= i || !sameAnswer(a, b) || a.unclear !== b.unclear) continue;
      const when = mergedTests(a.when, b.when);
      if (when !== undefined)
        return cases.flatMap((one, index) => (index === i ? [{ ...a, when }] : index === j ? [] : [one]));
    }
  }
  return undefined;
}

/** What holds when one of two lists of tests does, if that is one list again. */
function mergedTests(a: Tests, b: Tests): Tests | undefined {
  const onlyA = a.filter((test) => !has(b, test));
  const onlyB = b.filter((test) => !has(a, test));
  const common = a.filter((test) => has(b, test));
  if (onlyA.length === 0 || onlyB.length === 0) return common;
  const [one] = onlyA;
  const [other] = onlyB;
  if (one === undefined || other === undefined) return undefined;
  if (onlyA.length === 1 && onlyB.length === 1) return opposite(one, other) ? common : undefined;
  const whole = acrossWords(onlyA, onlyB) ?? acrossWords(onlyB, onlyA);
  if (whole !== undefined) return [...common, whole];
  // x or (not x and y) is x or y: nothing shorter in one list.
  return undefined;
}

/** "high differs" or "high is the same and low differs" is "the argument differs"; with ">" and "<" alike. */
function acrossWords(outer: Tests, inner: Tests): ArgumentTest | undefined {
  const [high] = outer;
  const same = inner.find((test) => test.op === "==" && test.word === "high");
  const low = inner.find((test) => test.word === "low");
  if (outer.length !== 1 || inner.length !== 2 || !high || !same || !low || high.word !== "high")
    return undefined;
  const one = high.argument === low.argument && high.argument === same.argument;
  const fits =
    high.op === low.op
      ? high.op === "!=" || high.op === ">" || high.op === "<"
      : (high.op === ">" && low.op === ">=") || (high.op === "<" && low.op === "<=");
  if (!one || !fits || high.value !== same.value || high.mask !== same.mask) return undefined;
  return both(high, low, low.op);
}

/** Two equalities of an argument's words as one of the argument. */
function joinWords(tests: Tests): Tests {
  const high = tests.find((test) => test.word === "high" && test.op === "==");
  const low = tests.find(
    (test) =>
      test.word === "low" &&
      test.argument === high?.argument &&
      test.op !== "&" &&
      test.op !== "!&" &&
      (test.op === "==" || test.op === "!=" || high?.value === 0n),
  );
  if (high === undefined || low === undefined || low.op === "!=") return tests;
  return joinWords([...tests.filter((test) => test !== high && test !== low), both(high, low, low.op)]);
}

function both(high: ArgumentTest, low: ArgumentTest, op: ArgumentTest["op"]): ArgumentTest {
  const value = (high.value << 32n) | low.value;
  return { argument: low.argument, word: "both", mask: (high.mask << 32n) | low.mask, op, value };
}

/** Without tests that an equality of the same bits makes true. */
function withoutImplied(tests: Tests): Tests {
  const equal = (test: ArgumentTest) =>
    tests.some((other) => other !== test && other.op === "==" && sameBits(other, test));
  return tests.filter((test) => test.op === "==" || !equal(test));
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
