import { badValue } from "./bad-value.ts";

const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/**
 * A size in bytes: "65536", "64k", "1.5g", "64MB", "64MiB" (powers of 1024, as engines read them); "-1" is no limit.
 * Returns whole bytes. Errors: "spec.bad-option".
 */
export function parseBytes(text: string): number {
  if (text.trim() === "-1") return -1;
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([bkmgtp]?)(?:i?b)?$/i.exec(text.trim());
  const form = 'a number with an optional unit b, k, m, g, t or p, for example "64m"';
  if (match === null) throw badValue("size", text, { got: "it is no number of bytes", form });
  const bytes = Math.round(Number(match[1]) * (units[(match[2] ?? "").toLowerCase()] ?? 1));
  if (bytes > Number.MAX_SAFE_INTEGER) throw badValue("size", text, { got: "it is more than 8 PiB", form });
  return bytes;
}
