import type { AuditSummary } from "../../audit/audit.ts";
import type { Finding } from "../../audit/finding.ts";
import { cut, cutPath, oneLine, pad, paint, type Style, type Terminal, widthOf, wrap } from "./terminal.ts";
import { brief } from "./value.ts";

const marks: Readonly<Record<Finding["verdict"], readonly [string, Style]>> = {
  kept: ["✔", "green"],
  broken: ["✘", "red"],
  unseen: ["?", "yellow"],
};

/** The audit for people: one finding a line, what is broken or unseen with its reason below, a sum at the end; broken ones stand last, beside it. */
export function renderAudit(value: AuditSummary, terminal: Terminal): string {
  const isBroken = ({ verdict }: Finding) => verdict === "broken";
  const ordered = [...value.findings.filter((one) => !isBroken(one)), ...value.findings.filter(isBroken)];
  const lines = ordered.map((finding) => findingLine(finding, ordered, terminal)).join("");
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

/**
 * One finding: mark, pointer, asked and seen, and the file on one line where they fit; else what was seen and the file on a second.
 * What is broken or unseen says why below.
 */
export function findingLine(finding: Finding, among: readonly Finding[], terminal: Terminal): string {
  const [mark, style] = marks[finding.verdict];
  const most = Math.max(24, Math.floor(terminal.columns * 0.42));
  const column = Math.min(most, Math.max(0, ...among.map(({ at }) => widthOf(oneLine(at)))));
  const at = pad(cut(oneLine(finding.at), terminal.columns - 22), column);
  const room = Math.max(16, terminal.columns - widthOf(at) - 4);
  const [first, second] = claim(finding, room);
  const source = finding.source === "none" ? "" : oneLine(finding.source);
  const beside = second === undefined && widthOf(first) + 2 + widthOf(source) <= room;
  const head = `${paint(mark, style, terminal)} ${at}  ${cut(first, room)}`;
  const why = finding.verdict === "kept" ? "" : below(oneLine(finding.why), { style, terminal });
  if (beside || source === "") return `${`${head}  ${paint(source, "dim", terminal)}`.trimEnd()}\n${why}`;
  return `${head}\n    ${seenAndSource(second, source, terminal)}\n${why}`;
}

/** What was asked and seen: as one text where it fits into `room`, else as two. */
function claim(finding: Finding, room: number): readonly [string, string?] {
  const asked = brief(finding.asked);
  if (finding.verdict === "unseen") return [`asked ${asked}`];
  const seen = brief(finding.seen);
  if (finding.verdict === "kept" && seen === asked) return [asked];
  const both = `asked ${asked}, seen ${seen}`;
  return widthOf(both) <= room ? [both] : [`asked ${asked}`, `seen ${seen}`];
}

function seenAndSource(seen: string | undefined, source: string, terminal: Terminal): string {
  const room = terminal.columns - 4;
  if (seen === undefined) return paint(cutPath(source, room), "dim", terminal);
  const most = Math.max(24, room - widthOf(source) - 2);
  const text = cut(seen, most);
  return `${text}  ${paint(cutPath(source, room - widthOf(text) - 2), "dim", terminal)}`;
}

function below(
  text: string,
  { style, terminal }: { readonly style: Style; readonly terminal: Terminal },
): string {
  const lines = wrap(text, terminal.columns - 4).split("\n");
  return lines.map((line) => `    ${paint(cut(line, terminal.columns - 4), style, terminal)}\n`).join("");
}
