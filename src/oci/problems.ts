import { nearest, quote } from "../base/text.ts";
import { pointerToken, valueAt } from "./pointer.ts";
import type { JsonPatchOperation, Problem } from "./spec.ts";

/** What a compiled validator reports. */
export type Fault = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
};
type Says = {
  readonly says: string;
  readonly hint?: string | undefined;
  readonly fix?: readonly JsonPatchOperation[] | undefined;
};
type Place = { readonly at: Problem["at"]; readonly found: unknown };

/** What a pattern of the schemas asks for, in words; a test holds the table and the schemas together. */
export const patternWords: Readonly<Record<string, string>> = {
  "^RLIMIT_[A-Z]+$": "RLIMIT_ and capital letters, as in RLIMIT_NOFILE",
  "^CAP_[A-Z_]+$": "CAP_ and capital letters, as in CAP_NET_ADMIN",
  "^[0-9, -]*$": "a list of processors, as in 0-3,7",
  "^[1-9][0-9]*[KMG]B$": "a page size with its unit, as in 64KB, 2MB or 1GB",
  "^MB:[^\\n]*$": "one line that begins with MB:",
  "^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$":
    "a digest: sha256: and 64 lower-case hex digits, or sha512: and 128",
  "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]*$": "a URI, as in https://example.org/layer",
  "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$":
    "a media type, as in application/vnd.oci.image.config.v1+json",
  "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])[Tt](?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$":
    "a time of RFC 3339, as in 2024-05-01T12:00:00Z",
};

/** So many are told of one document; nobody reads more, and a stranger's could have a million. */
const mostProblems = 1000;

/**
 * The faults of a validator as problems in sentences, in the validator's order, one for each place and complaint. Of more than 1,000 the first
 * are told, and that there are others: the validators stop looking then, so that nobody knows how many.
 */
export function problemsOf(value: unknown, faults: readonly Fault[]): Problem[] {
  const told = faults.filter(({ keyword }) => keyword !== "if").slice(0, mostProblems + 1);
  const seen = new Set<string>();
  const problems = told
    .map((fault) => problemOf(value, fault))
    .filter(({ at }) => !seen.has(at) && seen.add(at) !== undefined);
  if (told.length <= mostProblems) return problems;
  const says = `has more than ${mostProblems} faults: the others are not told`;
  return [
    ...problems.slice(0, mostProblems),
    { at: "" as Problem["at"], says, from: "schema", level: "error" },
  ];
}

function problemOf(value: unknown, fault: Fault): Problem {
  const missing = fault.keyword === "required" ? pointerToken(String(fault.params["missingProperty"])) : "";
  const at = `${fault.instancePath}${missing}` as Problem["at"];
  const found = valueAt(value, fault.instancePath);
  const { says, hint, fix } = sentence(fault, { at, found });
  return {
    at,
    says,
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix }),
    from: "schema",
    level: "error",
  };
}

function sentence({ keyword, params }: Fault, place: Place): Says {
  const is = `is ${shown(place.found)}`;
  switch (keyword) {
    case "required":
      return missingMember(String(params["missingProperty"]), place.found);
    case "type":
      return {
        says: `must be ${kinds([params["type"]].flat())}, ${is}`,
        ...cast([params["type"]].flat()[0], place),
      };
    case "integer":
      return wrongInteger(params, place);
    case "enum":
      return wrongChoice(params["allowedValues"] as readonly unknown[], place);
    case "const":
      return { says: `must be ${shown(params["allowedValue"])}, ${is}` };
    case "pattern":
      return wrongForm(String(params["pattern"]), place);
    case "minItems":
      return {
        says: `must have at least ${params["limit"]} ${params["limit"] === 1 ? "entry" : "entries"}, is empty`,
      };
    default:
      return { says: `breaks the rule ${quote(keyword)}, ${is}` };
  }
}

function missingMember(name: string, object: unknown): Says {
  const candidates = Object.keys(object as object).filter((candidate) => candidate.length > 2);
  const near = nearest(name, candidates);
  return {
    says: "is required",
    hint: near === undefined ? undefined : `${quote(near)} stands there; was ${quote(name)} meant?`,
  };
}

