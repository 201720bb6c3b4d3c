import { bad, type Exact, good, type Limit, type Parsed, parseExact, parseLimit } from "./parsed.ts";

/** The sum of what a pattern's one group finds; none is 0, for io.stat is empty until the first transfer. */
export function parseSum(text: string, pattern: RegExp): Parsed<Exact> {
  let sum = 0n;
  for (const [, digits = ""] of text.matchAll(pattern)) {
    if (!/^\d{1,20}$/.test(digits)) return bad("a number", digits);
    sum += BigInt(digits);
  }
  return parseExact(String(sum));
}

/** One number of a file of `KEY VALUE` lines. */
export function parseKey(text: string, key: string): Parsed<Exact> {
  const line = text.split("\n").find((one) => one.startsWith(`${key} `));
  return line === undefined ? bad(`a line ${key}`, text) : parseExact(line.slice(key.length + 1));
}

/** Percent of the last ten seconds in which some task waited (accounting/psi.rst). */
export function parseSomePressure(text: string): Parsed<number> {
  const [, number] = /^some avg10=(\d+\.\d+) /m.exec(text) ?? [];
  return number === undefined ? bad("some avg10=…", text) : good(Number(number));
}

/** A limit of cgroup v1, which writes the largest number for none. */
export function parseOldLimit(text: string): Parsed<Limit> {
  const limit = parseLimit(text);
  return limit.ok && limit.value !== "max" && limit.value > 2 ** 60 ? good<Limit>("max") : limit;
}
