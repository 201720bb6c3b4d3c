import type { Comparison, Difference, Trial } from "../trial.ts";
import { table } from "./table.ts";
import { cut, oneLine, paint, type Terminal } from "./terminal.ts";
import { brief } from "./value.ts";

/** One line a runtime, then one block a difference, then the sum. */
export function renderComparison(value: Comparison, terminal: Terminal): string {
  const head = ["RUNTIME", "RESULT", "CREATE", "START", "DELETE", "KEPT", "BROKEN"];
  const rows = value.trials.map(rowOf);
  const style = (text: string, { row }: { readonly row: number }) =>
    row === 0 ? paint(text, "dim", terminal) : text;
  const blocks = value.differences.map((difference) => blockOf(difference, terminal));
  const words = value.trials.flatMap((trial) => refusalOf(trial, terminal));
  const count = value.differences.length;
  const sum = value.same
    ? paint("no difference", "green", terminal)
    : paint(`${count} ${count === 1 ? "difference" : "differences"}`, "red", terminal);
  return `${table([head, ...rows], { terminal, style })}${words.join("")}${blocks.join("")}${oneLine(value.bundle)}: ${sum}\n`;
}

function rowOf({ runtime, accepted, refusal, exit, milliseconds, audit, states }: Trial): readonly string[] {
  const ended = exit === undefined ? (states?.started ?? "started") : `exit ${exit.exitCode}`;
  const time = (verb: string) =>
    milliseconds[verb] === undefined ? "-" : `${Math.round(milliseconds[verb] ?? 0)} ms`;
  return [
    oneLine(runtime),
    accepted ? ended : `refused by ${refusal?.verb}`,
    ...["create", "start", "delete"].map(time),
    ...(audit === undefined ? ["-", "-"] : [String(audit.kept), String(audit.broken)]),
  ];
}

function refusalOf({ runtime, refusal }: Trial, terminal: Terminal): readonly string[] {
  if (refusal === undefined) return [];
  const name = oneLine(runtime);
  const lines = [
    `${name}: ${refusal.code}`,
    ...[refusal.words ?? refusal.got].map((text) => `  ${oneLine(text)}`),
  ];
  return [lines.map((line) => `${cut(line, terminal.columns * 3)}\n`).join("")];
}

function blockOf({ about, what, statements, values }: Difference, terminal: Terminal): string {
  const rests = statements.length === 0 ? "" : paint(`  (${statements.join(", ")})`, "dim", terminal);
  const lines = values.map(({ runtime, value }) => [
    oneLine(runtime.split("/").at(-1) ?? runtime),
    brief(value),
  ]);
  return `${paint("≠", "yellow", terminal)} ${about}: ${oneLine(what)}${rests}\n${table(lines, { terminal, indent: "    " })}`;
}
