import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/**
 * NAME=VALUE of --env-file and then of --env. A name alone takes our own value; when we have none, docker's rule: it is left out of a file, and as
 * NAME of --env it takes away what the image sets.
 */
export function readEnvironment(
  flags: Pick<ConfigValues, "env" | "env-file">,
  { env, cwd }: Pick<ConfigWorld, "env" | "cwd">,
): readonly string[] {
  const withOurs = (entry: string): string => {
    if (entry === "" || entry.startsWith("=")) throw badEntry(entry);
    const own = entry.includes("=") ? undefined : env[entry];
    return own === undefined ? entry : `${entry}=${own}`;
  };
  const fromFiles = flags["env-file"].flatMap((path) => variablesOf(resolve(cwd, path)));
  return [...fromFiles.map(withOurs).filter((entry) => entry.includes("=")), ...flags.env.map(withOurs)];
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

/** The text of a file that a flag names. Errors: "usage.bad-argument", also for bytes that are no UTF-8: config.json has no others. */
export function readGivenFile(path: string, flag: string): string {
  const bytes = bytesOf(path, flag);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new OcilabError("usage.bad-argument", {
    doing: `read the file of ${flag} ${quote(path)}`,
    got: "it has bytes that are no UTF-8",
    hint: "write it in UTF-8: config.json cannot hold other bytes",
  });
}

function bytesOf(path: string, flag: string): Buffer {
  try {
    return readFileSync(path);
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
