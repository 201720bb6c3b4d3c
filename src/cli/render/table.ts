import { cut, pad, type Terminal, widthOf } from "./terminal.ts";

export type Cell = string;

/**
 * Rows as aligned columns, two spaces between, the last column cut to the terminal's width. Cells are plain text; `style` may colour a
 * finished cell. No trailing spaces; ends in a line feed unless there are no rows.
 */
export function table(
  rows: readonly (readonly Cell[])[],
  options: { readonly terminal: Terminal; readonly indent?: string; readonly style?: CellStyle },
): string {
  const { terminal, indent = "", style = (text) => text } = options;
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  const line = (row: readonly Cell[], index: number) => {
    let used = widthOf(indent);
    const cells = row.map((cell, column) => {
      const last = column === row.length - 1;
      const text = last ? cut(cell, Math.max(8, terminal.columns - used)) : cell;
      used += (widths[column] ?? 0) + 2;
      const styled = style(text, { row: index, column });
      return last ? styled : styled + pad("", (widths[column] ?? 0) - widthOf(text));
    });
    return `${indent}${cells.join("  ")}`.trimEnd();
  };
  return rows.map((row, index) => `${line(row, index)}\n`).join("");
}

export type CellStyle = (text: string, place: { readonly row: number; readonly column: number }) => string;
