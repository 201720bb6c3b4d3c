import type { Reading } from "../kernel/reading.ts";

/** A value for a message: JSON, with integers beyond 2^53 written out. */
export function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ??
    String(value)
  );
}

/** undefined when equal, else one line that names both. */
export function unlessEqual<T>(asked: T, seen: unknown): string | undefined {
  return show(asked) === show(seen) ? undefined : `asked for ${show(asked)}, the kernel shows ${show(seen)}`;
}

/** Bytes of a page on the machines that Linux runs on here: x86_64 has 4 KiB, aarch64 can have any of them. */
export const pageSizes: readonly bigint[] = [4096n, 16384n, 65536n];

/** The names of `left` that `right` lacks. */
export function without<T>(left: readonly T[], right: readonly T[]): readonly T[] {
  return left.filter((item) => !right.includes(item));
}

/** Two readings as one; the first that failed decides. */
export function both<A, B>(a: Reading<A>, b: Reading<B>): Reading<{ readonly a: A; readonly b: B }> {
  const source = a.source === b.source ? a.source : `${a.source}, ${b.source}`;
  if (!a.ok) return { ...a, source };
  if (!b.ok) return { ...b, source };
  return { source, ok: true, value: { a: a.value, b: b.value } };
}

/** For an answer that the view was not asked for. */
export function notAsked(name: string): Reading<never> {
  return {
    source: "none",
    ok: false,
    reason: "absent",
    detail: `the view was taken without the question ${show(name)}`,
  };
}

/** An id of the reader's user namespace as the container numbers it, by the container's map; undefined when it is not in the map. */
export function idInside(
  ranges: readonly { readonly inside: number; readonly outside: number; readonly length: number }[],
  id: number,
): number | undefined {
  const range = ranges.find(({ outside, length }) => id >= outside && id < outside + length);
  return range === undefined ? undefined : range.inside + (id - range.outside);
}
