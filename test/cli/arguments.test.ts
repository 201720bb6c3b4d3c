import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { FlagTable } from "../../src/cli/flags.ts";

const flags: FlagTable = {
  tty: { kind: "switch", short: "t", help: "" },
  interactive: { kind: "switch", short: "i", help: "" },
  memory: { kind: "value", short: "m", value: "SIZE", help: "" },
  entrypoint: { kind: "value", value: "PROGRAM", help: "" },
  format: { kind: "value", value: "FORM", choices: ["table", "json"], help: "" },
  env: { kind: "list", short: "e", value: "NAME=VALUE", help: "" },
};
const read = (argv: readonly string[], stopAtFirst = true) =>
  parseArguments(argv, { command: "run", flags, stopAtFirst });
const none = {
  tty: false,
  interactive: false,
  memory: undefined,
  entrypoint: undefined,
  format: undefined,
  env: [],
};

describe("arguments in the forms that runc and docker take", () => {
  test.each([
    [
      ["-it", "-e", "A=1", "box", "sh", "-c", "x"],
      { tty: true, interactive: true, env: ["A=1"] },
      ["box", "sh", "-c", "x"],
    ],
    [["-m512m", "box"], { memory: "512m" }, ["box"]],
    [["-m=512m", "box"], { memory: "512m" }, ["box"]],
    [["-m", "512m", "box"], { memory: "512m" }, ["box"]],
    [["--memory=512m", "box"], { memory: "512m" }, ["box"]],
    [["--memory", "-1", "box"], { memory: "-1" }, ["box"]],
    [["-tm", "5", "box"], { tty: true, memory: "5" }, ["box"]],
    [["--entrypoint=", "box"], { entrypoint: "" }, ["box"]],
    [["--entrypoint", "", "box"], { entrypoint: "" }, ["box"]],
    [["-eA=1", "-e", "B.c=d=e", "--env", "F", "box"], { env: ["A=1", "B.c=d=e", "F"] }, ["box"]],
    [["-e", "A=1", "box", "-e", "B=2"], { env: ["A=1"] }, ["box", "-e", "B=2"]],
    [["--tty=false", "box"], { tty: false }, ["box"]],
    [["--tty=true", "box"], { tty: true }, ["box"]],
    [["-t", "true"], { tty: true }, ["true"]],
    [["--memory", "007", "1e3"], { memory: "007" }, ["1e3"]],
    [["--", "box", "-x"], {}, ["box", "-x"]],
    [["box", "--", "-x"], {}, ["box", "--", "-x"]],
    [["box", "--no-such"], {}, ["box", "--no-such"]],
    [["-"], {}, ["-"]],
    [[], {}, []],
  ])("%j", (argv, given, positionals) => {
    expect(read(argv)).toEqual({ flags: { ...none, ...given }, positionals });
  });

  test("flags stand anywhere for other commands, and -- ends them", () => {
    expect(read(["box", "-t", "--", "-i"], false)).toEqual({
      flags: { ...none, tty: true },
      positionals: ["box", "-i"],
    });
  });
});

describe("arguments that are refused", () => {
  test.each([
    [["--memroy=1"], "usage.unknown-flag", 'no flag "--memroy"', "did you mean --memory"],
    [["--no-tty"], "usage.unknown-flag", 'no flag "--no-tty"', "ocilab run --help"],
    [["-x"], "usage.unknown-flag", 'no flag "-x"', "ocilab run --help"],
    [["--__proto__=1"], "usage.unknown-flag", "no flag", "ocilab run --help"],
    [["--constructor"], "usage.unknown-flag", "no flag", "ocilab run --help"],
    [["--memory"], "usage.bad-argument", "--memory needs a value: --memory SIZE", "ocilab run --help"],
    [["--memory", "--tty"], "usage.bad-argument", "looks like a flag", "write --memory=--tty"],
    [["-m", "1", "--memory", "1"], "usage.bad-argument", "given 2 times", "ocilab run --help"],
    [["--tty=yes"], "usage.bad-argument", 'true or false, not "yes"', "ocilab run --help"],
    [["--format", "jsn"], "usage.bad-argument", 'one of table, json, not "jsn"', "did you mean json"],
  ])("%j", (argv, code, got, hint) => {
    const error = thrownBy(() => read(argv));
    expect(error).toMatchObject({
      code,
      got: expect.stringContaining(got),
      hint: expect.stringContaining(hint),
    });
  });
});

function thrownBy(action: () => unknown): OcilabError {
  try {
    action();
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test.each([
  [
    ["a", "b", "c", "-x", "--", "d"],
    ["a", "b", "c", "-x", "--", "d"],
  ],
  [
    ["a", "b", "--", "-x", "--", "d"],
    ["a", "b", "-x", "--", "d"],
  ],
  [
    ["--", "a", "b", "c", "-x"],
    ["a", "b", "c", "-x"],
  ],
  [
    ["a", "b"],
    ["a", "b"],
  ],
])("flags end at the third argument of %j", (argv, positionals) => {
  expect(parseArguments(argv, { command: "bundle", flags, stopAt: 3 }).positionals).toEqual(positionals);
});
