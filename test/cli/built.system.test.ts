import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { verbs } from "../../src/cli/verbs.ts";
import { repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

/** Run a copy of dist/ that tests may damage, with Node's own words on standard error. */
describe("what scripts/build.ts makes", () => {
  let place: TemporaryDirectory;
  const dist = () => join(place.path, "dist");
  const ocilab = (...words: readonly string[]) =>
    spawnSync(process.execPath, ["--", join(dist(), "main.cjs"), ...words], {
      encoding: "utf8",
      env: { ...process.env, OCILAB_HOME: join(place.path, "home"), NO_COLOR: "1", COLUMNS: "100" },
    });

  beforeAll(() => {
    place = scratch();
    cpSync(join(repository, "dist"), dist(), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(place.path, "node_modules"));
    cpSync(join(repository, "package.json"), join(place.path, "package.json"));
  });
  afterAll(() => place[Symbol.asyncDispose]());

  test.each(verbs)("%s says the same from the small file and from the whole one", (verb) => {
    const small = ocilab(verb, "--help");
    const whole = ocilab("help", verb);
    expect(small).toMatchObject({ status: 0, stderr: "" });
    expect(small.stdout).toBe(whole.stdout);
    expect(ocilab(verb, "--no-such-flag").status).toBe(2);
  });

  test.each(["cli", "verbs"])("%s.cache is what this Node takes", (name) => {
    const script = `
      const { readFileSync } = require("node:fs");
      const { Script } = require("node:vm");
      const source = readFileSync(process.argv[1] + ".cjs", "latin1");
      const wrapped = "(function (exports, require, module, __filename, __dirname) {" + source + "\\n})";
      const cachedData = readFileSync(process.argv[1] + ".cache");
      console.log(new Script(wrapped, { cachedData }).cachedDataRejected);`;
    expect(execFileSync(process.execPath, ["-e", script, join(dist(), name)], { encoding: "utf8" })).toBe(
      "false\n",
    );
  });

  test.each(["cli", "verbs"])("%s.cjs has no import() left, of which Node would warn", (name) => {
    expect(readFileSync(join(dist(), `${name}.cjs`), "latin1")).not.toMatch(/\bimport\(/);
  });

  test.each(["of another V8", "empty", "cut"])("a cache that is %s changes nothing but the time", (how) => {
    const before = ocilab("list");
    const file = join(dist(), "verbs.cache");
    const whole = readFileSync(file);
    const other = Buffer.from(whole);
    other.fill(0xff, 0, 32);
    writeFileSync(file, how === "empty" ? "" : how === "cut" ? whole.subarray(0, whole.length / 2) : other);
    const { status, stdout, stderr } = ocilab("list");
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: before.stdout,
      stderr: before.stderr,
    });
    writeFileSync(file, whole);
  });
});
