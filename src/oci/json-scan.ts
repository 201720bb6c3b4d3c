import { quote } from "../base/text.ts";
import { pointerToken } from "./pointer.ts";

/** Where a JSON text breaks RFC 8259, and how. `offset` counts UTF-16 units from 0. */
export type JsonFault = { readonly offset: number; readonly says: string };

/** One member or element met on the way through a text. */
type JsonPlace = {
  /** JSON pointer (RFC 6901) of the value; "" for the whole document. */
  readonly pointer: string;
  /** Where its name begins, or the value where there is no name. */
  readonly offset: number;
  /** True where an earlier member of the same object has the same name. */
  readonly duplicate: boolean;
};
type Visit = (place: JsonPlace) => void;
type Cursor = { readonly text: string; at: number; readonly visit: Visit | undefined };
type Inside = { readonly pointer: string; readonly depth: number };

const deepest = 1000;

/**
 * The first fault of a JSON text, or undefined when it is well formed; `visit` is told every value in the order of the text up to the fault.
 * Nesting below 1000 levels and numbers beyond the range of a double are faults too.
 */
export function scanJson(text: string, visit?: Visit): JsonFault | undefined {
  const cursor: Cursor = { text, at: 0, visit };
  try {
    if (text.startsWith("\ufeff"))
      fail(cursor, "a byte order mark stands before the JSON text; save the file as UTF-8 without one");
    scanSpace(cursor);
    if (cursor.at >= text.length) fail(cursor, "the text is empty");
    visit?.({ pointer: "", offset: cursor.at, duplicate: false });
    scanValue(cursor, { pointer: "", depth: 0 });
    scanSpace(cursor);
    if (cursor.at < text.length) fail(cursor, `the document has ended, yet ${seen(cursor)} follows`);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return { offset: error.offset, says: error.message };
    throw error;
  }
}

class Fault extends Error {
  readonly offset: number;
  constructor(offset: number, says: string) {
    super(says);
    this.offset = offset;
  }
}

function fail(cursor: Cursor, says: string, offset = cursor.at): never {
  throw new Fault(offset, says);
}

function scanValue(cursor: Cursor, inside: Inside): void {
  const first = cursor.text[cursor.at];
  if (first === "{") scanObject(cursor, inside);
  else if (first === "[") scanArray(cursor, inside);
  else if (first === '"') scanString(cursor);
  else if (first === "-" || (first !== undefined && /\d/.test(first))) scanNumber(cursor);
  else scanWord(cursor);
}

function scanObject(cursor: Cursor, inside: Inside): void {
  const opened = enter(cursor, inside);
  const names = new Set<string>();
  if (taken(cursor, "}")) return;
  do {
    scanSpace(cursor);
    const offset = cursor.at;
    if (cursor.text[offset] === "}") fail(cursor, "a comma stands before the closing brace");
    if (cursor.text[offset] !== '"')
      fail(cursor, `expected a member name in double quotes, found ${seen(cursor)}`);
    const name = scanString(cursor);
    if (!taken(cursor, ":"))
      fail(cursor, `expected a colon after the name ${quote(name, 60)}, found ${seen(cursor)}`);
    scanSpace(cursor);
    const pointer = inside.pointer + pointerToken(name);
    cursor.visit?.({ pointer, offset, duplicate: names.has(name) });
    names.add(name);
    scanValue(cursor, { pointer, depth: inside.depth + 1 });
  } while (taken(cursor, ","));
  if (!taken(cursor, "}")) fail(cursor, unclosed(cursor, { opened, closing: "}" }));
}

function scanArray(cursor: Cursor, inside: Inside): void {
  const opened = enter(cursor, inside);
  if (taken(cursor, "]")) return;
  let index = 0;
  do {
    scanSpace(cursor);
    if (cursor.text[cursor.at] === "]") fail(cursor, "a comma stands before the closing bracket");
    const pointer = inside.pointer + pointerToken(index++);
    cursor.visit?.({ pointer, offset: cursor.at, duplicate: false });
    scanValue(cursor, { pointer, depth: inside.depth + 1 });
  } while (taken(cursor, ","));
  if (!taken(cursor, "]")) fail(cursor, unclosed(cursor, { opened, closing: "]" }));
}

function enter(cursor: Cursor, inside: Inside): number {
  if (inside.depth >= deepest) fail(cursor, `nested deeper than ${deepest} levels`);
  return cursor.at++;
}

function unclosed(
  cursor: Cursor,
  { opened, closing }: { readonly opened: number; readonly closing: string },
): string {
  const line = cursor.text.slice(0, opened).split("\n").length;
  return `expected a comma or "${closing}" (opened on line ${line}), found ${seen(cursor)}`;
}

const stringPart = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function scanString(cursor: Cursor): string {
  const start = cursor.at++;
  for (;;) {
    stringPart.lastIndex = cursor.at;
    const part = stringPart.exec(cursor.text);
    if (part === null) break;
    cursor.at += part[0].length;
  }
  const next = cursor.text[cursor.at];
  if (next === "\\")
    fail(cursor, `${quote(cursor.text.slice(cursor.at, cursor.at + 2))} is no escape of JSON`);
  if (next === undefined || next === "\n") fail(cursor, "a string is not closed", start);
  if (next !== '"') fail(cursor, `the control character ${quote(next)} must be escaped inside a string`);
  cursor.at++;
  return JSON.parse(cursor.text.slice(start, cursor.at)) as string;
}

const numberForm = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

function scanNumber(cursor: Cursor): void {
  numberForm.lastIndex = cursor.at;
  const [source, fraction, exponent] = numberForm.exec(cursor.text) ?? [""];
  const rest = cursor.text[cursor.at + source.length] ?? "";
  if (source === "" || /[\w.+-]/.test(rest)) fail(cursor, `${seen(cursor)} is no number of JSON`);
  const whole = fraction === undefined && exponent === undefined;
  if (!whole && !Number.isFinite(Number(source))) fail(cursor, `the number ${source} is too large`);
  cursor.at += source.length;
}

function scanWord(cursor: Cursor): void {
  const word = ["true", "false", "null"].find((known) => cursor.text.startsWith(known, cursor.at));
  const after = cursor.text[cursor.at + (word?.length ?? 0)] ?? "";
  if (word === undefined || /\w/.test(after)) fail(cursor, `expected a value, found ${seen(cursor)}`);
  cursor.at += word.length;
}

function taken(cursor: Cursor, character: string): boolean {
  scanSpace(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function scanSpace(cursor: Cursor): void {
  while (" \t\r\n".includes(cursor.text[cursor.at] ?? "x")) cursor.at++;
  if (cursor.text.startsWith("//", cursor.at) || cursor.text.startsWith("/*", cursor.at))
    fail(cursor, "JSON has no comments");
}

/** What stands at the cursor, for a message. */
function seen(cursor: Cursor): string {
  if (cursor.at >= cursor.text.length) return "the end of the text";
  return quote(/^(?:[\w.+-]+|.)/su.exec(cursor.text.slice(cursor.at, cursor.at + 200))?.[0] ?? "", 40);
}
