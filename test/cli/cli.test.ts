import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { loadEveryCommand } from "../../src/cli/commands/index.ts";
import { repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked, outputSchemas } from "./schemas.ts";

const home = scratch();
const ocilab = ocilabIn(home.path);
afterAll(() => home[Symbol.asyncDispose]());

describe.concurrent("usage", () => {
  test.each([
    [["--version"], 0, /^ocilab \d+\.\d+\.\d+\n$/, /^$/],
    [["--help"], 0, /The whole path/, /^$/],
    [[], 0, /Usage/, /^$/],
    [["list", "--help"], 0, /--quiet/, /^$/],
    [["help", "list"], 0, /--quiet/, /^$/],
    [["lst"], 2, /^$/, /no command "lst"\n {2}try: did you mean list\n {2}code: usage.unknown-command/],
    [["--jsn", "list"], 2, /^$/, /did you mean --json/],
    [["list", "--quit"], 2, /^$/, /did you mean --quiet/],
    [["list", "extra"], 2, /^$/, /"extra" is one argument too many/],
    [["start"], 2, /^$/, /ID is missing/],
    [["start", "../x"], 2, /^$/, /spec.bad-container-id/],
    [["inspect"], 2, /^$/, /one subject is needed/],
    [["inspect", "--pid", "0"], 2, /^$/, /--pid is a process id/],
    [["--debug", "--log-level", "info", "list"], 2, /^$/, /contradict/],
    [["kill", "a", "TREM"], 2, /^$/, /did you mean TERM/],
    [["create", "--preserve-fds", "x", "a"], 2, /^$/, /--preserve-fds is a number/],
    [["run", "--memroy", "1", "busybox"], 125, /^$/, /did you mean --memory/],
    [["run"], 125, /^$/, /IMAGE is missing/],
    [["spec", "busybox", "--hostname", "h", "id", "-u", "5"], 0, /"id",\n *"-u",\n *"5"\n/, /^$/],
    [["run", "--net", "host", "busybox"], 125, /^$/, /did you mean --network or --net-device/],
    // Node itself looks for --env-file among the words after its script.
    [["run", "--env-file", "/nonexistent/env", "busybox"], 125, /^$/, /^ocilab: read [\s\S]*code: /],
    [["bundle", "busybox"], 2, /^$/, /DIR is missing/],
    [["image", "inspct", "busybox"], 2, /^$/, /no command "image inspct"\n {2}try: did you mean inspect/],
    [["image"], 2, /^$/, /none is given\n {2}try: it is one of list/],
    [["image", "inspect"], 2, /^$/, /IMAGE is missing/],
    [
      ["image", "inspect", "--platfrom", "x", "busybox"],
      2,
      /^$/,
      /flags of image inspect[\s\S]*did you mean --platform/,
    ],
    [["image", "--help"], 0, /ocilab image COMMAND[\s\S]*Commands\n {2}list/, /^$/],
    [["help", "image", "inspect"], 0, /ocilab image inspect/, /^$/],
    [["--json", "image", "inspect", "--help"], 0, /"name": "image inspect"/, /^$/],
    [["completion", "tcsh"], 2, /^$/, /"tcsh" is not one of bash, zsh, fish/],
    [["bundle", "busybox", ""], 2, /^$/, /DIR is empty/],
    [["create", "--bundle", "", "x"], 2, /^$/, /--bundle is empty/],
    [["explain", "--error", "exec format error"], 0, /^command-format .*try: /s, /^$/],
    [["explain", "--error", "all is well"], 2, /^$/, /none of the messages/],
    [["explain", "/process/capabilites"], 2, /^$/, /did you mean \/process\/capabilities/],
  ])("%j exits %i", { timeout: 120_000 }, async (argv, exitCode, stdout, stderr) => {
    const result = await ocilab(argv);
    expect(result.stderr).toMatch(stderr);
    expect(result.stdout).toMatch(stdout);
    expect(result.exitCode).toBe(exitCode);
  });

  test("an error under --json is a document on standard error and nothing on standard output", async () => {
    const { stdout, stderr, exitCode } = await ocilab(["start", "--json"]);
    expect(stdout).toBe("");
    expect(checked("error", stderr)).toMatchObject({
      error: { code: "usage.bad-argument", got: "ID is missing" },
    });
    expect(exitCode).toBe(2);
  });
});

test.concurrent.each([["--version"], ["list"], ["help", "run"]])(
  "output that cannot be written is said and is no success: %s",
  async (...words) => {
    using stdout = openedForWriting("/dev/full");
    const result = await runProgram(join(repository, "bin/ocilab"), words, {
      env: { ...process.env, OCILAB_HOME: home.path },
      stdout: stdout.fd,
    });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).not.toMatch(/ at .*\.(js|cjs|ts):/);
    if (words[0] !== "--version") expect(result.stderr).toContain("ENOSPC");
  },
);

