import type { FlagTable } from "../flags.ts";
import { pad, paint, type Terminal, widthOf, wrap } from "./terminal.ts";

export type FlagHelp = {
  readonly name: string;
  readonly short: string | null;
  readonly value: string | null;
  readonly repeatable: boolean;
  readonly help: string;
  /** The heading that it stands under; null: "flags". */
  readonly topic: string | null;
};
export type CommandHelp = {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean; readonly help: string }[];
  readonly flags: readonly FlagHelp[];
  readonly examples: readonly { readonly line: string; readonly says: string }[];
};
/** What `ocilab help` returns: every command, or the one asked for; the flags that all of them take. */
export type HelpValue = {
  readonly commands: readonly CommandHelp[];
  readonly flags: readonly FlagHelp[];
  readonly one: boolean;
};

/** Help as text: the overview, or one command. */
export function renderHelp(value: HelpValue, terminal: Terminal): string {
  const [command] = value.commands;
  return value.one && command !== undefined
    ? renderCommand(command, { value, terminal })
    : renderOverview(value, terminal);
}

/** A flag table as help shows it. */
export function flagHelp(table: FlagTable): readonly FlagHelp[] {
  return Object.entries(table).map(([name, flag]) => ({
    name,
    short: flag.short ?? null,
    value: flag.kind === "switch" ? null : flag.value,
    repeatable: flag.kind === "list",
    help: flag.help,
    topic: flag.topic ?? null,
  }));
}

function renderOverview({ commands, flags }: HelpValue, terminal: Terminal): string {
  const head = wrap(
    `${paint("ocilab", "bold", terminal)} shows what \`docker run\` really does: it turns an image into an OCI bundle, has runc run it, and reads back from the kernel what the container really got.`,
    Math.min(terminal.columns, 100),
  );
  const tops = commands.filter(({ name }) => !name.includes(" "));
  const groups = [...new Set(tops.map(({ group }) => group))].map((group) => {
    const rows = tops.filter((one) => one.group === group).map(({ name, summary }) => [name, summary]);
    return `${title(group, terminal)}${columns(rows, terminal)}`;
  });
  const foot = [
    "Exit codes: 0 done, 1 failed, 2 usage, 3 the answer is no; of `run` the container's own, 125 for ours.",
    "Every command: ocilab COMMAND --help.",
    "First: ocilab run --explain busybox sh -c 'echo hello; sleep 1'",
  ]
    .map((line) => wrap(line, terminal.columns, "  "))
    .join("\n");
  return `${head}\n\n${title("usage", terminal)}  ocilab [FLAGS] COMMAND [FLAGS] [ARGUMENTS]\n\n${groups.join("\n")}\n${title("flags of every command", terminal)}${flagRows(flags, terminal)}\n${foot}\n`;
}

function renderCommand(
  command: CommandHelp,
  { value, terminal }: { readonly value: HelpValue; readonly terminal: Terminal },
): string {
  const below = value.commands
    .filter(({ name }) => name.startsWith(`${command.name} `))
    .map(({ name, summary }) => [name.slice(command.name.length + 1), summary]);
  const parts = [
    `${wrap(`${paint(`ocilab ${command.name}`, "bold", terminal)}: ${command.summary}`, lineWidth(terminal))}\n`,
    `${title("usage", terminal)}  ${command.usage}\n`,
    `${wrap(command.description, lineWidth(terminal))}\n`,
    section("commands", columns(below, terminal), terminal),
    section(
      "arguments",
      columns(
        command.arguments.map(({ name, help }) => [name, help]),
        terminal,
      ),
      terminal,
    ),
    ...topicsOf(command.flags).map((topic) =>
      section(
        topic === null ? "flags" : `flags: ${topic}`,
        flagRows(
          command.flags.filter((flag) => flag.topic === topic),
          terminal,
        ),
        terminal,
      ),
    ),
    section("flags of every command", flagRows(value.flags, terminal), terminal),
    section("examples", examples(command, terminal), terminal),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The headings in the order in which their first flags come, those without one first. */
function topicsOf(flags: readonly FlagHelp[]): readonly (string | null)[] {
  return [...new Set([null, ...flags.map(({ topic }) => topic)])];
}

function examples(command: CommandHelp, terminal: Terminal): string {
  return command.examples
    .map(({ line, says }) => `  ${line}\n      ${paint(says, "dim", terminal)}\n`)
    .join("");
}

function section(name: string, body: string, terminal: Terminal): string {
  return body === "" ? "" : `${title(name, terminal)}${body}`;
}

function title(text: string, terminal: Terminal): string {
  return `${paint(`${text[0]?.toUpperCase()}${text.slice(1)}`, "bold", terminal)}\n`;
}

function flagRows(flags: readonly FlagHelp[], terminal: Terminal): string {
  const rows = flags.map(({ name, short, value, repeatable, help }) => [
    `${short === null ? "    " : `-${short}, `}--${name}${value === null ? "" : ` ${value}`}`,
    repeatable ? `${help} (repeatable)` : help,
  ]);
  return columns(rows, terminal);
}

function columns(rows: readonly (readonly string[])[], terminal: Terminal): string {
  const left = Math.min(34, Math.max(0, ...rows.map(([name = ""]) => widthOf(name))));
  const indent = " ".repeat(left + 4);
  return rows
    .map(([name = "", text = ""]) => {
      const body = wrap(text, lineWidth(terminal) - left - 4).replaceAll("\n", `\n${indent}`);
      return widthOf(name) > left ? `  ${name}\n${indent}${body}\n` : `  ${pad(name, left)}  ${body}\n`;
    })
    .join("");
}

function lineWidth({ columns: width }: Terminal): number {
  return Math.min(width, 110);
}
