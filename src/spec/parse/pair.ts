import { badValue } from "./bad-value.ts";

/** "KEY=VALUE" → [KEY, VALUE]; the value may be empty and may hold "=". Errors: "spec.bad-option" without "=" or with an empty key. */
export function parsePair(text: string, kind: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw badValue(kind, text, {
    got: equals < 0 ? 'there is no "=" in it' : "the name is empty",
    form: "NAME=VALUE",
  });
}
