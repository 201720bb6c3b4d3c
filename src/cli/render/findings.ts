import type { AuditSummary } from "../../audit/audit.ts";
import type { Finding } from "../../audit/finding.ts";
import { cut, cutPath, oneLine, pad, paint, type Style, type Terminal, widthOf } from "./terminal.ts";
import { brief } from "./value.ts";

const marks: Readonly<Record<Finding["verdict"], readonly [string, Style]>> = {
  kept: ["✔", "green"],
  broken: ["✘", "red"],
  unseen: ["?", "yellow"],
};

/** The audit for people: one finding a line, what is broken or unseen with its reason below, a sum at the end. */
export function renderAudit(value: AuditSummary, terminal: Terminal): string {
  const lines = value.findings.map((finding) => findingLine(finding, value.findings, terminal)).join("");
  return `${lines}${auditSum(value, terminal)}\n`;
}

/** "web: 41 kept, 0 broken, 2 unseen". */
export function auditSum({ id, kept, broken, unseen }: AuditSummary, terminal: Terminal): string {
  const parts = [
    paint(`${kept} kept`, kept > 0 ? "green" : "dim", terminal),
    paint(`${broken} broken`, broken > 0 ? "red" : "dim", terminal),
    paint(`${unseen} unseen`, unseen > 0 ? "yellow" : "dim", terminal),
  ];
  return `${paint(oneLine(id), "bold", terminal)}: ${parts.join(", ")}`;
}

/** One finding: mark, pointer, asked and seen, and the file; a second line says why where there is something to say. */
export function findingLine(finding: Finding, among: readonly Finding[], terminal: Terminal): string {
  const [mark, style] = marks[finding.verdict];
  const most = Math.max(24, Math.floor(terminal.columns * 0.42));
  const column = Math.min(most, Math.max(0, ...among.map(({ at }) => widthOf(oneLine(at)))));
  const at = cut(oneLine(finding.at), terminal.columns - 22);
  const head = `${mark} ${widthOf(at) > column ? at : pad(at, column)}  `;
  const room = terminal.columns - widthOf(head);
  const source = oneLine(finding.source);
  const said = claim(finding);
  const fits = widthOf(said) + widthOf(source) + 2 <= room;
  const text = cut(said, Math.max(16, room));
  const start = `${paint(mark, style, terminal)}${head.slice(mark.length)}${text}`;
  const file = paint(source, "dim", terminal);
  const line = fits
    ? `${start}  ${file}\n`
    : `${start}\n    ${paint(cutPath(source, terminal.columns - 4), "dim", terminal)}\n`;
  const why =
    finding.verdict === "kept"
      ? ""
      : `    ${paint(cut(oneLine(finding.why), terminal.columns - 4), style, terminal)}\n`;
  return line + why;
}

function claim(finding: Finding): string {
  const asked = brief(finding.asked);
  if (finding.verdict === "unseen") return `asked ${asked}`;
  const seen = brief(finding.seen);
  if (finding.verdict === "kept") return seen === asked ? asked : `asked ${asked}, seen ${seen}`;
  return `asked ${asked}, seen ${seen}`;
}
