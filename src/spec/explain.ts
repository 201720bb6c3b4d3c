import { pointerToken } from "../oci/pointer.ts";
import type { Spec } from "../oci/spec.ts";
import { linuxExplanations } from "./explanations/linux.ts";
import { machineExplanations } from "./explanations/machines.ts";
import { mountExplanations } from "./explanations/mounts.ts";
import { type Note, notesOn } from "./explanations/notes.ts";
import { processExplanations } from "./explanations/process.ts";
import { resourceExplanations } from "./explanations/resources.ts";
import type { Explanations, Section } from "./explanations/table.ts";
import { kindOf, shortForm } from "./explanations/value.ts";

/** What one place of config.json does. */
export type Explanation = {
  /** The JSON pointer that the sentence is about; shorter than the one asked for when only its parent is known. */
  readonly at: `/${string}`;
  /** One sentence. */
  readonly says: string;
  /** Heading of the runtime specification that defines it. */
  readonly section: Section;
};

/** A place that a config fills in. `value` is cut to a line; `notes` say what the words in it mean, where tables know them. */
export type ExplainedField = Explanation & { readonly value: string; readonly notes: readonly Note[] };

/** Every explanation by pattern: a JSON pointer with "*" for any index or key. */
export const explanations: Explanations = {
  ...processExplanations,
  ...mountExplanations,
  ...linuxExplanations,
  ...resourceExplanations,
  ...machineExplanations,
};

/**
 * What the field at a JSON pointer does ("/process/capabilities/bounding", "/mounts/0/type"). A pointer that no field has, or an
 * element such as "/process/args/1", is answered for the nearest parent that is known; undefined when there is none.
 */
export function explainField(pointer: string): Explanation | undefined {
  const tokens = pointer.split("/").slice(1);
  for (let length = tokens.length; length > 0; length--) {
    const path = tokens.slice(0, length);
    const entry = find(path);
    if (entry !== undefined) return { at: `/${path.join("/")}`, section: entry[0], says: entry[1] };
  }
  return undefined;
}

/**
 * One line for each place that the config fills in, in the order of the file. Elements of mounts, namespaces and rlimits say what
 * theirs are for; seccomp rules are counted. Fields that the specification does not have are left out.
 */
export function explainSpec(spec: Spec): readonly ExplainedField[] {
  return Object.entries(spec).flatMap(([name, value]) => explainValue(pointerToken(name), value));
}

/** Lists whose elements are told in one line each. */
const elementLists =
  /^\/(mounts|hooks\/[^/]+|process\/rlimits|linux\/(namespaces|uidMappings|gidMappings|devices|resources\/devices))$/;

function explainValue(at: `/${string}`, value: unknown): readonly ExplainedField[] {
  const found = explainField(at);
  if (value === undefined || found === undefined || found.at !== at) return [];
  const line: ExplainedField = { ...found, value: shortForm(at, value), notes: notesAt(at, value) };
  if (Array.isArray(value)) {
    if (!elementLists.test(at)) return [line];
    return [line, ...value.flatMap((element, index) => explainElement(`${at}/${index}`, element))];
  }
  if (typeof value !== "object" || value === null) return [line];
  const members = Object.entries(value).flatMap(([name, member]) =>
    explainValue(`${at}${pointerToken(name)}`, member),
  );
  return [line, ...members];
}

function explainElement(at: `/${string}`, element: unknown): readonly ExplainedField[] {
  const found = explainField(at);
  if (found === undefined) return [];
  const kind = kindOf(at, element);
  const options = (element as { readonly options?: unknown } | null)?.options;
  const notes = at.startsWith("/mounts/") ? notesOn(`${at}/options`, options) : [];
  return [{ ...found, says: kind ?? found.says, value: shortForm(at, element), notes }];
}

/** Of seccomp rules, how many calls have which action; else what the words mean. */
function notesAt(at: string, value: unknown): readonly Note[] {
  if (at !== "/linux/seccomp/syscalls" || !Array.isArray(value)) return notesOn(at, value);
  const rules = value as NonNullable<NonNullable<NonNullable<Spec["linux"]>["seccomp"]>["syscalls"]>;
  return [...Map.groupBy(rules, ({ action }) => action)].flatMap(([action, same]) => {
    const calls = new Set(same.flatMap(({ names }) => names)).size;
    const note = notesOn(`${at}/0/action`, action);
    return note.map(({ says }) => ({ value: `${action} for ${calls} calls`, says }));
  });
}

function find(path: readonly string[]): Explanations[`/${string}`] | undefined {
  return patterns
    .get(path.length)
    ?.find(([pattern]) => pattern.every((token, index) => token === "*" || token === path[index]))?.[1];
}

type Entry = readonly [pattern: readonly string[], explanation: Explanations[`/${string}`]];

/** The table by length of the pattern; those with fewer "*" first, so that the more exact one is found. */
const patterns: ReadonlyMap<number, readonly Entry[]> = groupByLength();

function groupByLength(): ReadonlyMap<number, readonly Entry[]> {
  const entries = Object.entries(explanations).map(([key, value]): Entry => [key.split("/").slice(1), value]);
  const stars = ([pattern]: Entry): number => pattern.filter((token) => token === "*").length;
  return Map.groupBy(
    entries.toSorted((a, b) => stars(a) - stars(b)),
    ([pattern]) => pattern.length,
  );
}
