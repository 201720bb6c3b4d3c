import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import { explainField, explainSpec, explanations } from "../spec/explain.ts";
import { choicesAt, placesOfWord } from "../spec/explanations/notes.ts";
import type { Context } from "./command.ts";
import type { ExplainValue } from "./commands/explain.ts";
import { type ConfigSource, readConfigSource } from "./config-source.ts";

type Fields = ExplainValue["fields"];
type Given = { readonly bundle: string | undefined; readonly words: readonly string[] };

/**
 * Explain what the words ask: nothing, a pointer or word, a config, or a config and a pointer. One word that is both a field and a file
 * ("/root") is the field. Errors: "usage.bad-argument" with the nearest field, those of `readConfigSource`.
 */
export async function explain({ bundle, words }: Given, context: Context): Promise<Fields> {
  const [first, second] = bundle === undefined ? words : [bundle, ...words];
  if (bundle !== undefined && words.length > 1) throw tooMany();
  if (first === undefined) return explainPointer(undefined);
  const isConfig = bundle !== undefined || second !== undefined || namesConfig(first);
  if (!isConfig) return explainPointer(first);
  return explainConfig(await readConfigSource(first, context), second);
}

function namesConfig(word: string): boolean {
  if (word === "-") return true;
  const pointer = asPointer(word);
  return explainField(pointer)?.at !== pointer && existsSync(resolve(word));
}

/** The field at a pointer and those directly below; every field without one. */
function explainPointer(given: string | undefined): Fields {
  if (given === undefined) return Object.entries(explanations).map(([at, entry]) => described(at, entry));
  const pointer = asPointer(given);
  const found = explainField(pointer);
  if (found?.at === pointer)
    return [described(found.at, [found.section, found.says], choicesAt(found.at)), ...childrenOf(found.at)];
  const word = found === undefined ? explainWord(given) : [];
  if (word.length > 0) return word;
  if (found === undefined) throw unknownField(pointer, "");
  const below = childrenOf(found.at);
  if (below.length > 0 && !below.some(({ at }) => at.endsWith("/*"))) throw unknownField(pointer, found.at);
  return [described(found.at, [found.section, found.says])];
}

/** The fields in which a word means something: "CAP_KILL", "nosuid". */
function explainWord(word: string): Fields {
  const places = Map.groupBy(placesOfWord(word), ({ at }) => explainField(at)?.at ?? at);
  return [...places].flatMap(([at, notes]) => {
    const field = explainField(at);
    if (field === undefined) return [];
    return [
      described(
        at,
        [field.section, field.says],
        notes.map(({ value, says }) => ({ value, says })),
      ),
    ];
  });
}

/** The fields that a config has, at and below a pointer. */
function explainConfig({ name, spec }: ConfigSource, given: string | undefined): Fields {
  const all = explainSpec(spec);
  if (given === undefined) return all;
  const pointer = asPointer(given);
  const chosen = all.filter(({ at }) => at === pointer || at.startsWith(`${pointer}/`));
  if (chosen.length > 0) return chosen;
  throw new OcilabError("usage.bad-argument", {
    doing: `explain ${quote(pointer)} of ${quote(name)}`,
    got: "it has nothing there",
    hint: `ocilab explain ${pointer} says what could be there`,
  });
}

function described(
  at: string,
  [section, says]: readonly [section: string, says: string],
  notes: Fields[number]["notes"] = [],
): Fields[number] {
  return { at, says, section, value: null, notes };
}

function asPointer(given: string): string {
  if (given.startsWith("/")) return given.replace(/(?<=.)\/$/, "");
  return `/${given.includes("/") ? given : given.replaceAll(".", "/")}`;
}

function childrenOf(pointer: string): Fields {
  const path = pointer.split("/");
  return Object.entries(explanations)
    .filter(([pattern]) => {
      const tokens = pattern.split("/");
      const fits = path.every((token, index) => tokens[index] === token || tokens[index] === "*");
      return tokens.length === path.length + 1 && fits;
    })
    .map(([at, entry]) => described(at, entry));
}

function unknownField(pointer: string, parent: string): OcilabError {
  const siblings = parent === "" ? Object.keys(explanations) : childrenOf(parent).map(({ at }) => at);
  const near = nearest(pointer, siblings);
  return new OcilabError("usage.bad-argument", {
    doing: `explain ${quote(pointer)}`,
    got: "the specification has no such field, and there is no such file",
    hint:
      near === undefined
        ? `ocilab explain${parent === "" ? "" : ` ${parent}`} lists what there is`
        : `did you mean ${near}`,
  });
}

function tooMany(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the arguments of explain",
    got: "--bundle names a config, and so does the first argument",
    hint: "give one of them",
  });
}
