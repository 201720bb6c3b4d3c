import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import type { FlagTable, FlagValues } from "./flags.ts";
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
  readonly root: string | undefined;
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

export type Command<Table extends FlagTable = FlagTable, Value = unknown> = {
  readonly name: string;
  readonly group: Group;
  /** One line for `ocilab --help`. */
  readonly summary: string;
  /** One paragraph for `ocilab COMMAND --help`. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly flags: Table;
  readonly examples: readonly Example[];
  /** Flags end at the first argument: what follows belongs to the container. */
  readonly stopAtFirst?: boolean;
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
