import { resolve } from "node:path";
import { readConfiguration } from "../base/configuration.ts";
import { exitCodeOf, firstError, OcilabError } from "../base/errors.ts";
import { configureLog, type LogFormat, type LogLevel } from "../base/log.ts";
import { quote } from "../base/text.ts";
import { didYouMean, indexOfFirst, type ParsedArguments, parseArguments } from "./arguments.ts";
import { type Command, type Context, loadSubcommand } from "./command.ts";
import { commands, loadCommand } from "./commands/index.ts";
import { type GlobalValues, globalFlags } from "./flags.ts";
import { errorLine, errorReport, renderError } from "./render/error.ts";
import { terminalOf } from "./render/terminal.ts";
import { type SignalWatch, watchSignals } from "./signals.ts";

/** Run one command line and set the process's exit code. Never rejects: errors are printed to stderr. */
export async function main(argv: readonly string[]): Promise<void> {
  using watch = watchSignals();
  reportUnwritten(watch);
  const code = await runCommandLine(argv, watch);
  process.exitCode = watch.isUnread() ? watch.exitCode() : code || process.exitCode || 0;
}

async function runCommandLine(argv: readonly string[], watch: SignalWatch): Promise<number> {
  const first = indexOfFirst(argv, { command: "ocilab", flags: globalFlags });
  const name = argv[first];
  let command: Command | undefined;
  try {
    refuseUndecodable(argv);
    if (name === undefined) return await withoutCommand(argv);
    command = await loadCommand(name);
    if (command === undefined) throw unknownCommand(name);
    const chosen = await descend(command, [...argv.slice(0, first), ...argv.slice(first + 1)]);
    command = chosen.command;
    const parsed = parseFor(command, chosen.argv);
    const global = parsed.flags as GlobalValues;
    setUpLog(global);
    if (global.help || global.version) return await printHelp(global, command);
    checkCount(command, parsed.positionals);
    return await runCommand(command, { parsed, global, watch });
  } catch (thrown) {
    const error = watch.signal.aborted ? watch.signal.reason : firstError(thrown);
    if (!watch.isUnread()) await printError(error, argv);
    return watch.exitCode() ?? (await command?.exitOf?.(error)) ?? exitCodeOf(error);
  }
}

/** Node reads arguments as UTF-8 and puts U+FFFD for what is not: a path would silently be another one. */
function refuseUndecodable(argv: readonly string[]): void {
  const at = argv.findIndex((word) => word.includes("\ufffd"));
  if (at === -1) return;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the command line",
    got: `argument ${at + 1}, ${quote(argv[at] ?? "")}, is not UTF-8`,
    hint: "give the file or directory a name in UTF-8, or reach it by a link that has one",
  });
}

/** The command below that the next argument names, and what is left of the arguments; the command itself where it names none. */
async function descend(
  command: Command,
  argv: readonly string[],
): Promise<{ readonly command: Command; readonly argv: readonly string[] }> {
  if (command.subcommands === undefined) return { command, argv };
  const at = indexOfFirst(argv, { command: command.name, flags: { ...command.flags, ...globalFlags } });
  const below = argv[at] === "--" ? undefined : await loadSubcommand(command, argv[at]);
  return below === undefined ? { command, argv } : { command: below, argv: argv.toSpliced(at, 1) };
}

type Prepared = {
  readonly parsed: ParsedArguments;
  readonly global: GlobalValues;
  readonly watch: SignalWatch;
};

async function runCommand(command: Command, { parsed, global, watch }: Prepared): Promise<number> {
  const terminal = terminalOf(process.stdout, process.env);
  const context: Context = {
    signal: watch.signal,
    configuration: readConfiguration(),
    runtime: global.runtime[0],
    runtimes: runtimesFor(command, global.runtime),
    root: global.root === undefined ? undefined : resolve(global.root),
    runtimeFlags: {
      systemdCgroup: global["systemd-cgroup"],
      more: global["runtime-arg"],
      log: global.log === undefined ? undefined : resolve(global.log),
    },
    json: global.json,
    terminal,
    env: process.env,
    print: (text) => void (global.json || process.stdout.write(text)),
    holdSignals: watch.hold,
  };
  const { value, exit = 0 } = await command.run(parsed, context);
  // A command that prints as it goes has no value.
  if (value === undefined) return exit;
  const text = global.json ? await asJson(value) : command.render(value, terminal, parsed.flags);
  if (text !== "") process.stdout.write(text);
  return exit;
}

