import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";

describe("running a program to its end", () => {
  test("its output, exit code and command line", async () => {
    const result = await runProgram("sh", ["-c", "echo out; echo err >&2; exit 7"]);
    expect(result).toEqual({
      command: ["sh", "-c", "echo out; echo err >&2; exit 7"],
      ...{ exitCode: 7, signal: undefined, stdout: "out\n", stderr: "err\n" },
    });
  });

  test("a signal that ended it", async () => {
    expect(await runProgram("sh", ["-c", "kill -9 $$"])).toMatchObject({
      exitCode: undefined,
      signal: "SIGKILL",
    });
  });

  test("its input, more than a pipe holds, and one who does not read it", async () => {
    const input = "x".repeat(1_000_000);
    expect((await runProgram("cat", [], { input })).stdout).toBe(input);
    expect((await runProgram("true", [], { input })).exitCode).toBe(0);
  });

  test("its environment is the whole one that is given, its directory too", async () => {
    const { stdout } = await runProgram("sh", ["-c", "echo $A-$HOME; pwd"], {
      env: { A: "1", PATH: "/bin" },
      cwd: "/",
    });
    expect(stdout).toBe("1-\n/\n");
  });

  test.each([
    ["no-such-program", /no such program in PATH/],
    ["/etc/passwd", /EACCES/],
  ])("%s is missing", async (file, says) => {
    const run = runProgram(file, [], { package: "it" });
    await expect(run).rejects.toMatchObject({
      ...{
        code: "host.program-missing",
        message: expect.stringMatching(says),
        hint: expect.stringContaining("it"),
      },
    });
  });

  test("time that is up ends it", async () => {
    expect(await runProgram("sleep", ["100"], { timeout: 50 })).toMatchObject({ signal: "SIGTERM" });
  });

  test("an abort ends it before it is told, and starts nothing when it came first", async () => {
    const aborted = new AbortController();
    const run = runProgram("sh", ["-c", "trap 'sleep 0.2; exit 3' TERM; while :; do sleep 0.1; done"], {
      signal: aborted.signal,
      stdout: "ignore",
      stderr: "ignore",
    });
    await sleep(100);
    aborted.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    await expect(runProgram("no-such-program", [], { signal: aborted.signal })).rejects.toThrow("enough");
  });
});