function openedForWriting(path: string): { readonly fd: number } & Disposable {
  const fd = openSync(path, "w");
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

test.concurrent.each([
  ["version", ["--version", "--json"]],
  ["help", ["help", "--json"]],
  ["help", ["run", "--help", "--json"]],
  ["completion", ["completion", "zsh", "--json"]],
  ["completion", ["completion", "--json", "--words", "--", "st"]],
  ["explain", ["explain", "--json", "/linux"]],
  ["explain", ["explain", "--json", "--bundle", join(repository, "bundles/hello")]],
  ["explain", ["explain", "--json", "CAP_KILL"]],
  ["explain", ["explain", "--json", "--error", "can't access tty; job control turned off"]],
  ["spec-explain", ["spec", "--json", "explain", "/linux"]],
  ["spec-explain", ["spec", "explain", "--json", join(repository, "bundles/hello/config.json"), "process"]],
  [
    "spec-diff",
    ["spec", "diff", "--json", join(repository, "bundles/hello"), join(repository, "bundles/readonly-root")],
  ],
  [
    "spec-diff",
    [
      "spec",
      "diff",
      "--json",
      "--patch",
      join(repository, "bundles/hello"),
      join(repository, "bundles/readonly-root"),
    ],
  ],
  ["spec", ["spec", "--json", "--memory", "64m"]],
  ["inspect", ["inspect", "--json", "--pid", String(process.pid)]],
])("schemas/output/%s.schema.json holds for %j", async (name, argv) => {
  const { stdout, stderr } = await ocilab(argv);
  expect(stderr).toBe("");
  checked(name, stdout);
});

test("every output schema describes every property", () => {
  for (const { name, text } of outputSchemas) {
    const lacking: string[] = [];
    walk(JSON.parse(text), "", lacking);
    expect(lacking, name).toEqual([]);
  }
});

test("every command has an output schema, and no schema is left over", async () => {
  const others = ["error", "version"];
  const leaves = (await loadEveryCommand()).filter(({ subcommands }) => subcommands?.only !== true);
  const names = leaves.map(({ name }) => name.replaceAll(" ", "-"));
  expect(outputSchemas.map(({ name }) => name).sort()).toEqual([...names, ...others].sort());
});

test.each([[["spec", "--platform", "linux/arm64"], "--platform would change nothing"]])(
  "%j: a flag without effect is told",
  async (words, says) => {
    expect(await ocilab(words)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) });
  },
);

test("64-bit numbers are printed exactly", async () => {
  const { stdout } = await ocilab(["spec", "--ulimit", "core=unlimited"]);
  expect(stdout).toContain("18446744073709551615");
});

test("a reader that leaves early is no error", async () => {
  const child = spawn("sh", ["-c", `"${join(repository, "bin/ocilab")}" explain --json | head -c 1; true`], {
    env: { ...process.env, OCILAB_SOURCE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  child.stdout.resume();
  await once(child, "close");
  expect(stderr).toBe("");
});

test("colours: FORCE_COLOR and NO_COLOR", async () => {
  const run = async (env: Record<string, string>) => {
    const child = spawn(join(repository, "bin/ocilab"), ["--help"], {
      env: { PATH: process.env["PATH"], OCILAB_SOURCE: "1", ...env },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += String(chunk);
    });
    await once(child, "close");
    return text.includes("\x1b[");
  };
  expect(await run({})).toBe(false);
  expect(await run({ FORCE_COLOR: "1" })).toBe(true);
  expect(await run({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});

test("spec --bundle writes config.json once", async () => {
  await using place = scratch();
  const first = await ocilab(["spec", "--bundle", place.path, "--hostname", "box"]);
  expect([first.exitCode, first.stdout, first.stderr]).toEqual([0, "", ""]);
  const second = await ocilab(["spec", "--bundle", place.path]);
  expect(second.exitCode).toBe(2);
  expect(second.stderr).toContain("there is one already");
});

test("completion scripts are accepted by the shells that are here", async () => {
  const { stdout } = await ocilab(["completion", "bash"]);
  const child = spawn("bash", ["-n"], { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.end(stdout);
  const [code] = await once(child, "close");
  expect(code).toBe(0);
});

function walk(schema: unknown, at: string, lacking: string[]): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" && typeof value === "object" && value !== null) {
      for (const [name, property] of Object.entries(value as Record<string, object>)) {
        const described = "description" in property || "$ref" in property || ["ok", "value"].includes(name);
        if (!described) lacking.push(`${at}/${name}`);
      }
    }
    walk(value, `${at}/${key}`, lacking);
  }
}
