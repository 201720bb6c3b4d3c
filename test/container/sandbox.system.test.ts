import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { leftCgroups } from "../../src/runtime/leftovers.ts";
import { describeWith, newerRuntime, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { leftIn, printed, processesWith, until } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
const bundle = join(place.path, "bundle");
mkdirSync(home);
const ocilab = ocilabIn(home);
const through = [
  ...["--runtime", newerRuntime("sid", "runsc")],
  ...["--runtime-arg=--network=none", "--runtime-arg=--overlay2=none"],
];
const by = (...words: readonly string[]) => ocilab([...through, ...words]);
afterAll(() => place[Symbol.asyncDispose]());

// gVisor's sandbox dies now and then by itself on a machine without its own platform, above all where programs fork.
describeWith(["root", "busybox", "runtimes of sid"], "a container in a sandbox (runsc)", () => {
  describe("verb by verb", { retry: 3 }, verbs);
});

function verbs(): void {
  afterEach(async () => {
    await by("delete", "--force", "gv-verbs");
    expect(leftIn(home)).toEqual([]);
    expect(leftCgroups("gv-verbs", undefined)).toEqual([]);
    expect(readdirSync(join(home, "run/runsc"))).toEqual([]);
    expect(processesWith(`--root=${home}`)).toEqual([]);
  });

  test("is created, started, looked at, signalled and deleted", async () => {
    if (!existsSync(bundle)) await by("bundle", "--copy", "busybox", bundle, "--", "sleep", "1000");
    expect(await by("create", "--bundle", bundle, "gv-verbs")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse((await by("state", "gv-verbs")).stdout)).toMatchObject({ status: "created" });
    for (const words of [
      ["pause", "gv-verbs"],
      ["exec", "gv-verbs", "true"],
    ])
      expect((await by(...words)).stderr).toContain("its program has not been started");
    expect(await by("start", "gv-verbs")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse((await by("--json", "list")).stdout)).toMatchObject([
      { id: "gv-verbs", status: "running" },
    ]);
    expect((await by("ps", "gv-verbs")).stdout).toContain("runsc-sandbox");
    expect(await by("exec", "gv-verbs", "sh", "-c", "echo out; echo err >&2; exit 7")).toMatchObject({
      ...{ exitCode: 7, stdout: "out\n", stderr: "err\n" },
    });
    expect(await by("delete", "gv-verbs")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/runtime.wrong-status/),
    });
    expect((await by("events", "--stats", "gv-verbs")).stdout).toMatch(/memory .*processes/);
    expect((await by("stats", "--no-stream", "gv-verbs")).stdout).toMatch(/^gv-verbs /m);
    expect(await by("kill", "gv-verbs", "KILL")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await by("delete", "--force", "gv-verbs")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await by("delete", "gv-verbs")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/runtime.not-found/),
    });
  });

  test("is paused by its own kernel, which only the runtime tells of", async () => {
    await by("run", "-d", "--name", "gv-verbs", "busybox", "sleep", "1000");
    const frozen = (status: string) => ({
      frozen: null,
      why: expect.stringMatching(`says that it is ${status}$`),
    });
    const said = async (verb: string) => {
      const { exitCode, stdout } = await by("--json", verb, "gv-verbs");
      return { exitCode, ...JSON.parse(stdout) };
    };
    expect(await said("pause")).toMatchObject({ exitCode: 0, ...frozen("paused") });
    expect(await by("exec", "gv-verbs", "true")).toMatchObject({
      exitCode: 125,
      stderr: expect.stringMatching(/runtime.wrong-status/),
    });
    expect(await said("resume")).toMatchObject({ exitCode: 0, ...frozen("running") });
  });

  test("is kept when detached: log, exit code, and with --rm nothing is left", async () => {
    const script = "echo out; echo err >&2; read line; echo $line; exit 6";
    const start = ["run", "-d", "-i", "--name", "gv-verbs", "busybox", "sh", "-c", script];
    expect(await by(...start)).toMatchObject({ exitCode: 0, stdout: "gv-verbs\n", stderr: "" });
    const following = by("logs", "--follow", "gv-verbs");
    const waiting = by("wait", "gv-verbs");
    expect(await ocilab([...through, "attach", "gv-verbs"], { input: "typed\n" })).toMatchObject({
      exitCode: 6,
    });
    expect(await waiting).toMatchObject({ exitCode: 0, stdout: "6\n" });
    expect(await following).toMatchObject({ stdout: "out\ntyped\n", stderr: "err\n" });
    const exit = { exitCode: 6, signal: null, why: null };
    expect(JSON.parse((await by("state", "gv-verbs")).stdout)).toMatchObject({ status: "stopped", exit });
    expect(await by("delete", "gv-verbs")).toMatchObject({ exitCode: 0, stderr: "" });
    await by("run", "-d", "--rm", "--name", "gv-verbs", "busybox", "sleep", "1");
    await until(() => leftIn(home).length === 0, "the removal");
    expect(leftCgroups("gv-verbs", undefined)).toEqual([]);
  });

  test("gets the signals of its run", async () => {
    const script = 'trap "echo got it; exit 3" INT; echo ready; sleep 1000 & wait';
    const env = { ...process.env, OCILAB_HOME: home };
    const words = [...through, "run", "--name", "gv-verbs", "busybox", "sh", "-c", script];
    const child = spawn(join(repository, "bin/ocilab"), words, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [said, closed] = [printed(child, "stdout", "got it"), once(child, "close")];
    await Promise.race([printed(child, "stdout", "ready"), closed]);
    child.kill("SIGINT");
    const [code] = await closed;
    await said;
    expect(code).toBe(3);
  });

  test.each([
    [["create", "--bundle", bundle, "--no-pivot", "gv-verbs"], "--no-pivot"],
    [["create", "--bundle", bundle, "--no-new-keyring", "gv-verbs"], "--no-new-keyring"],
    [["create", "--bundle", bundle, "--preserve-fds", "1", "gv-verbs"], "--preserve-fds"],
    [["create", "--bundle", bundle, "--pidfd-socket", "/no/such", "gv-verbs"], "--pidfd-socket"],
    [["run", "--no-pivot", "--name", "gv-verbs", "busybox", "true"], "--no-pivot"],
  ])("%j: a flag that runsc has not is named", async (words, flag) => {
    if (!existsSync(bundle)) await by("bundle", "--copy", "busybox", bundle, "--", "sleep", "1000");
    const { exitCode, stderr } = await by(...words);
    expect([exitCode, stderr]).toEqual([
      words[0] === "run" ? 125 : 1,
      expect.stringContaining("runtime.unsupported"),
    ]);
    expect(stderr).toMatch(
      new RegExp(`^ocilab: create container "gv-verbs": runsc \\S+ has no ${flag} for create$`, "m"),
    );
    expect(stderr).not.toContain("flag provided");
  });
}
