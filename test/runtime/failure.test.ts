import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { classifyFailure, runtimeFailure } from "../../src/runtime/failure.ts";

/** What four runtimes said when a bundle was broken in one way: case, runtime, code, words. */
const rows = readFileSync(join(import.meta.dirname, "words.tsv"), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split("\t"));

describe("a runtime's words", () => {
  test.each(rows)("%s, %s: %s", (_case, _runtime, code, words) => {
    expect(classifyFailure(words ?? "")).toBe(code);
  });

  test("stand in the error, escaped, with the runtime's name", () => {
    const ended = { name: "runc", words: "bad \u001b[31mthing", exitCode: 1, signal: undefined, command: [] };
    const error = runtimeFailure('create container "x"', ended);
    expect(error.message).toBe('create container "x": runc says: bad \\u001b[31mthing');
    expect(error.facts["words"]).toBe(ended.words);
  });

  test("can be missing: then the exit code or the signal stands for them", () => {
    const ended = { name: "crun", words: undefined, exitCode: 139, signal: undefined, command: [] };
    expect(runtimeFailure("start it", ended).got).toBe("crun ended with exit code 139 and said nothing");
    expect(runtimeFailure("start it", { ...ended, exitCode: undefined, signal: "SIGKILL" }).got).toContain(
      "SIGKILL",
    );
  });

  test.each([
    ["cgroups in hybrid mode not supported, drop all controllers from cgroupv2", "run as root"],
    ["error closing exec fds: open /proc/self/fd: no such file or directory", "mount proc first"],
    ["mount /tmp:/mnt (via /proc/self/fd/6): no such device", "bind is an option"],
    ["unable to set memory limit to 4096 (current usage: 2269184)", "8 MiB"],
  ])("%s: a hint of its own", (words, hint) => {
    const ended = { name: "runc", words, exitCode: 1, signal: undefined, command: [] };
    expect(runtimeFailure("x", ended).hint).toContain(hint);
  });
});
