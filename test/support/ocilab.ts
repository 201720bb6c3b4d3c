import { join } from "node:path";
import { type ProgramResult, runProgram } from "../../src/base/process.ts";
import { repository } from "./needs.ts";

/** Run bin/ocilab from the sources with its own home; never rejects because of an exit code. */
export function ocilabIn(home: string) {
  const env = { ...process.env, OCILAB_HOME: home, OCILAB_SOURCE: "1", NO_COLOR: "1" };
  return (
    words: readonly string[],
    options: { readonly cwd?: string; readonly input?: string } = {},
  ): Promise<ProgramResult> =>
    runProgram(join(repository, "bin/ocilab"), words, { env, timeout: 60_000, ...options });
}
