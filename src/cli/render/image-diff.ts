import type { PathDifference } from "../../image/contents/differences.ts";
import type { ImageDiffValue } from "../commands/image/diff.ts";
import { table } from "./table.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";
import { brief, bytes, count } from "./value.ts";

const signs = { added: "+", changed: "~", deleted: "-" } as const;
const colours = { added: "green", changed: "yellow", deleted: "red" } as const;

/** Paths, one a line, then places in the configuration. Directories that are new or gone as a whole are one line, unless `files`. */
export function renderImageDiff(
  value: ImageDiffValue,
  terminal: Terminal,
  { files }: { readonly files: boolean },
): string {
  const paths = files ? value.paths.map((path) => ({ ...path, inside: 0, bytes: 0 })) : gathered(value.paths);
  const rows = paths.map((one) => [signs[one.kind], sizeOf(one), `/${oneLine(one.path)}${inside(one)}`]);
  const style = (
    text: string,
    { row, column }: { readonly row: number; readonly column: number },
  ): string => {
    const kind = paths[row]?.kind;
    return column === 0 && kind !== undefined ? paint(text, colours[kind], terminal) : text;
  };
  const config = value.config.map(({ at, before, after }) => ["~", at, `${shown(before)} → ${shown(after)}`]);
  const counts = (["added", "changed", "deleted"] as const).map(
    (kind) => `${value.paths.filter((one) => one.kind === kind).length} ${kind}`,
  );
  const foot = `${counts.join(", ")}; ${count(value.config.length, "difference")} in the configuration\n`;
  return table(rows, { terminal, style }) + table(config, { terminal }) + foot;
}

type Gathered = PathDifference & { readonly inside: number; readonly bytes: number };

/** What is below a directory of the same fate goes into its line. The paths come in order, a directory before what is in it. */
function gathered(paths: readonly PathDifference[]): readonly Gathered[] {
  const lines: { -readonly [Key in keyof Gathered]: Gathered[Key] }[] = [];
  for (const path of paths) {
    const above = lines.at(-1);
    const whole = above !== undefined && above.type === "directory" && above.kind !== "changed";
    if (whole && above.kind === path.kind && path.path.startsWith(`${above.path}/`)) {
      above.inside += 1;
      above.bytes += path.after ?? path.before ?? 0;
    } else lines.push({ ...path, inside: 0, bytes: 0 });
  }
  return lines;
}

function sizeOf({ kind, type, before, after, bytes: below }: Gathered): string {
  if (type === "directory") return below === 0 ? "directory" : bytes(below);
  if (kind === "changed" && before !== null && after !== null && before !== after)
    return `${bytes(before)} → ${bytes(after)}`;
  const size = after ?? before;
  return size === null ? type : bytes(size);
}

function inside({ type, inside: below, what }: Gathered): string {
  if (what.length > 0) return `  (${what.join(", ")})`;
  if (type !== "directory") return "";
  return below === 0 ? "/" : `/  (${count(below, "path")})`;
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "nothing" : brief(value);
}
