import type { configFlags } from "../../../../src/cli/config/flags.ts";

/**
 * A command line of one flag and all that it changes in config.json: JSON pointers with the value there afterwards; "-" as the last
 * token adds to a list, undefined takes away. A text that starts with "./" stands for the path in the test's directory.
 */
export type FlagRow = readonly [
  flag: keyof typeof configFlags,
  argv: readonly string[],
  changes: Readonly<Record<string, unknown>>,
];
