import type { ExplainValue } from "../commands/explain.ts";
import { cut, oneLine, paint, type Terminal, wrap } from "./terminal.ts";

/** Fields with what they do: pointer, value and section on one line, the sentence below. */
export function renderExplanations({ fields }: ExplainValue, terminal: Terminal): string {
  const width = Math.min(terminal.columns, 110);
  const note = (one: { readonly value: string; readonly says: string }): string =>
    `      ${wrap(`${oneLine(one.value)} ${one.says}`, width - 8, "        ")}\n`;
  return fields
    .map(({ at, says, section, value, notes }) => {
      const place = paint(oneLine(at), "bold", terminal);
      const has =
        value === null
          ? ""
          : ` = ${cut(oneLine(value), Math.max(20, width - at.length - section.length - 6))}`;
      return `${place}${has}  ${paint(section, "dim", terminal)}\n    ${wrap(oneLine(says), width - 4, "    ")}\n${notes.map(note).join("")}`;
    })
    .join("");
}
