import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { groups } from "../../src/cli/command.ts";
import { helpValue } from "../../src/cli/commands/help.ts";
import { commands, findCommand, loadCommand, loadEveryCommand } from "../../src/cli/commands/index.ts";
import { complete } from "../../src/cli/completion.ts";
import { type FlagTable, globalFlags } from "../../src/cli/flags.ts";
import { renderHelp } from "../../src/cli/render/help.ts";
import { widthOf } from "../../src/cli/render/terminal.ts";
import { repository } from "../support/needs.ts";

const all = await loadEveryCommand();

describe("every command", () => {
  test.each(all.map((one) => [one.name, one] as const))("%s is described", async (name, one) => {
    expect((await findCommand(name.split(" ")))?.name, "is listed under its own name").toBe(name);
    expect(one.summary).toMatch(/^[a-z].*[^.]$/);
    expect(one.description).toMatch(/\.$/);
    expect(one.examples.length).toBeGreaterThanOrEqual(2);
    expect(one.examples.length).toBeLessThanOrEqual(4);
    for (const [flag, { help }] of Object.entries(one.flags)) expect(help, flag).not.toBe("");
  });

  test.each(all.map((one) => [one.name, one] as const))(
    "%s has no flag twice, and none of the global ones",
    (_name, one) => {
      const table: FlagTable = { ...one.flags, ...globalFlags };
      const shorts = Object.values(table).flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
      expect(Object.keys(one.flags).filter((flag) => flag in globalFlags)).toEqual([]);
    },
  );

  test.each(all.map((one) => [one.name, one] as const))(
    "%s --help keeps to 80 columns",
    async (_name, one) => {
      const text = renderHelp(await helpValue(one), { colours: false, columns: 80 });
      const long = text.split("\n").filter((line) => widthOf(line) > 80 && !/^ {2}\S/.test(line));
      expect(long).toEqual([]);
      expect(text).toContain("\nExamples\n");
    },
  );
});

test("the overview lists every command, in the order of the walk", async () => {
  const value = await helpValue(undefined);
  const tops = value.commands.map(({ name }) => name).filter((name) => !name.includes(" "));
  expect(tops.sort()).toEqual(Object.keys(commands).sort());
  expect(value.commands.map(({ name }) => name)).toContain("image inspect");
  expect([...new Set(value.commands.map(({ group }) => group))]).toEqual([...groups]);
  expect(renderHelp(value, { colours: false, columns: 80 })).toContain("ocilab COMMAND --help");
});

const sources = {
  containerIds: async () => ["web", "worker"],
  imageNames: async () => ["alpine:3.20", "localhost/app:1"],
};
const wordsFor = async (...typed: readonly string[]) =>
  (await complete(typed, sources)).map(({ word }) => word);

describe("completion", () => {
  test.each([
    [["st"], ["start", "state", "stats"]],
    [["--log-f"], ["--log-format"]],
    [
      ["--log-format", ""],
      ["text", "json"],
    ],
    [
      ["start", "w"],
      ["web", "worker"],
    ],
    [["--root", "/x", "start", "we"], ["web"]],
    [
      ["kill", "web", "U"],
      ["USR1", "USR2"],
    ],
    [["kill", "--a"], ["--all"]],
    [
      ["list", "--format", ""],
      ["table", "json"],
    ],
    [["list", "-f", "j"], ["json"]],
    [["inspect", "h"], ["host"]],
    [
      ["run", "--network", ""],
      ["none", "host"],
    ],
    [["run", "--memory", "64m", "b"], ["busybox"]],
    [["run", "busybox", "--he"], []],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["help", "au"], ["audit"]],
    [["image", "insp"], ["inspect"]],
    [["image", "inspect", "--platf"], ["--platform"]],
    [["image", "inspect", "b"], ["busybox"]],
    [
      ["image", "remove", ""],
      ["alpine:3.20", "localhost/app:1"],
    ],
    [["image", "rm", "alp"], ["alpine:3.20"]],
    [["run", "alp"], ["alpine:3.20"]],
    [["image", "nonsense", ""], []],
    [["nonsense", ""], []],
  ])("%j", async (typed, found) => {
    expect(await wordsFor(...typed)).toEqual(found);
  });

  test("offers every flag of a command and the global ones", async () => {
    const run = await loadCommand("run");
    const flags = [...Object.keys(run?.flags ?? {}), ...Object.keys(globalFlags)].map((name) => `--${name}`);
    expect(await wordsFor("run", "-")).toEqual(flags);
  });
});

test("every bundle that an example names is there", () => {
  const lines = all.flatMap(({ examples }) => examples.map(({ line }) => line));
  const named = lines.flatMap((line) => line.match(/bundles\/\S+/g) ?? []);
  expect(named.length).toBeGreaterThan(0);
  for (const path of named) expect(existsSync(join(repository, path)), path).toBe(true);
});
