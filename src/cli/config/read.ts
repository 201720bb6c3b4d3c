import type { SpecOption } from "../../spec/context.ts";
import type { Context } from "../command.ts";
import type { ConfigValues } from "./flags.ts";
import { configOptions } from "./options.ts";

/**
 * The config flags of a command line as spec options, with what they name read: files, devices, running containers. `command` is what
 * follows the image. Errors: "usage.bad-argument", "spec.bad-option" and those of the options.
 */
export async function readConfigOptions(
  flags: ConfigValues,
  { command, context }: { readonly command: readonly string[]; readonly context: Context },
): Promise<readonly SpecOption[]> {
  return configOptions(flags, { command, cwd: process.cwd(), env: context.env });
}
