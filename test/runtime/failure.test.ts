import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { classifyFailure, runtimeFailure } from "../../src/runtime/failure.ts";
import { recognise } from "../../src/runtime/failures/cause.ts";
import { causes } from "../../src/runtime/failures/table.ts";

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
    const ended = { name: "crun", words: undefined, exitCode: 7, signal: undefined, command: [] };
    expect(runtimeFailure("start it", ended).got).toBe("crun ended with exit code 7 and said nothing");
    const killed = runtimeFailure("start it", { ...ended, exitCode: 139 });
    expect(killed.facts["cause"]).toBe("seccomp-too-strict");
    expect(killed.got).toMatch(/; crun ended with exit code 139 and said nothing$/);
    expect(runtimeFailure("start it", { ...ended, exitCode: undefined, signal: "SIGKILL" }).got).toContain(
      "SIGKILL",
    );
  });

  test.each([
    ["cgroups in hybrid mode not supported, drop all controllers from cgroupv2", "run ocilab as root"],
    ["error closing exec fds: open /proc/self/fd: no such file or directory", "mount proc first"],
    ["mount /tmp:/mnt (via /proc/self/fd/6): no such device", '"bind" or "rbind"'],
    ["unable to set memory limit to 4096 (current usage: 2269184)", "8 MiB"],
  ])("%s: a hint of its own", (words, hint) => {
    const ended = { name: "runc", words, exitCode: 1, signal: undefined, command: [] };
    expect(runtimeFailure("x", ended).hint).toContain(hint);
  });
});

describe("the catalogue of causes", () => {
  const examples = causes.flatMap((cause) =>
    cause.words.map(({ by, pattern, example }) => ({ cause, name: cause.name, by, pattern, example })),
  );

  test.each(examples)("$name, $by: $example", ({ cause, pattern, example }) => {
    expect(example).toMatch(pattern);
    expect(recognise(example, causes)?.cause.name).toBe(cause.name);
    expect(classifyFailure(example)).toBe(cause.code);
  });

  test.each(causes)(
    "$name is named once and its sentences are ours: no full stop, nothing unfilled",
    (cause) => {
      expect(causes.filter(({ name }) => name === cause.name)).toHaveLength(1);
      for (const text of [cause.tries, recognise(cause.words[0]?.example ?? "", [cause])?.says ?? "."]) {
        expect(text).not.toMatch(/\.$|\{\w+\}| {2}/);
        expect(text).toMatch(/^[a-z`"/-]|^[A-Z]+_/);
      }
    },
  );

  test("a cause is said first, and the runtime's own words after it", () => {
    const words =
      'runc create failed: unable to start container process: exec: "bsh": executable file not found in $PATH';
    const error = runtimeFailure("x", { name: "runc", words, exitCode: 1, signal: undefined, command: [] });
    expect(error.got).toMatch(/^there is no program "bsh" in .*; runc says: runc create failed: .*\$PATH$/);
    expect(error.facts).toMatchObject({ cause: "command-not-found", found: { name: "bsh" }, words });
  });

  test("a panic is told without its trace, and the trace is kept", () => {
    const words = "panic: no such state\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:31";
    const { got, facts } = runtimeFailure("pause it", {
      name: "runsc",
      exitCode: 2,
      signal: undefined,
      command: [],
      words,
    });
    expect([got, facts["words"]]).toEqual(["runsc says: panic: no such state", words]);
  });

  test("words that the runtime has printed itself are not said twice, unless they are unknown or more than it printed", () => {
    const ended = { name: "runc", exitCode: 1, signal: undefined, command: [], printed: true };
    const got = (words: string) => runtimeFailure("x", { ...ended, words }).got;
    expect(got("args must not be empty")).not.toContain("says");
    expect(got("cause unheard of")).toContain("says: cause unheard of");
    expect(got("Too many open files\nthen")).toContain("says: Too many open files\nthen");
  });

  test("a group that the words lack leaves no hole", () => {
    const words = "error running hook #0: exit status 1";
    expect(recognise(words, causes)?.says).toMatch(/^a hook of the config ended/);
  });
});
