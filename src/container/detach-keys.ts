import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";

/** What docker leaves a container with: Ctrl-P and then Ctrl-Q. */
export const defaultDetachKeys = "ctrl-p,ctrl-q";

/** The characters that Ctrl makes codes 0 to 31 of, beside the letters (ASCII's columns 4 and 5). */
const withControl = "@abcdefghijklmnopqrstuvwxyz[\\]^_";

/**
 * A sequence of keys as docker writes it, as the bytes that a terminal sends: single characters, and ctrl- before a letter or one of @ [ \ ] ^ _,
 * with commas between. An empty text is no keys at all. Errors: "usage.bad-argument".
 */
export function parseDetachKeys(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(",").map((key) => {
    const code = /^ctrl-.$/i.test(key) ? withControl.indexOf(key.slice(-1).toLowerCase()) : codeOf(key);
    if (code >= 0) return code;
    throw new OcilabError("usage.bad-argument", {
      doing: `read the detach keys ${quote(text)}`,
      got: `${quote(key)} is no key`,
      hint: "single characters and ctrl-LETTER, with commas between: ctrl-p,ctrl-q",
    });
  });
}

/**
 * Takes a sequence of keys out of what is typed. What may be their beginning is held back until the next byte decides, as docker does;
 * `matched` is set when the last of them has come: what follows in the same bytes is dropped.
 */
export function watchKeys(
  keys: readonly number[],
): (bytes: Buffer) => { readonly pass: Buffer; readonly matched: boolean } {
  let held = 0;
  return (bytes) => {
    const pass: number[] = [];
    for (const byte of bytes) {
      if (keys.length > 0 && byte === keys[held]) {
        held += 1;
        if (held < keys.length) continue;
        held = 0;
        return { pass: Buffer.from(pass), matched: true };
      }
      pass.push(...keys.slice(0, held));
      held = byte === keys[0] ? 1 : 0;
      if (held === 0) pass.push(byte);
    }
    return { pass: Buffer.from(pass), matched: false };
  };
}

function codeOf(key: string): number {
  return key.length === 1 && key.charCodeAt(0) < 128 ? key.charCodeAt(0) : -1;
}
