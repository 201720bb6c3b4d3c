import { cut, cutPath, oneLine, pad, paint, type Terminal, widthOf } from "./terminal.ts";

/** A label, a text, and the file that the text was read from. */
export type Row = readonly [label: string, text: string, source?: string];

/** A step of the story: its heading with the function that did it, and what came out, in rows of at most the terminal's width. */
export function chapter(
  heading: { readonly title: string; readonly by: string },
  rows: readonly Row[],
  terminal: Terminal,
): string {
  const label = Math.max(14, ...rows.map(([name]) => widthOf(name)));
  const room = terminal.columns - label - 4;
  const fitting = rows
    .filter(([, text, source]) => fits(text, source, room))
    .map(([, text]) => widthOf(oneLine(text)));
  const column = { label, room, text: Math.max(0, ...fitting) };
  const lines = rows.map((row) => rowLine(row, column, terminal)).join("");
  return `${paint(heading.title, "bold", terminal)}  ${paint(heading.by, "dim", terminal)}\n${lines}`;
}

function fits(text: string, source: string | undefined, room: number): boolean {
  return source !== undefined && widthOf(oneLine(text)) + 2 + widthOf(oneLine(source)) <= room;
}

type Columns = { readonly label: number; readonly room: number; readonly text: number };

function rowLine([label, given, source]: Row, column: Columns, terminal: Terminal): string {
  const text = cut(oneLine(given), column.room);
  const head = `  ${paint(pad(label, column.label), "cyan", terminal)}  `;
  if (source === undefined) return `${head}${text}\n`;
  const from = oneLine(source);
  if (column.text + 2 + widthOf(from) <= column.room && widthOf(text) <= column.text)
    return `${head}${pad(text, column.text)}  ${paint(from, "dim", terminal)}\n`;
  if (fits(given, source, column.room)) return `${head}${text}  ${paint(from, "dim", terminal)}\n`;
  return `${head}${text}\n${" ".repeat(column.label + 4)}${paint(cutPath(from, column.room), "dim", terminal)}\n`;
}
