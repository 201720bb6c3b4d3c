import type { ListedContainer } from "../../container/find.ts";
import { table } from "./table.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";

/** Containers as a table with runc's columns; the heading alone when there are none, as runc has it. */
export function renderList(containers: readonly ListedContainer[], terminal: Terminal): string {
  const rows = containers.map((one) => [
    oneLine(one.id),
    "pid" in one ? String(one.pid) : "0",
    one.exit === undefined ? one.status : `${one.status} (${one.exit.exitCode ?? "?"})`,
    one.created ?? "",
    oneLine(one.owner ?? ""),
    oneLine(one.runtime.split("/").at(-1) ?? ""),
    oneLine(one.bundle),
  ]);
  return table([["ID", "PID", "STATUS", "CREATED", "OWNER", "RUNTIME", "BUNDLE"], ...rows], {
    terminal,
    style: (text, { row, column }) => {
      if (row === 0) return paint(text, "dim", terminal);
      return column === 2 ? paint(text, text === "running" ? "green" : "yellow", terminal) : text;
    },
  });
}
