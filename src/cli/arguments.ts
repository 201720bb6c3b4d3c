import { parseArgs } from "node:util";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote, truthOf } from "../base/text.ts";
import type { Flag, FlagTable, RefusedFlags } from "./flags.ts";

type FoundFlag = { readonly name: string; readonly raw: string; readonly value: string | undefined };
type GivenFlag = FoundFlag & { readonly inline: boolean };
type GivenValue = boolean | string | undefined | readonly string[];
export type ParsedArguments = {
  readonly flags: Readonly<Record<string, GivenValue>>;
  readonly positionals: readonly string[];
};
export type ArgumentRules = {
  /** Whose arguments these are, for messages: "run". */
  readonly command: string;
  readonly flags: FlagTable;
  /** The first argument that is no flag ends the flags, as IMAGE does in `run IMAGE COMMAND...`. */
  readonly stopAtFirst?: boolean | undefined;
  /** The same for a later one: 3 for COMMAND in `bundle IMAGE DIR COMMAND...`. */
  readonly stopAt?: number | undefined;
  /** What is said of flags that are known and not to be had here. */
  readonly refused?: RefusedFlags | undefined;
};

/**
 * Read arguments by a flag table, in the forms that runc and docker take: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-ab`,
 * `--switch=true|false`, `--` before what is no flag. Every flag of the table has an entry in the result.
 * Errors: "usage.unknown-flag" with the nearest name; "usage.bad-argument" for a missing, superfluous, repeated or wrong value.
 */
export function parseArguments(argv: readonly string[], rules: ArgumentRules): ParsedArguments {
  const stop = rules.stopAtFirst === true ? 1 : rules.stopAt;
  const end = stop === undefined ? argv.length : indexOf(stop, argv, rules);
  const rest = argv.slice(argv[end] === "--" ? end + 1 : end);
  const { given, positionals } = tokens(argv.slice(0, end), rules.flags);
  const found = given.map((flag) => checkFlag(flag, rules));
  const flags = Object.entries(rules.flags).map(([name, flag]) => {
    const mine = found.filter((one) => one.name === name);
    return [name, givenValue(name, { flag, mine, command: rules.command })] as const;
  });
  return { flags: Object.fromEntries(flags), positionals: [...positionals, ...rest] };
}

/** Index of the first argument that is neither a flag nor a flag's value, or of the `--` before it; argv.length when there is none. */
export function indexOfFirst(argv: readonly string[], rules: ArgumentRules): number {
  return indexOf(1, argv, rules);
}

function indexOf(nth: number, argv: readonly string[], { flags }: ArgumentRules): number {
  let count = 0;
  const end = tokenise(argv, flags).find(({ kind }) => {
    if (kind === "positional") count += 1;
    return kind === "option-terminator" || count === nth;
  });
  return end?.index ?? argv.length;
}

function tokens(argv: readonly string[], table: FlagTable) {
  const given: GivenFlag[] = [];
  const positionals: string[] = [];
  for (const token of tokenise(argv, table)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option")
      given.push({
        name: token.name,
        raw: token.rawName,
        // docker and runc read `-m=5` like `-m5`; node keeps the sign.
        value: isShortInline(token) ? token.value?.replace(/^=/, "") : token.value,
        inline: token.inlineValue === true,
      });
  }
  return { given, positionals };
}

function isShortInline(token: {
  readonly rawName: string;
  readonly inlineValue?: boolean | undefined;
}): boolean {
  return token.inlineValue === true && !token.rawName.startsWith("--");
}

function tokenise(argv: readonly string[], table: FlagTable) {
  const options = Object.entries(table).map(([name, flag]) => {
    const type = flag.kind === "switch" ? "boolean" : "string";
    return [name, { type, ...(flag.short === undefined ? {} : { short: flag.short }) }] as const;
  });
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function checkFlag({ name, raw, value, inline }: GivenFlag, rules: ArgumentRules): FoundFlag {
  const { command, flags } = rules;
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) throw refusedFlag({ name, raw }, rules) ?? unknownFlag(raw, rules);
  if (flag.kind === "switch") {
    const said = value === undefined ? true : truthOf(value);
    if (said === undefined)
      throw badFlag(command, `${raw} is a switch: true or false, not ${quote(value ?? "")}`);
    return { name, raw, value: String(said) };
  }
  if (value === undefined) throw badFlag(command, `${raw} needs a value: ${raw} ${flag.value}`);
  if (!inline && /^-[^\d]/.test(value))
    throw badFlag(command, `${raw} needs a value, and ${quote(value)} looks like a flag`, {
      hint: raw.startsWith("--") ? `if that is the value, write ${raw}=${value}` : undefined,
    });
  if (flag.kind === "value" && flag.choices !== undefined && !flag.choices.includes(value))
    throw badFlag(command, `${raw} is one of ${flag.choices.join(", ")}, not ${quote(value)}`, {
      hint: didYouMean(value, flag.choices),
    });
  return { name, raw, value };
}

type Found = { readonly flag: Flag; readonly mine: readonly FoundFlag[]; readonly command: string };

function givenValue(name: string, { flag, mine, command }: Found): GivenValue {
  switch (flag.kind) {
    case "switch":
      return mine.at(-1)?.value === "true";
    case "list":
      return mine.flatMap(({ value }) => (value === undefined ? [] : [value]));
    case "value":
      if (mine.length > 1)
        throw badFlag(command, `--${name} is given ${mine.length} times and can have one value`);
      return mine[0]?.value;
  }
}

function unknownFlag(raw: string, { command, flags }: ArgumentRules): OcilabError {
  const names = Object.keys(flags).map((name) => `--${name}`);
  const guess = raw.startsWith("--") ? (didYouMean(raw, names) ?? longer(raw, names)) : undefined;
  return new OcilabError("usage.unknown-flag", {
    doing: `read the flags of ${command}`,
    got: `there is no flag ${quote(raw)}`,
    hint: guess ?? helpOf(command),
    facts: { flag: raw },
  });
}

/** Flags that a shortened one begins, as `--net` does `--network`; undefined when there are none, or so many that it says nothing. */
function longer(raw: string, names: readonly string[]): string | undefined {
  const found = names.filter((name) => raw.length > 4 && name.startsWith(raw));
  return found.length === 0 || found.length > 5 ? undefined : `did you mean ${found.join(" or ")}`;
}

/** A known flag that makes no sense here, by its long or short name. */
function refusedFlag(
  { name, raw }: { readonly name: string; readonly raw: string },
  { command, refused = {} }: ArgumentRules,
): OcilabError | undefined {
  const isLong = raw.startsWith("--");
  const found = Object.entries(refused).find(([long, { short }]) => name === (isLong ? long : short));
  if (found === undefined) return undefined;
  const [long, { got, hint }] = found;
  return new OcilabError("usage.unsupported-flag", {
    doing: `read the flags of ${command}`,
    got: `--${long} of docker is not to be had: ${got}`,
    hint,
    facts: { flag: raw },
  });
}

function badFlag(command: string, got: string, options: { readonly hint?: string | undefined } = {}) {
  return new OcilabError("usage.bad-argument", {
    doing: `read the flags of ${command}`,
    got,
    hint: options.hint ?? helpOf(command),
  });
}

/** "did you mean X", or undefined when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  return near === undefined ? undefined : `did you mean ${near}`;
}

function helpOf(command: string): string {
  return command === "ocilab" ? "ocilab --help" : `ocilab ${command} --help`;
}
