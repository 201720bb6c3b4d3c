import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Job, jobScript } from "../../src/vm/job.ts";
import { shellWord, shellWords } from "../../src/vm/quoting.ts";

const plain: Job = {
  command: ["true"],
  directory: "/",
  environment: {},
  write: false,
  shares: [],
  modules: undefined,
  user: undefined,
  terminal: undefined,
  init: "none",
  network: false,
  seed: "00",
  end: "ff",
};

/** What a shell says after it has read a job. */
function shellSays(job: Job, script: string): string {
  const { stdout, stderr } = spawnSync("sh", ["-c", `${jobScript(job)}\n${script}`], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
}

const hostile = [
  "",
  " ",
  "'",
  "''",
  "a'b",
  '"$HOME"',
  "$(exit 3)",
  "`x`",
  "\\",
  "line\nline",
  "-n",
  "*",
  "é\u{1f600}",
  "end'\n",
];

describe("quoting", () => {
  test.each(hostile)("a shell reads %j back", (word) => {
    const { stdout } = spawnSync("sh", ["-c", `printf %s. ${shellWord(word)}`], { encoding: "utf8" });
    expect(stdout).toBe(`${word}.`);
  });

  test("whatever the words, as many come out and the same", () => {
    const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const { stdout } = spawnSync(
          "sh",
          ["-c", `for w in ${shellWords(words)}; do printf '%s\\0' "$w"; done`],
          { encoding: "utf8" },
        );
        expect(stdout).toBe(words.map((one) => `${one}\0`).join(""));
      }),
      { numRuns: 50 },
    );
  });
});

describe("a job, as a shell reads it", () => {
  test("the command and its arguments are the positional parameters", () => {
    const command = ["program", ...hostile];
    expect(shellSays({ ...plain, command }, `printf '%s\\0' "$@"`)).toBe(
      command.map((word) => `${word}\0`).join(""),
    );
  });

  test("what is not asked for is empty, what is asked for is there", () => {
    const show = 'printf "%s|" "$WRITE" "$MODULES" "$ACCOUNT" "$TERMINAL" "$NETWORK" "$DIRECTORY" "$END"';
    expect(shellSays(plain, show)).toBe("|||||/|ff|");
    const full: Job = {
      ...{ ...plain, write: true, modules: "/m m", network: true, directory: "/a'b" },
      user: { name: "nobody", uid: 65534 },
      terminal: { rows: 24, columns: 80 },
    };
    expect(shellSays(full, show)).toBe("yes|/m m|nobody|yes|yes|/a'b|ff|");
  });

  test("shares are mounted in order, writable ones written back in reverse", () => {
    const shares = [
      { path: "/a b", write: true },
      { path: "/c", write: false },
      { path: "/d", write: true },
    ];
    const stubs =
      'through() { echo through "$@"; }; umount() { echo umount "$@"; }; sync() { echo sync; }; shares; written';
    expect(shellSays({ ...plain, shares }, stubs).split("\n")).toEqual([
      "through share0 /a b rw",
      "through share1 /c ro",
      "through share2 /d rw",
      "umount -l /d",
      "umount -l /a b",
      "sync",
      "",
    ]);
  });
});
