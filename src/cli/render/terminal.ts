import { printable } from "../../base/text.ts";

/** How text may look where it goes. */
export type Terminal = { readonly colours: boolean; readonly columns: number };

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/**
 * The stream as a terminal: colours when it is one and NO_COLOR is unset or empty, or when FORCE_COLOR is set and not "0". Into a pipe or
 * file lines are as long as they are, unless COLUMNS says otherwise.
 */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const forced = env["FORCE_COLOR"];
  const wanted = forced === undefined || forced === "" ? stream.isTTY === true : forced !== "0";
  const colours = wanted && !env["NO_COLOR"] && (env["TERM"] !== "dumb" || Boolean(forced));
  return {
    colours,
    columns: Math.max(40, stream.columns ?? (Number(env["COLUMNS"]) || Number.POSITIVE_INFINITY)),
  };
}

/** Text in a style; as it is where there are no colours. */
export function paint(text: string, style: Style, { colours }: Terminal): string {
  const [on, off] = codes[style];
  return colours && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
}

/** Foreign text for one line: control and invisible characters and line feeds escaped. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Columns that the text takes, styles not counted; wide (East Asian, emoji) characters count two, combining ones none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(/\x1b\[[0-9;]*m/g, "")) width += widthOfCharacter(character);
  return width;
}

/** `text` cut to `most` columns with "…"; it must carry no styles. */
export function cut(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(kept) + widthOfCharacter(character) > most - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A path, or several, cut in the middle to `most` columns: its beginning and its last names tell most. */
export function cutPath(path: string, most: number): string {
  if (widthOf(path) <= most || most < 24) return cut(path, most);
  const head = Math.min(22, Math.floor(most / 3));
  return `${path.slice(0, head)}…${path.slice(-(most - head - 1))}`;
}

/** Text filled up with spaces to `columns`. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Words broken into lines of at most `columns`, later lines indented. A word longer than a line stays whole. */
export function wrap(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

function widthOfCharacter(character: string): number {
  if (/\p{Mark}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
