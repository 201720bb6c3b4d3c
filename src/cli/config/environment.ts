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
  const fromFiles = flags["env-file"].flatMap((path) => variablesOf(resolve(cwd, path)));
  return [...fromFiles, ...flags.env].flatMap((entry) => {
    if (entry === "" || entry.startsWith("=")) throw badEntry(entry);
    if (entry.includes("=")) return [entry];
    const own = env[entry];
    return own === undefined ? [] : [`${entry}=${own}`];
  });
}

/** Docker takes a name with a blank in it from a command line, but not from a file, where it is most likely a line of a shell script. */
function variablesOf(path: string): readonly string[] {
  return readLines(path, "--env-file").map((line) => {
    const name = line.split("=")[0] ?? "";
    if (!/\s/.test(name)) return line;
    throw new OcilabError("usage.bad-argument", {
      doing: `read the file of --env-file ${quote(path)}`,
      got: `the name ${quote(name)} has a blank in it`,
      hint: "write NAME=VALUE without `export`, one a line",
    });
  });
}

/** The lines of a file that a flag names, without comments (#) and empty ones, each from its first letter. Errors: "usage.bad-argument". */
export function readLines(path: string, flag: string): readonly string[] {
  return readGivenFile(path, flag)
    .replace(/^\ufeff/, "")
    .split("\n")
    .map((line) => line.replace(/\r$/, "").trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The text of a file that a flag names. Errors: "usage.bad-argument". */
export function readGivenFile(path: string, flag: string): string {
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
