import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Where } from "../container/find.ts";
import { didYouMean } from "./arguments.ts";
import type { FlagTable, FlagValues, RefusedFlags } from "./flags.ts";
import type { Terminal } from "./render/terminal.ts";

/** The order in which help lists commands: the order of the walk from image to kernel. */
export const groups = [
  "the whole path",
  "image to bundle",
  "bundle to container",
  "what the kernel says",
  "this tool",
] as const;
type Group = (typeof groups)[number];

export type Argument = {
  /** As help shows it: "IMAGE". */
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
  /** Takes all that are left. */
  readonly many?: boolean;
};
type Example = { readonly line: string; readonly says: string };

export type Input<Table extends FlagTable = FlagTable> = {
  readonly flags: FlagValues<Table>;
  /** One entry an argument given, in order. Required ones are there. */
  readonly positionals: readonly string[];
};

/** What a command needs of the outside. `signal` aborts on SIGINT, SIGTERM and SIGHUP. */
export type Context = Cancel & {
  readonly configuration: Configuration;
  readonly runtime: string | undefined;
  /** All that were given, in order: more than one only where the command takes several. */
  readonly runtimes: readonly string[];
  readonly root: string | undefined;
  /** What stands before the verb in every call of the runtime. */
  readonly runtimeFlags: Where["flags"];
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Live text for people, to stdout; nothing under --json. */
  print(text: string): void;
  /** From here on a signal is not ours to obey (a container gets it) until the disposable is disposed of. */
  holdSignals(): Disposable;
};

/** What a command found: plain data, rendered elsewhere. `exit` is 0 unless it says otherwise. */
type Outcome<Value> = { readonly value: Value; readonly exit?: number };

export type CommandLoader = () => Promise<{ readonly command: Command }>;

/** Commands below another, by their last word: `list` of `image list`. `aliases` are other words for them, which help does not list. */
export type Subcommands = {
  readonly loaders: Readonly<Record<string, CommandLoader>>;
  readonly aliases?: Readonly<Record<string, string>>;
  /** The command above does nothing itself: a word that is none of these is an error. */
  readonly only?: true;
};

export type Command<Table extends FlagTable = FlagTable, Value = unknown> = {
  readonly name: string;
  readonly group: Group;
  /** One line for `ocilab --help`. */
  readonly summary: string;
  /** One paragraph for `ocilab COMMAND --help`. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly flags: Table;
  /** Flags that people know from docker and that make no sense for it, each with what to do instead. */
  readonly refused?: RefusedFlags;
  readonly examples: readonly Example[];
  /** --runtime may be given more than once. */
  readonly severalRuntimes?: true;
  /** Flags end at the first argument: what follows belongs to the container. */
  readonly stopAtFirst?: boolean;
  /** The same for a later argument, counted from 1. */
  readonly stopAt?: number;
  /** Its first argument may be one of these: that command is then run, with flags of its own. */
  readonly subcommands?: Subcommands;
  /** The exit code of an error, where the usual 1, 2, 3 do not hold. */
  exitOf?(error: unknown): number | Promise<number>;
  run(input: Input<Table>, context: Context): Promise<Outcome<Value>>;
  /** The terminal form, ending in a line feed, or "". */
  render(value: Value, terminal: Terminal, flags: FlagValues<Table>): string;
};

/** Check a command against its own flag table; its result forgets the table's type. */
export function defineCommand<Table extends FlagTable, Value>(command: Command<Table, Value>): Command {
  return command as unknown as Command;
}

/** A command that is nothing but the commands below it. */
export function defineCommandGroup(
  group: Pick<Command, "name" | "group" | "summary" | "description" | "examples"> & {
    readonly subcommands: Omit<Subcommands, "only">;
  },
): Command {
  const refuse = (): never => {
    throw unknownSubcommand(group.name, group.subcommands, undefined);
  };
  return {
    ...group,
    arguments: [],
    flags: {},
    subcommands: { ...group.subcommands, only: true },
    run: refuse,
    render: refuse,
  };
}

/** The command below `above` that a word names. Errors: "usage.unknown-command" where there can be no other. */
export async function loadSubcommand(above: Command, word: string | undefined): Promise<Command | undefined> {
  const { subcommands } = above;
  if (subcommands === undefined) return undefined;
  const { loaders, aliases = {}, only } = subcommands;
  const name = word !== undefined && Object.hasOwn(aliases, word) ? aliases[word] : word;
  const loader = name !== undefined && Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (loader !== undefined) return (await loader()).command;
  if (only === true && word !== undefined) throw unknownSubcommand(above.name, subcommands, word);
  return undefined;
}

/** Every command below this one, in order. */
export async function loadSubcommands({ subcommands }: Command): Promise<readonly Command[]> {
  const loaded = await Promise.all(Object.values(subcommands?.loaders ?? {}).map((loader) => loader()));
  return loaded.map(({ command }) => command);
}

function unknownSubcommand(above: string, { loaders, aliases = {} }: Subcommands, word: string | undefined) {
  const names = Object.keys(loaders);
  return new OcilabError("usage.unknown-command", {
    doing: `find the command of ${above}`,
    got: word === undefined ? "none is given" : `there is no command ${quote(`${above} ${word}`)}`,
    hint:
      (word === undefined ? undefined : didYouMean(word, [...names, ...Object.keys(aliases)])) ??
      `it is one of ${names.join(", ")}`,
    facts: { command: above, word: word ?? null },
  });
}
