import type { Reading } from "../../kernel/reading.ts";
import type { DifferenceValue } from "../inspect-views.ts";
import { cut, oneLine, paint, type Terminal, wrap } from "./terminal.ts";
import { brief, count } from "./value.ts";

/** Two processes side by side: each fact in which they differ, the first's value on one line and the second's on the next. */
export function renderDifference(value: DifferenceValue, terminal: Terminal): string {
  const { first, second, differences, same } = value;
  const label = (side: string, name: string) => paint(`${side} ${oneLine(name)}`, "bold", terminal);
  const head = `${label("-", first.name)} (process ${first.pid})\n${label("+", second.name)} (process ${second.pid})\n`;
  const lines = differences.map(({ at, first: one, second: other }) => {
    const heading = paint(oneLine(at), "cyan", terminal);
    const [shown, otherShown] = withoutCommon(one, other);
    return `${heading}\n${side("-", shown, terminal)}${side("+", otherShown, terminal)}`;
  });
  const sum = `${count(differences.length, "difference")}, ${count(same, "fact")} the same`;
  return `${head}\n${lines.join("")}${lines.length > 0 ? "\n" : ""}${sum}\n`;
}

/** Of two lists only what the other has not, and how much they share. */
function withoutCommon(
  one: Reading<unknown> | undefined,
  other: Reading<unknown> | undefined,
): readonly [Reading<unknown> | undefined, Reading<unknown> | undefined] {
  if (!one?.ok || !other?.ok || !isNames(one.value) || !isNames(other.value)) return [one, other];
  const [a, b] = [one.value, other.value];
  const common = a.filter((name) => b.includes(name)).length;
  if (common < 3) return [one, other];
  const rest = (list: readonly unknown[], against: readonly unknown[]) => [
    ...list.filter((name) => !against.includes(name)),
    `${common} that both have`,
  ];
  return [
    { ...one, value: rest(a, b) },
    { ...other, value: rest(b, a) },
  ];
}

function isNames(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number");
}

function side(mark: "-" | "+", reading: Reading<unknown> | undefined, terminal: Terminal): string {
  const style = mark === "-" ? "red" : "green";
  const text =
    reading === undefined
      ? "has none"
      : reading.ok
        ? brief(reading.value)
        : `${reading.reason}: ${oneLine(reading.detail)}`;
  const room = terminal.columns - 4;
  const lines = wrap(text, room)
    .split("\n")
    .map((line, index) => `  ${index === 0 ? mark : " "} ${cut(line, room)}`);
  return lines.map((line) => `${paint(line, style, terminal)}\n`).join("");
}
