import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { didYouMean } from "../arguments.ts";
import { type Command, defineCommand, groups, loadSubcommands } from "../command.ts";
import { globalFlags } from "../flags.ts";
import { type CommandHelp, flagHelp, type HelpValue, renderHelp } from "../render/help.ts";
import { commands, findCommand, loadEveryCommand } from "./index.ts";

export const command = defineCommand({
  name: "help",
  group: "this tool",
  summary: "list the commands, or describe one",
  description:
    "Without an argument it prints what `ocilab --help` prints; with a command's name, what `ocilab COMMAND --help` prints.",
  arguments: [{ name: "COMMAND", many: true, help: "the command to describe: run, or image list" }],
  flags: {},
  examples: [
    { line: "ocilab help run", says: "describe run" },
    { line: "ocilab help --json", says: "every command, argument and flag as JSON" },
  ],
  async run({ positionals: words }) {
    const [name] = words;
    if (name === undefined) return { value: await helpValue(undefined) };
    const found = await findCommand(words);
    if (found !== undefined) return { value: await helpValue(found) };
    throw new OcilabError("usage.unknown-command", {
      doing: "describe a command",
      got: `there is no command ${quote(words.join(" "))}`,
      hint: didYouMean(name, Object.keys(commands)) ?? "ocilab --help lists them",
    });
  },
  render: renderHelp,
});

/** Help on one command and those below it, or on all, those of earlier groups first. */
export async function helpValue(one: Command | undefined): Promise<HelpValue> {
  const all = one === undefined ? await loadEveryCommand() : [one, ...(await loadSubcommands(one))];
  const sorted = groups.flatMap((group) => all.filter((each) => each.group === group));
  return { commands: sorted.map(describe), flags: flagHelp(globalFlags), one: one !== undefined };
}

function describe(one: Command): CommandHelp {
  const below = one.subcommands?.only === true ? ["COMMAND"] : [];
  const words = one.arguments.map(({ name, required, many }) => {
    const word = many === true ? `${name}...` : name;
    return required === true ? word : `[${word}]`;
  });
  const flags = Object.keys(one.flags).length === 0 ? [] : ["[FLAGS]"];
  return {
    name: one.name,
    group: one.group,
    summary: one.summary,
    usage: ["ocilab", one.name, ...below, ...flags, ...words].join(" "),
    description: one.description,
    arguments: one.arguments.map(({ name, help, required }) => ({ name, help, required: required === true })),
    flags: flagHelp(one.flags),
    examples: one.examples,
  };
}
