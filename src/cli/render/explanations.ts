import type { ExplainValue } from "../commands/explain.ts";
import { cut, oneLine, paint, type Terminal, wrap } from "./terminal.ts";

/** Fields with what they do: pointer, value and section on one line, the sentence below. */
export function renderExplanations({ fields, error }: ExplainValue, terminal: Terminal): string {
  const width = Math.min(terminal.columns, 110);
  if (error !== null) return renderCause(error, { terminal, width });
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

type Cause = NonNullable<ExplainValue["error"]>;

/** What it means, what was seen, what to try. */
function renderCause(
  { cause, code, says, tries, evidence }: Cause,
  { terminal, width }: { readonly terminal: Terminal; readonly width: number },
): string {
  const entry = (name: string, text: string): string =>
    `  ${paint(`${name}:`, "cyan", terminal)} ${wrap(oneLine(text), width - name.length - 4, " ".repeat(name.length + 4))}\n`;
  return [
    `${paint(cause, "bold", terminal)}  ${paint(code, "dim", terminal)}\n    ${wrap(oneLine(says), width - 4, "    ")}\n`,
    ...evidence.map((seen) => entry("seen", `${seen.source}: ${seen.says}`)),
    entry("try", tries),
  ].join("");
}
