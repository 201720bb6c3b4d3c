/** What a parser made of a text. Parsers never throw: a text that is not in the kernel's format is `ok: false`. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

/** A number where JavaScript holds it exactly, else a bigint. */
export type Exact = number | bigint;

/** A limit of a cgroup v2 file or of setrlimit(2): a number or none. */
export type Limit = Exact | "max";

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** `expected` says what the format asks for; the text itself is added by JSON escaping, cut after 80 characters. */
export function bad(expected: string, text: string): Parsed<never> {
  return { ok: false, detail: `expected ${expected}, got ${JSON.stringify(text.slice(0, 80))}` };
}

/** The first failure, or all values in order. */
export function all<T>(parts: readonly Parsed<T>[]): Parsed<readonly T[]> {
  const values: T[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    values.push(part.value);
  }
  return good(values);
}

/** A decimal integer with an optional minus sign. */
export function parseExact(text: string): Parsed<Exact> {
  const trimmed = text.trim();
  if (!/^-?\d{1,30}$/.test(trimmed)) return bad("a decimal integer", text);
  return good(toExact(BigInt(trimmed)));
}

/** A decimal integer that JavaScript holds exactly. */
export function parseCount(text: string): Parsed<number> {
  const exact = parseExact(text);
  if (!exact.ok) return exact;
  return typeof exact.value === "number" ? good(exact.value) : bad("an integer below 2^53", text);
}

/** "max", "unlimited" or a decimal integer. */
export function parseLimit(text: string): Parsed<Limit> {
  const trimmed = text.trim();
  return trimmed === "max" || trimmed === "unlimited" ? good("max") : parseExact(trimmed);
}

/** The lines of a file of the kernel, without the empty one after the last line feed. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** The words of a line; blanks and tabs separate. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function toExact(value: bigint): Exact {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
