import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { readConfigText } from "../bundle/read.ts";
import { type FoundContainer, findContainer } from "../container/find.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { parseForeignSpec } from "../oci/parse.ts";
import type { Spec } from "../oci/spec.ts";
import type { Context } from "./command.ts";
import { readStandardInput } from "./standard-input.ts";
import { whereOf } from "./where.ts";

/** A config.json, whoever made it; `name` is where it was read from. */
export type ConfigSource = { readonly name: string; readonly spec: Spec };

/**
 * The config that an argument names: a file, a bundle's directory, "-" for standard input, or a container's id (its bundle's). Members that
 * are null count as absent. Errors: "usage.bad-argument", "bundle.no-config", those of `parseSpec`.
 */
export async function readConfigSource(given: string, context: Context): Promise<ConfigSource> {
  if (given === "-") return parsed("standard input", await readStandardInput(context));
  const path = resolve(given);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) return parsed(given, readText(path, given));
    return parsed(join(given, "config.json"), readConfigText(path));
  }
  if (!/^[\w+.-]+$/.test(given)) throw noSuchConfig(given);
  const { state } = await containerNamed(given, context);
  return parsed(join(state.bundle, "config.json"), readConfigText(state.bundle));
}

async function containerNamed(given: string, context: Context): Promise<FoundContainer> {
  try {
    return await findContainer(parseContainerId(given), whereOf(context));
  } catch (error) {
    if (error instanceof OcilabError && error.code === "runtime.not-found") throw noSuchConfig(given, error);
    throw error;
  }
}

function parsed(name: string, text: string): ConfigSource {
  return { name, spec: parseForeignSpec(text, { name }) };
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new OcilabError("usage.bad-argument", {
      doing: `read the config ${quote(name)}`,
      got: `the kernel answered ${errnoOf(error) ?? String(error)}`,
      hint: "name a file, a bundle, - or a container",
      cause: error,
    });
  }
}

function noSuchConfig(given: string, cause?: unknown): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: `find the config ${quote(given)}`,
    got: `there is no such file or directory${cause === undefined ? "" : ", and no container of that id"}`,
    hint: "name a file, a bundle, - for standard input, or a container",
    cause,
  });
}
