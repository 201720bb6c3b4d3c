import { type Command, loadSubcommand, loadSubcommands } from "./command.ts";
import { commands, loadCommand, loadCommands } from "./commands/index.ts";
import { type Flag, type FlagTable, globalFlags } from "./flags.ts";

export type Candidate = { readonly word: string; readonly says: string };

/** What the machine knows that completion needs; asked only when wanted. */
export type CompletionSources = {
  /** Ids of the containers that ocilab has records of. */
  containerIds(): Promise<readonly string[]>;
  /** Names of the images in the store, as docker shows them. */
  imageNames(): Promise<readonly string[]>;
};

/**
 * What the last of `words` can become; `words` are those after "ocilab", the last one as far as it is typed ("" when nothing is).
 * An empty answer means: a file name, or nothing that we know.
 */
export async function complete(
  words: readonly string[],
  sources: CompletionSources,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const all = await candidates(before, { typed, sources });
  return all.filter(({ word }) => word.startsWith(typed));
}

type Asked = { readonly typed: string; readonly sources: CompletionSources };

async function candidates(before: readonly string[], asked: Asked): Promise<readonly Candidate[]> {
  const { rest: own, waiting } = withoutFlags(before, globalFlags);
  if (waiting !== undefined && own.length === 0) return choices(waiting);
  const [name] = own;
  if (name === undefined) {
    if (asked.typed.startsWith("-")) return flagCandidates(globalFlags);
    return (await loadCommands()).map(({ name: word, summary }) => ({ word, says: summary }));
  }
  const command = await loadCommand(name);
  if (command === undefined) return [];
  const given = before.slice(before.indexOf(name) + 1);
  const { rest } = withoutFlags(given, { ...command.flags, ...globalFlags });
  const below = await loadSubcommand(command, rest[0]).catch(() => undefined);
  if (below === undefined) return await ofCommand(command, { ...asked, given });
  return await ofCommand(below, { ...asked, given: given.slice(given.indexOf(rest[0] ?? "") + 1) });
}

async function ofCommand(
  command: Command,
  { typed, sources, given }: Asked & { readonly given: readonly string[] },
): Promise<readonly Candidate[]> {
  const table: FlagTable = { ...command.flags, ...globalFlags };
  const { rest, waiting } = withoutFlags(given, table);
  if (command.stopAtFirst === true && rest.length > 0) return [];
  if (waiting !== undefined) return choices(waiting);
  if (typed.startsWith("-")) return flagCandidates(table);
  const below = rest.length === 0 ? await loadSubcommands(command) : [];
  const words = below.map(({ name, summary }) => ({ word: name.split(" ").at(-1) ?? "", says: summary }));
  return [...words, ...(await ofArgument(command.arguments[rest.length]?.name ?? "", sources))];
}

async function ofArgument(name: string, sources: CompletionSources): Promise<readonly Candidate[]> {
  const plain = (words: readonly string[]) => words.map((word) => ({ word, says: "" }));
  if (name === "COMMAND") return plain(Object.keys(commands));
  if (name === "SHELL") return plain(["bash", "zsh", "fish"]);
  if (name === "SIGNAL") return plain(["TERM", "KILL", "INT", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT"]);
  if (name === "IMAGE")
    return [{ word: "busybox", says: "the built-in image" }, ...plain(await sources.imageNames())];
  if (name === "NAME") return plain(await sources.imageNames());
  if (name === "ID" || name === "ID|host") {
    const ids = plain(await sources.containerIds());
    return name === "ID" ? ids : [...ids, { word: "host", says: "this machine" }];
  }
  return [];
}

function choices(flag: Flag): readonly Candidate[] {
  const words = flag.kind === "value" ? (flag.choices ?? flag.suggests ?? []) : [];
  return words.map((word) => ({ word, says: "" }));
}

function flagCandidates(table: FlagTable): readonly Candidate[] {
  return Object.entries(table).map(([name, { help }]) => ({ word: `--${name}`, says: help }));
}

/** The words that are no flags and no flags' values, and the flag whose value comes next, if one does. */
function withoutFlags(words: readonly string[], table: FlagTable) {
  const rest: string[] = [];
  let waiting: Flag | undefined;
  for (const word of words) {
    if (waiting !== undefined) {
      waiting = undefined;
      continue;
    }
    if (!word.startsWith("-") || word === "-") rest.push(word);
    else if (!word.includes("=")) waiting = takesValue(word, table);
  }
  return { rest, waiting };
}

function takesValue(word: string, table: FlagTable): Flag | undefined {
  const found = Object.entries(table).find(
    ([name, { short }]) => word === `--${name}` || word === `-${short}`,
  );
  return found === undefined || found[1].kind === "switch" ? undefined : found[1];
}
