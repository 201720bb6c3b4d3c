/**
 * One flag of a command: a switch, one value, or a list (the flag repeated). `value` is the word that help shows for it, `topic` the
 * heading it stands under there; `choices` are all the values there are, `suggests` some that completion offers.
 */
export type Flag = { readonly help: string; readonly short?: string; readonly topic?: string } & (
  | { readonly kind: "switch" }
  | {
      readonly kind: "value";
      readonly value: string;
      readonly choices?: readonly string[];
      readonly suggests?: readonly string[];
    }
  | { readonly kind: "list"; readonly value: string }
);

/** The flags of a command by their long name, in the order in which help prints them. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** Flags that other programs have and that make no sense here, by their long name: what to say instead of "no such flag". */
export type RefusedFlags = Readonly<
  Record<string, { readonly short?: string; readonly got: string; readonly hint: string }>
>;

/** What the user gave for each flag of a table: a switch is a boolean, a value text or undefined, a list never undefined. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name]["kind"] extends "switch"
    ? boolean
    : Table[Name]["kind"] extends "value"
      ? string | undefined
      : Table[Name]["kind"] extends "list"
        ? readonly string[]
        : boolean | string | undefined | readonly string[];
};

/** Flags that every command takes, before or after its name. Names and values that runc has are runc's. */
export const globalFlags = {
  root: {
    kind: "value",
    value: "DIR",
    help: "where the runtime keeps its state (default: the runtime's own)",
  },
  runtime: { kind: "list", value: "NAME|PATH", help: "the low-level runtime to drive (default: runc)" },
  "systemd-cgroup": {
    kind: "switch",
    help: "have the runtime let systemd make cgroups (cgroupsPath is then SLICE:PREFIX:NAME)",
  },
  "runtime-arg": {
    kind: "list",
    value: "ARG",
    help: "pass this argument to the runtime as it is, before its command",
  },
  log: { kind: "value", value: "FILE", help: "the runtime appends its own log to this file, as JSON lines" },
  json: { kind: "switch", help: "print one JSON document instead of text" },
  "log-level": {
    kind: "value",
    value: "LEVEL",
    choices: ["debug", "info", "warn", "error", "silent"],
    help: "what to log to stderr: debug, info, warn (default), error, silent",
  },
  "log-format": {
    kind: "value",
    value: "FORMAT",
    choices: ["text", "json"],
    help: "how to log: text (default) or json",
  },
  debug: { kind: "switch", help: "the same as --log-level debug" },
  help: { kind: "switch", short: "h", help: "say what the command does, its arguments, flags and examples" },
  version: { kind: "switch", help: "print the version" },
} as const satisfies FlagTable;

export type GlobalValues = FlagValues<typeof globalFlags>;