function wrongInteger(bounds: Readonly<Record<string, unknown>>, place: Place): Says {
  const { minimum, maximum } = bounds;
  const says = `must be an integer from ${String(minimum)} to ${String(maximum)}, is ${shown(place.found)}`;
  const octal = String(place.found);
  if (/[mM]ode$/.test(place.at) && /^[0-7]{3,4}$/.test(octal) && Number.parseInt(octal, 8) <= 0o777) {
    return {
      says,
      ...replaced(
        place,
        Number.parseInt(octal, 8),
        `permissions 0${octal.replace(/^0/, "")} are written in decimal`,
      ),
    };
  }
  return { says, ...cast("integer", place) };
}

function wrongForm(pattern: string, place: Place): Says {
  const says = `must be ${patternWords[pattern] ?? `of the form ${pattern}`}, is ${shown(place.found)}`;
  const prefix = /^\^([A-Z]+_)/.exec(pattern)?.[1];
  const word = String(place.found).toUpperCase();
  if (prefix === undefined || !new RegExp(pattern).test(prefix + word)) return { says };
  return { says, ...replaced(place, word.startsWith(prefix) ? word : prefix + word) };
}

function wrongChoice(allowed: readonly unknown[], place: Place): Says {
  const words = allowed.map(String);
  const listed =
    words.length > 12 ? `${words.slice(0, 10).join(", ")} or ${words.length - 10} more` : words.join(", ");
  const says = `must be one of ${listed}, is ${shown(place.found)}`;
  const near = typeof place.found === "string" ? nearestChoice(place.found, words) : undefined;
  return near === undefined
    ? { says }
    : { says: `${says}; nearest: ${quote(near)}`, ...replaced(place, near) };
}

/** What people write for a choice that has another name. */
const aliases: Readonly<Record<string, string>> = {
  mnt: "mount",
  net: "network",
  AMD64: "X86_64",
  ARM64: "AARCH64",
  SCHED_NORMAL: "SCHED_OTHER",
};

/** The choice that was most likely meant; "ALLOW" means SCMP_ACT_ALLOW, and only what differs between the choices is compared. */
function nearestChoice(word: string, choices: readonly string[]): string | undefined {
  const prefix = commonPrefix(choices);
  const ends = choices.map((choice) => choice.slice(prefix.length));
  const upper = word.toUpperCase().startsWith(prefix) ? word.slice(prefix.length) : word;
  const end = ends.find((known) => known === (aliases[upper] ?? upper.toUpperCase())) ?? nearest(upper, ends);
  return end === undefined ? undefined : prefix + end;
}

/** What all choices begin with, up to its last underscore. */
function commonPrefix(choices: readonly string[]): string {
  const [first = "", ...others] = choices;
  let length = others.length === 0 ? 0 : first.length;
  while (!others.every((other) => other.startsWith(first.slice(0, length)))) length--;
  return first.slice(0, first.lastIndexOf("_", length - 1) + 1);
}

/** What was most likely meant by a value of the wrong type. */
function cast(wanted: unknown, place: Place): Partial<Says> {
  const { found } = place;
  const simple = typeof found === "number" || typeof found === "bigint" || typeof found === "boolean";
  if (wanted === "string" && simple) return replaced(place, String(found));
  if (wanted === "array" && typeof found === "string" && !/\s/.test(found)) return replaced(place, [found]);
  if (wanted === "boolean" && (found === "true" || found === "false"))
    return replaced(place, found === "true");
  if (wanted === "integer" && typeof found === "string" && /^-?\d{1,15}$/.test(found))
    return replaced(place, Number(found));
  return {};
}

function replaced({ at }: Place, value: unknown, because?: string): Partial<Says> {
  const write = `write ${JSON.stringify(value)}`;
  return {
    hint: because === undefined ? write : `${because}: ${write}`,
    fix: [{ op: "replace", path: at, value }],
  };
}

function kinds(types: readonly unknown[]): string {
  const words: Readonly<Record<string, string>> = {
    array: "a list",
    object: "an object",
    string: "a string",
    boolean: "true or false",
    null: "null",
  };
  return types.map((type) => words[String(type)] ?? String(type)).join(" or ");
}

function shown(value: unknown): string {
  if (typeof value === "string") return quote(value, 60);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
