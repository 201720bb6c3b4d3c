import type { CodeTable } from "./table.ts";

export const usageCodes = {
  "usage.unknown-command": {
    meaning: "The first word is no command of ocilab.",
    remedy: "Use the command that the message names as nearest, or read `ocilab --help`.",
    exit: 2,
  },
  "usage.unknown-flag": {
    meaning: "The command does not know this flag.",
    remedy: "Use the flag that the message names as nearest, or read `ocilab COMMAND --help`.",
    exit: 2,
  },
  "usage.unsupported-flag": {
    meaning: "The flag is one of `docker run` that needs an engine, a network or another system.",
    remedy: "Do what the message says instead.",
    exit: 2,
  },
  "usage.bad-argument": {
    meaning: "An argument or a flag's value is missing, superfluous or malformed.",
    remedy: "The message says which form is expected.",
    exit: 2,
  },
} as const satisfies CodeTable;
