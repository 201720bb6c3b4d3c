import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { describeWith, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
const home = join(place.path, "home");
mkdirSync(home);
afterAll(() => place[Symbol.asyncDispose]());

async function inTerminal(...words: readonly string[]): Promise<{ output: string; code: number }> {
  const driver = join(repository, "test/container/in-terminal.py");
  const command = [join(repository, "bin/ocilab"), "run", "-t", ...words];
  const { stdout } = await promisify(execFile)("python3", [driver, "[]", ...command], {
    env: { ...process.env, OCILAB_HOME: home, NO_COLOR: "1" },
  });
  return JSON.parse(stdout) as { output: string; code: number };
}

describeWith(["root", "runc", "busybox", "python3"], "what run -t says itself", () => {
  test.each([
    ["--explain", /hello\r\n.*asked and answered.*still there +nothing\r\n$/s],
    ["--audit", /hello\r\n.*0 broken/s],
    ["--debug", /hello\r\n.*program ended/s],
  ])("%s begins every line at the left", async (flag, said) => {
    const { output, code } = await inTerminal(flag, "busybox", "sh", "-c", "echo hello; sleep 1; exit 4");
    expect(output).toMatch(said);
    const staircase = output
      .split("\n")
      .filter((line, at, all) => at < all.length - 1 && !line.endsWith("\r"));
    expect(staircase).toEqual([]);
    expect(code).toBe(4);
  });
});
