import { badValue } from "../../spec/parse/bad-value.ts";

/** The value of --umask: octal, at most 0777. Errors: "spec.bad-option". */
export function umaskOf(text: string): number {
  if (/^0?[0-7]{1,3}$/.test(text)) return Number.parseInt(text, 8);
  throw badValue("umask", text, { got: "it is not octal", form: "three octal digits, as 022" });
}
