import { formatJson } from "../../oci/json.ts";
import type { SpecDiffValue } from "../commands/spec/diff.ts";
import { cut, oneLine, paint, type Terminal, wrap } from "./terminal.ts";

/** Differences by group: "-" only A asks it, "+" only B, "~" both and not the same; below each, what it means. */
export function renderDifferences(
  { a, b, same, differences, patch }: SpecDiffValue,
  terminal: Terminal,
): string {
  if (patch !== null) return formatJson(patch, { indent: 2 });
  if (same) return `${oneLine(a)} and ${oneLine(b)} ask the same\n`;
  const groups = Map.groupBy(differences, ({ group }) => group);
  const told = [...groups].map(([group, list]) => {
    const lines = list.map((difference) => renderOne(difference, terminal));
    return `${paint(group, "bold", terminal)}\n${lines.join("")}`;
  });
  const head = paint(`- ${oneLine(a)}\n+ ${oneLine(b)}\n`, "dim", terminal);
  return `${head}${told.join("")}`;
}

function renderOne(difference: SpecDiffValue["differences"][number], terminal: Terminal): string {
  const width = Math.min(terminal.columns, 110);
  const { what, a, b, says } = difference;
  const sign = b === null ? "-" : a === null ? "+" : "~";
  const room = Math.max(20, width - 6);
  const name = cut(oneLine(what), room);
  const values = a === null || b === null ? one(a ?? b) : ` ${short(a)} → ${short(b)}`;
  const line =
    name.length + values.length <= room ? `${name}${values}` : `${name}\n     ${cut(values, room)}`;
  return `  ${sign} ${line}\n      ${wrap(oneLine(says), width - 6, "      ")}\n`;
}

function one(value: unknown): string {
  return value === true ? "" : ` ${short(value)}`;
}

/** Texts as they are, lists in a row, members by name: "source /a, ro". */
function short(value: unknown): string {
  if (value === true) return "yes";
  if (typeof value === "string") return oneLine(value);
  if (Array.isArray(value)) return value.map(short).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => {
    const inner = typeof member === "object" && member !== null && !Array.isArray(member);
    if (member === true) return oneLine(name);
    return inner ? short(member) : `${oneLine(name)} ${short(member)}`;
  });
  return members.join(", ");
}
