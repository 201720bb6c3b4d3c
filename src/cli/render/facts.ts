import type { Reading } from "../../kernel/reading.ts";
import { cut, cutPath, oneLine, pad, paint, type Terminal, widthOf, wrap } from "./terminal.ts";

/** One line of an inspection: its name, what was read, and the file it was read from. */
export type FactLine = {
  readonly label: string;
  readonly text: string;
  readonly source: string;
  readonly unread?: boolean;
};

/** A reading as a line; one that could not be read says why. `show` makes text of the value; control characters are escaped here. */
export function fact<T>(label: string, reading: Reading<T>, show: (value: T) => string): FactLine {
  if (reading.ok) return { label, text: oneLine(show(reading.value)), source: reading.source };
  return {
    label,
    text: oneLine(`${reading.reason}: ${reading.detail}`),
    source: reading.source,
    unread: true,
  };
}

/** A group of facts under a heading: labels aligned, long values wrapped, each ending with its source. Nothing when it is empty. */
export function factGroup(title: string, facts: readonly FactLine[], terminal: Terminal): string {
  if (facts.length === 0) return "";
  const column = Math.min(24, Math.max(...facts.map(({ label }) => widthOf(label))));
  const lines = facts.map((each) => factLine(each, column, terminal)).join("");
  return `${paint(title, "bold", terminal)}\n${lines}`;
}

function factLine({ label, text, source, unread }: FactLine, column: number, terminal: Terminal): string {
  const indent = " ".repeat(column + 4);
  const room = terminal.columns - column - 4;
  const shown = wrap(text, room)
    .split("\n")
    .map((line) => cut(line, room));
  const last = shown.at(-1) ?? "";
  const from = oneLine(source);
  const body = shown
    .map((line) => (unread === true ? paint(line, "yellow", terminal) : line))
    .join(`\n${indent}`);
  const beside = widthOf(last) + 2 + widthOf(from) <= room;
  const file = paint(beside ? from : cutPath(from, room), "dim", terminal);
  return `  ${paint(pad(label, column), "cyan", terminal)}  ${body}${beside ? "  " : `\n${indent}`}${file}\n`;
}
