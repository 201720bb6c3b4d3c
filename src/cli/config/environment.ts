import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** NAME=VALUE of --env-file and then of --env; a name alone takes our own value, and is left out when we have none, as with docker. */
export function readEnvironment(
  flags: Pick<ConfigValues, "env" | "env-file">,
  { env, cwd }: Pick<ConfigWorld, "env" | "cwd">,
): readonly string[] {
  const fromFiles = flags["env-file"].flatMap((path) => linesOf(resolve(cwd, path)));
  return [...fromFiles, ...flags.env].flatMap((entry) => {
    if (entry === "" || entry.startsWith("=")) throw badEntry(entry);
    if (entry.includes("=")) return [entry];
    const own = env[entry];
    return own === undefined ? [] : [`${entry}=${own}`];
  });
}

function linesOf(path: string): readonly string[] {
  return readGivenFile(path, "--env-file")
    .split("\n")
    .map((line) => line.replace(/\r$/, "").trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** For `readGivenFile`: not a path but our own standard input. */
export const standardInput = 0;

/** The text of a file that a flag names. Errors: "usage.bad-argument". */
export function readGivenFile(path: string | typeof standardInput, flag: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new OcilabError("usage.bad-argument", {
      doing: `read the file of ${flag}`,
      got: error instanceof Error ? error.message : String(error),
      hint: "relative paths start at the current directory",
      cause: error,
    });
  }
}

function badEntry(entry: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the environment",
    got: `${quote(entry)} has no name`,
    hint: "write NAME=VALUE",
  });
}