/** Errors: "usage.bad-argument" for more than one, where the command drives one. */
function runtimesFor(command: Command, given: readonly string[]): readonly string[] {
  if (given.length < 2 || command.severalRuntimes === true) return given;
  const got = `--runtime is given ${given.length} times and can have one value`;
  const hint = "`ocilab compare` drives several";
  throw new OcilabError("usage.bad-argument", { doing: `read the flags of ${command.name}`, got, hint });
}

function parseFor(command: Command, argv: readonly string[]): ParsedArguments {
  return parseArguments(argv, {
    command: command.name,
    flags: { ...command.flags, ...globalFlags },
    stopAtFirst: command.stopAtFirst,
    stopAt: command.stopAt,
    refused: command.refused,
  });
}

function checkCount(command: Command, given: readonly string[]): void {
  const usage = `ocilab ${command.name} --help`;
  const doing = `read the arguments of ${command.name}`;
  const missing = command.arguments.filter(({ required }) => required === true)[given.length];
  if (missing !== undefined)
    throw new OcilabError("usage.bad-argument", { doing, got: `${missing.name} is missing`, hint: usage });
  const extra = given[command.arguments.length];
  if (extra === undefined || command.arguments.at(-1)?.many === true) return;
  const got = `${quote(extra)} is one argument too many`;
  throw new OcilabError("usage.bad-argument", { doing, got, hint: usage });
}

async function withoutCommand(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, { command: "ocilab", flags: globalFlags });
  return await printHelp(parsed.flags as GlobalValues, undefined);
}

async function printHelp(global: GlobalValues, command: Command | undefined): Promise<number> {
  const terminal = terminalOf(process.stdout, process.env);
  if (global.version) {
    const { ocilabVersion } = await import("./version.ts");
    const version = ocilabVersion();
    process.stdout.write(global.json ? await asJson({ version }) : `ocilab ${version}\n`);
    return 0;
  }
  const { helpValue } = await import("./commands/help.ts");
  const { renderHelp } = await import("./render/help.ts");
  const value = await helpValue(command);
  process.stdout.write(global.json ? await asJson(value) : renderHelp(value, terminal));
  return 0;
}

async function asJson(value: unknown): Promise<string> {
  const { formatJson } = await import("../oci/json.ts");
  return formatJson(value, { indent: 2 });
}

async function printError(error: unknown, argv: readonly string[]): Promise<void> {
  const terminal = terminalOf(process.stderr, process.env);
  const debug = argv.includes("--debug") || /--log-level[ =]debug/.test(argv.join(" "));
  const json = argv.includes("--json");
  const asLine = !json && /--log-format[ =]json/.test(argv.join(" "));
  if (asLine) process.stderr.write(errorLine(error, new Date()));
  else
    process.stderr.write(json ? await asJson(errorReport(error)) : renderError(error, { terminal, debug }));
}

function setUpLog(global: GlobalValues): void {
  const level = global["log-level"] as LogLevel | undefined;
  if (global.debug && level !== undefined && level !== "debug")
    throw new OcilabError("usage.bad-argument", {
      doing: "read the flags",
      got: `--debug and --log-level ${level} contradict each other`,
      hint: "give one of them",
    });
  const chosen = global.debug ? "debug" : level;
  const format = global["log-format"] as LogFormat | undefined;
  configureLog({ ...(chosen && { level: chosen }), ...(format && { format }) });
}

function unknownCommand(name: string): OcilabError {
  return new OcilabError("usage.unknown-command", {
    doing: "find the command",
    got: `there is no command ${quote(name)}`,
    hint: didYouMean(name, Object.keys(commands)) ?? "ocilab --help lists them",
    facts: { command: name },
  });
}

/** `ocilab list | head -1` must end quietly, and at once; output that is lost for another reason, as a full disk, must not pass for a success. */
function reportUnwritten(watch: SignalWatch): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      process.exitCode = watch.abortUnread() ?? process.exitCode;
      return;
    }
    process.exitCode ||= 1;
    const terminal = terminalOf(process.stderr, process.env);
    process.stderr.write(renderError(unwritten(error), { terminal, debug: false }));
  });
  process.stderr.on("error", () => {
    process.exitCode ||= 1;
  });
}

function unwritten(error: NodeJS.ErrnoException): OcilabError {
  return new OcilabError("host.system-call", {
    doing: "write to standard output",
    got: `the kernel answered ${error.code}`,
    hint: "see where it leads: what was printed there is not complete",
    cause: error,
  });
}
