import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ProgramResult, runProgram } from "../../src/base/process.ts";
import { repository } from "./needs.ts";

/**
 * Run bin/ocilab with its own home, for a terminal of 100 columns; never rejects because of an exit code. Output goes through files, not pipes:
 * a created container keeps the descriptors of `create`, and whoever reads a pipe would wait for the container's end.
 */
export function ocilabIn(home: string) {
  const env = { ...process.env, OCILAB_HOME: home, NO_COLOR: "1", COLUMNS: "100" };
  return async (
    words: readonly string[],
    options: { readonly cwd?: string; readonly input?: string; readonly timeout?: number } = {},
  ): Promise<ProgramResult> => {
    const folder = mkdtempSync(join(home, "output-"));
    const [stdout, stderr] = [openSync(join(folder, "1"), "w"), openSync(join(folder, "2"), "w")];
    try {
      const ended = await runProgram(join(repository, "bin/ocilab"), words, {
        env,
        timeout: 60_000,
        stdout,
        stderr,
        ...options,
      });
      const [out, error] = ["1", "2"].map((name) => readFileSync(join(folder, name), "utf8"));
      return { ...ended, stdout: out ?? "", stderr: error ?? "" };
    } finally {
      closeSync(stdout);
      closeSync(stderr);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
