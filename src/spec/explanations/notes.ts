import { capabilityKinds } from "./capability-kinds.ts";
import { choiceKinds } from "./choice-kinds.ts";
import { namespaceKinds, rlimitKinds } from "./kinds.ts";
import { mountOptionKinds, mountOptionValueKinds } from "./mount-option-kinds.ts";
import { cgroupFileKinds, pathKinds } from "./path-kinds.ts";
import {
  seccompActionKinds,
  seccompArchitectureKinds,
  seccompFlagKinds,
  seccompOperatorKinds,
} from "./seccomp-kinds.ts";

/** What one value of a field means: "CAP_KILL lets it …". `says` begins with a verb, whose subject is the value. */
export type Note = { readonly value: string; readonly says: string };

/** What the text `value` means at a place of config.json; undefined when no table knows it. */
export function noteOn(at: string, value: string): Note | undefined {
  const meaning = meanings.find(({ place }) => place.test(at));
  const says =
    meaning === undefined ? undefined : (meaning.of ?? ((word) => from(meaning.kinds, word)))(value);
  return says === undefined ? undefined : { value, says };
}

/** Notes on the texts that a field holds: on itself, on each entry of a list that has a meaning of its own, on the names of a map. */
export function notesOn(at: string, value: unknown): readonly Note[] {
  if (typeof value === "string") return [noteOn(at, value)].flatMap((note) => note ?? []);
  if (Array.isArray(value))
    return value.flatMap((entry, index) =>
      typeof entry === "string" ? (noteOn(`${at}/${index}`, entry) ?? []) : [],
    );
  if (at !== "/linux/resources/unified" || typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((name) => noteOn(`${at}/*`, name) ?? []);
}

/** All that a field, or an entry of it, can say, with what each means; empty where any text can stand. */
export function choicesAt(at: string): readonly Note[] {
  const found = meanings.filter(({ place }) => place.test(at) || place.test(`${at}/0`));
  return found.flatMap(({ kinds, wording = (says) => says }) =>
    Object.entries(kinds).map(([value, says]) => ({ value, says: wording(says) })),
  );
}

/** The fields in which a word has a meaning, by pattern, with what it means there. Case and the prefix "CAP_" do not matter. */
export function placesOfWord(word: string): readonly (Note & { readonly at: `/${string}` })[] {
  const upper = word.toUpperCase();
  return meanings.flatMap(({ pattern, kinds, wording = (says) => says }) =>
    Object.entries(kinds)
      .filter(([value]) => value.toUpperCase() === upper || value === `CAP_${upper}`)
      .map(([value, says]) => ({ at: pattern, value, says: wording(says) })),
  );
}

type Meaning = {
  /** JSON pointer with "*" for any index or key. */
  readonly pattern: `/${string}`;
  readonly place: RegExp;
  readonly kinds: Readonly<Record<string, string>>;
  /** How a kind is said; default: as the table has it. */
  readonly wording?: (says: string) => string;
  /** How a value is looked up; default: by its own name. */
  readonly of?: (value: string) => string | undefined;
};

function meaning(
  pattern: `/${string}`,
  kinds: Readonly<Record<string, string>>,
  how: Pick<Meaning, "wording" | "of"> = {},
): Meaning {
  return { pattern, place: new RegExp(`^${pattern.replaceAll("*", "[^/]+")}$`), kinds, ...how };
}

const meanings: readonly Meaning[] = [
  meaning("/process/capabilities/*/*", capabilityKinds),
  meaning("/process/rlimits/*/type", rlimitKinds, {
    wording: limited,
    of: (type) => limited(from(rlimitKinds, type)),
  }),
  meaning("/mounts/*/options/*", mountOptionKinds, { of: mountOption }),
  meaning("/linux/namespaces/*/type", namespaceKinds),
  meaning("/linux/seccomp/defaultAction", seccompActionKinds),
  meaning("/linux/seccomp/syscalls/*/action", seccompActionKinds),
  meaning("/linux/seccomp/syscalls/*/args/*/op", seccompOperatorKinds),
  meaning("/linux/seccomp/architectures/*", seccompArchitectureKinds),
  meaning("/linux/seccomp/flags/*", seccompFlagKinds),
  meaning("/linux/maskedPaths/*", pathKinds),
  meaning("/linux/readonlyPaths/*", pathKinds),
  meaning("/linux/resources/unified/*", cgroupFileKinds),
  ...Object.entries(choiceKinds).map(([pattern, kinds]) => meaning(pattern as `/${string}`, kinds)),
];

/** An option with a value by its name; an r-form of a flag (mount_setattr(2)) by the flag. */
function mountOption(option: string): string | undefined {
  const plain = from(mountOptionKinds, option);
  if (plain !== undefined) return plain;
  const [name = "", value] = option.split("=", 2);
  if (value !== undefined) return from(mountOptionValueKinds, name);
  const flag = option.startsWith("r") ? from(mountOptionKinds, option.slice(1)) : undefined;
  return flag === undefined ? undefined : `${flag}, here and below`;
}

function limited(what: string): string;
function limited(what: string | undefined): string | undefined;
function limited(what: string | undefined): string | undefined {
  return what === undefined ? undefined : `limits ${what}`;
}

function from(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
