import { badValue } from "./bad-value.ts";

/** A whole number in decimal within [least, most]. Errors: "spec.bad-option" naming the range. */
export function parseInteger(
  text: string,
  { kind, least, most }: { readonly kind: string; readonly least: number; readonly most: number },
): number {
  const form = `a whole number from ${least} to ${most}`;
  if (!/^-?\d+$/.test(text.trim())) throw badValue(kind, text, { got: "it is no whole number", form });
  const value = Number(text);
  if (value < least || value > most) throw badValue(kind, text, { got: "it is out of range", form });
  return value;
}
