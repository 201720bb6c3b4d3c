import type { Spec } from "../../../src/oci/spec.ts";

/** "/mounts[/tmp]/options[size=1m]": the pointer in `spec`, entries of lists found by a word that stands in them. */
export function pointerIn(spec: Spec, place: string): string {
  let value: unknown = spec;
  let pointer = "";
  for (const [, name = "", word] of place.matchAll(/\/([^/[\]]+)(?:\[([^\]]*)\])?/g)) {
    value = memberOf(value, name);
    pointer += `/${name}`;
    if (word === undefined) continue;
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const index = list.findIndex((entry) => holds(entry, word));
    if (index < 0) throw new Error(`${place}: no entry with ${word}`);
    value = list[index];
    pointer += `/${index}`;
  }
  return pointer;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function holds(entry: unknown, word: string): boolean {
  if (typeof entry === "string") return entry === word;
  return (
    typeof entry === "object" && entry !== null && JSON.stringify(Object.values(entry)).includes(`"${word}"`)
  );
}
