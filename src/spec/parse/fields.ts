import { nearest, truthOf } from "../../base/text.ts";
import { badValue } from "./bad-value.ts";

/** What a list of fields may hold, and how it is called and written, for errors. */
export type FieldRules = {
  readonly kind: string;
  readonly form: string;
  readonly keys: readonly string[];
  /** Other names of keys. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Keys that may come more than once. */
  readonly repeatable?: readonly string[];
};

/**
 * "key=value,key=value" → the values of each key, in order; a key alone has the value "true". As with docker's --mount a part in
 * double quotes may hold commas (RFC 4180): `type=bind,"source=/a,b",target=/c`.
 * Errors: "spec.bad-option" for a key that is unknown, with the nearest one, or given twice.
 */
export function parseFields(text: string, rules: FieldRules): ReadonlyMap<string, readonly string[]> {
  return gather(text, { parts: splitRecord(text, rules), rules });
}

/** The same for values that hold commas of their own, as lists of CPUs do: only a comma before `key=` divides. */
export function parseLooseFields(text: string, rules: FieldRules): ReadonlyMap<string, readonly string[]> {
  return gather(text, { parts: text.split(/,(?=[A-Za-z][A-Za-z-]*=)/), rules });
}

type Parts = { readonly parts: readonly string[]; readonly rules: FieldRules };

function gather(text: string, { parts, rules }: Parts): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    const written = equals < 0 ? part : part.slice(0, equals);
    const key = knownKey(written, { text, rules });
    const before = found.get(key) ?? [];
    if (before.length > 0 && rules.repeatable?.includes(key) !== true)
      throw badValue(rules.kind, text, { got: `${key} is given twice`, form: rules.form });
    found.set(key, [...before, equals < 0 ? "true" : part.slice(equals + 1)]);
  }
  return found;
}

function knownKey(
  written: string,
  { text, rules }: { readonly text: string; readonly rules: FieldRules },
): string {
  const { kind, form, keys, aliases = {} } = rules;
  const lower = written.toLowerCase();
  const key = aliases[lower] ?? keys.find((known) => known.toLowerCase() === lower);
  if (key !== undefined) return key;
  const near = nearest(lower, [...keys, ...Object.keys(aliases)]);
  const got = `it has no ${JSON.stringify(written)}${near === undefined ? "" : `; did you mean ${near}?`}`;
  throw badValue(kind, text, { got, form });
}

/** One record of RFC 4180: parts between commas, those in double quotes as they stand, "" in them for one quote. */
function splitRecord(text: string, { kind, form }: FieldRules): readonly string[] {
  const parts: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) throw badValue(kind, text, { got: "its quotes do not match", form });
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") return parts;
  }
}

/** "true", "1", "false", "0" and the like. Errors: "spec.bad-option". */
export function parseSwitch(
  value: string,
  { key, text, rules }: { readonly key: string; readonly text: string; readonly rules: FieldRules },
): boolean {
  const truth = truthOf(value);
  if (truth !== undefined) return truth;
  throw badValue(rules.kind, text, { got: `${key} is neither true nor false`, form: rules.form });
}
