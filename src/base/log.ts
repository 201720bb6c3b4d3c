import { createRequire } from "node:module";
import { isatty } from "node:tty";
import type { Logger } from "pino";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = "text" | "json";

let threshold: LogLevel = "warn";
let format: LogFormat = "text";
let logger: Logger | undefined;

/** Set what is logged from here on. `text` is one line for people, `json` is pino's own; both go to stderr, synchronously. */
export function configureLog(options: { readonly level?: LogLevel; readonly format?: LogFormat }): void {
  threshold = options.level ?? threshold;
  format = options.format ?? format;
  logger = undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** The log. pino is loaded by the first line that is really written, so that a silent command does not pay for it. */
export const log = {
  debug: (message: string, fields: Fields = {}): void => write("debug", message, fields),
  info: (message: string, fields: Fields = {}): void => write("info", message, fields),
  warn: (message: string, fields: Fields = {}): void => write("warn", message, fields),
  error: (message: string, fields: Fields = {}): void => write("error", message, fields),
};

function write(level: Exclude<LogLevel, "silent">, message: string, fields: Fields): void {
  if (logLevels.indexOf(level) < logLevels.indexOf(threshold)) return;
  logger ??= openLogger();
  logger[level](fields, message);
}

function openLogger(): Logger {
  const pino = createRequire(import.meta.url)("pino") as typeof import("pino");
  const stderr = pino.destination({ dest: 2, sync: true });
  // Nobody reads any more, or the terminal has gone: no reason to stop half way.
  stderr.on("error", () => undefined);
  const destination = format === "json" ? stderr : { write: (line: string) => stderr.write(asText(line)) };
  return pino.pino(
    {
      level: threshold,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

function asText(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  // A terminal may be raw while a container has it: there a new line alone does not begin at the left.
  const end = isatty(2) ? "\r\n" : "\n";
  return `${time} ${String(level).padEnd(5)} ${msg}${rest.join("")}${end}`;
}
