import { OcilabError } from "../base/errors.ts";
import { type JsonFault, scanJson } from "./json-scan.ts";
import type { Problem } from "./spec.ts";

/** How messages name the text: a file's path or what it is ("config.json"). */
export type Named = { readonly name: string };

/**
 * The value that a JSON text holds (RFC 8259). An integer that a number cannot hold exactly becomes a bigint, so that int64 and uint64 fields
 * survive `formatJson`; every other number is a number. A member that occurs twice has its last value, as in runc but not in crun (`findDuplicateKeys` tells).
 * Throws "spec.bad-json" with line, column and the line itself.
 */
export function parseJson(text: string, { name }: Named): unknown {
  try {
    return JSON.parse(text, exactNumbers as (key: string, value: unknown) => unknown);
  } catch (cause) {
    const fault = scanJson(text) ?? { offset: 0, says: cause instanceof Error ? cause.message : "bad JSON" };
    throw badJson(text, fault, { name, cause });
  }
}

/**
 * `value` as JSON text; bigints are written as integers, digit for digit. With `indent` (spaces) it ends in a line feed.
 * Throws a RangeError for NaN and the infinities, which JSON cannot say; -0 is written as 0, which runtimes accept where -0 is refused.
 */
export function formatJson(value: unknown, options: { readonly indent?: number } = {}): string {
  const text = JSON.stringify(value, exactIntegers, options.indent);
  return options.indent === undefined ? text : `${text}\n`;
}

/** A warning for every member that has the name of an earlier one in the same object: readers disagree on which of the two counts. */
export function findDuplicateKeys(text: string): Problem[] {
  const problems: Problem[] = [];
  scanJson(text, ({ pointer, offset, duplicate }) => {
    if (!duplicate) return;
    const { line, column } = placeOf(text, offset);
    const says = `stands here a second time (line ${line}, column ${column}); runc takes the last one, crun the first`;
    problems.push({ at: pointer as Problem["at"], says, from: "schema", level: "warning" });
  });
  return problems;
}

/**
 * The lines (from 1) on which the values of a JSON text stand, asked by JSON pointer; for a value that is missing, the line of the nearest
 * value around it. For the last of two members of one name, as that is the one `parseJson` takes.
 */
export function linesOf(text: string): (pointer: string) => number {
  const lines = new Map<string, number>();
  let [line, counted] = [1, 0];
  scanJson(text, ({ pointer, offset }) => {
    for (; counted < offset; counted++) if (text.charCodeAt(counted) === 10) line++;
    lines.set(pointer, line);
  });
  return (pointer) => {
    for (let around = pointer; around !== ""; around = around.slice(0, around.lastIndexOf("/"))) {
      const found = lines.get(around);
      if (found !== undefined) return found;
    }
    return lines.get("") ?? 1;
  };
}

/** Line and column, both from 1. Columns count UTF-16 units. */
function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - start + 1 };
}

/** TypeScript's library does not know the reviver's third argument (ES2026) yet. */
function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  if (/^-?\d+$/.test(source)) return BigInt(source);
  if (!Number.isFinite(value)) throw new RangeError("a number is too large");
  return value;
}

function exactIntegers(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return rawJson(String(value));
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`JSON cannot hold ${value}`);
  return value;
}

/** TypeScript's library does not know `JSON.rawJSON` (ES2026) yet. */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

function badJson(
  text: string,
  fault: JsonFault,
  { name, cause }: Named & { readonly cause: unknown },
): Error {
  const { line, column } = placeOf(text, fault.offset);
  return new OcilabError("spec.bad-json", {
    doing: `read ${name}`,
    got: `line ${line}, column ${column}: ${fault.says}\n${excerpt(text, { line, column })}`,
    facts: { name, line, column },
    cause,
  });
}

/** The faulty line with a caret below the fault, cut to what fits a terminal. */
function excerpt(text: string, { line, column }: { readonly line: number; readonly column: number }): string {
  const whole = (text.split("\n")[line - 1] ?? "").replaceAll("\r", "");
  const from = Math.max(0, column - 1 - 50);
  const shown = whole.slice(from, from + 100).replace(/[\p{Cc}\p{Cf}]/gu, "·");
  const lead = `${line} | ${from > 0 ? "…" : ""}`;
  return `${lead}${shown}\n${" ".repeat(lead.length + column - 1 - from)}^`;
}
