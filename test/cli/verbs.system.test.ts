import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

for (const runtime of ["runc", "crun"] as const) {
  describeWith(["root", runtime, "busybox", "python3"], `a running container by ${runtime}`, () => {
    let place: TemporaryDirectory;
    let home: string;
    let ocilab: ReturnType<typeof ocilabIn>;
    const json = async (schema: string, ...words: readonly string[]) => {
      const { stdout, stderr, exitCode } = await ocilab(["--json", ...words]);
      expect(stderr).toBe("");
      return { value: checked(schema, stdout), exitCode };
    };

    beforeAll(async () => {
      place = scratch();
      home = join(place.path, "home");
      mkdirSync(home);
      ocilab = ocilabIn(home);
      const bundle = join(place.path, "bundle");
      await ocilab(["bundle", "--copy", "busybox", bundle, "--", "sleep", "1000"]);
      expect(await ocilab(["--runtime", runtime, "create", "--bundle", bundle, "web"])).toMatchObject({
        exitCode: 0,
      });
      await ocilab(["start", "web"]);
    });
    afterAll(async () => {
      await ocilab(["delete", "--force", "web"]);
      await place[Symbol.asyncDispose]();
    });

    test.each([
      [["web", "sh", "-c", "echo out; echo err >&2; exit 7"], 7, "out\n", "err\n"],
      [
        ["-u", "7:8", "-w", "/tmp", "-e", "A=1", "web", "sh", "-c", "id -u; id -g; pwd; echo $A"],
        0,
        "7\n8\n/tmp\n1\n",
        "",
      ],
      [["-i", "web", "sh", "-c", "kill -9 $$"], 137, "", ""],
      [["--no-new-privs", "web", "grep", "-c", "NoNewPrivs:.1", "/proc/self/status"], 0, "1\n", ""],
      [["--", "web", "echo", "-n", "--"], 0, "--", ""],
    ])("exec %j exits %i", async (words, exitCode, stdout, stderr) => {
      expect(await ocilab(["exec", ...words])).toMatchObject({ exitCode, stdout, stderr });
    });

    test.each([
      [["web", "no-such-program"], 127, /runtime.command-missing/],
      [["web", "/etc"], 126, /runtime.command-denied/],
      [["web"], 125, /usage.bad-argument/],
      [["nobody", "true"], 125, /runtime.not-found/],
      [["-u", "nosuch", "web", "true"], 125, /spec.unknown-user/],
      [["-p", "/no/such", "web"], 125, /usage.bad-argument/],
    ])("exec %j exits %i and says why", async (words, exitCode, says) => {
      const result = await ocilab(["exec", ...words]);
      expect(result.stderr).toMatch(says);
      expect(result).toMatchObject({ exitCode, stdout: "" });
    });

    test("exec passes standard input on, and capabilities are what the kernel shows", async () => {
      expect(await ocilab(["exec", "web", "cat"], { input: "one\ntwo" })).toMatchObject({
        stdout: "one\ntwo",
      });
      const { stdout } = await ocilab([
        "exec",
        "--cap",
        "NET_ADMIN",
        "web",
        "grep",
        "CapEff",
        "/proc/self/status",
      ]);
      expect(BigInt(`0x${stdout.trim().split(/\s+/)[1]}`) & (1n << 12n)).toBe(1n << 12n);
    });

    test("exec of a process.json, and detached with its pid", async () => {
      const file = join(place.path, "process.json");
      writeFileSync(file, JSON.stringify({ args: ["sleep", "77"], cwd: "/", env: ["PATH=/bin"] }));
      const { value } = await json("exec", "exec", "--detach", "--process", file, "web");
      expect(value).toMatchObject({ id: "web", exitCode: null, signal: null });
      const line = () => readFileSync(`/proc/${value["pid"]}/cmdline`, "utf8").split("\0").slice(0, -1);
      await expect.poll(line).toEqual(["sleep", "77"]);
      writeFileSync(file, JSON.stringify({ args: "sleep", cwd: "/" }));
      expect(await ocilab(["exec", "-p", file, "web"])).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining("/args"),
      });
    });

    test("exec in a terminal: its size, Ctrl-C, and it is put back", async () => {
      const script = `trap 'echo caught; exit 7' INT; echo ready; until stty size 2>/dev/null | grep '^33'; do sleep 0.1; done; while :; do sleep 0.1; done`;
      const steps = [
        ["expect", "ready"],
        ["size", 33, 111],
        ["expect", "33 111"],
        ["send", "\u0003"],
        ["expect", "caught"],
      ];
      const driver = join(repository, "test/container/in-terminal.py");
      const command = [join(repository, "bin/ocilab"), "exec", "-it", "web", "sh", "-c", script];
      const { stdout } = await promisify(execFile)("python3", [driver, JSON.stringify(steps), ...command], {
        env: { ...process.env, OCILAB_HOME: home },
      });
      expect(JSON.parse(stdout)).toMatchObject({ code: 7, restored: true, raw: true });
    });

    test("pause, resume: what the kernel says, and what is refused", async () => {
      const source = expect.stringMatching(/freezer.state$|cgroup.events frozen$/);
      expect(await json("pause", "pause", "web")).toMatchObject({
        ...{ exitCode: 0, value: { id: "web", frozen: true, source, why: null } },
      });
      expect((await ocilab(["state", "web"])).stdout).toContain('"paused"');
      for (const words of [
        ["pause", "web"],
        ["exec", "web", "true"],
        ["start", "web"],
      ])
        expect((await ocilab(words)).stderr).toContain("runtime.wrong-status");
      expect(await ocilab(["resume", "web"])).toMatchObject({
        ...{ exitCode: 0, stdout: expect.stringMatching(/^web is not frozen {2}\/sys\/fs\/cgroup/) },
      });
      expect((await ocilab(["resume", "web"])).stderr).toContain("runtime.wrong-status");
    });

    test("update: the limits are read back", async () => {
      const words = ["update", "--memory", "128m", "--memory-swap", "256m", "--pids-limit", "99", "web"];
      const { value, exitCode } = await json("update", ...words);
      expect(exitCode).toBe(0);
      expect(value).toMatchObject({ id: "web", kept: 3, broken: 0, unseen: 0 });
      const more = await ocilab(["update", "-r", "-", "web"], { input: '{"pids":{"limit":98}}' });
      expect(more.stdout).toMatch(/✔ \/linux\/resources\/pids\/limit {2}98 {2}\/sys\/fs\/cgroup\/.*pids.max/);
      const bad = await ocilab(["update", "-r", "-", "web"], { input: '{"pids":{"limit":"x"}}' });
      expect(bad).toMatchObject({ stdout: "", stderr: expect.stringContaining("/pids/limit") });
      expect((await ocilab(["update", "web"])).stderr).toContain("usage.bad-argument");
      for (const [input, says] of [
        ['{"linux":{"resources":{"pids":{"limit":9}}}}', '"linux" is no member of linux.resources'],
        ['{"Pids":{"limit":9}}', "/Pids is no name"],
        ['{"pids":{"limt":9}}', "/pids/limit"],
      ] as const) {
        const { exitCode, stderr } = await ocilab(["update", "-r", "-", "web"], { input });
        expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(says)]);
      }
    });
  });
}

describeWith(["runc"], "features", () => {
  test("is the runtime's own document", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const { stdout } = await ocilab(["features"]);
    expect(checked("features", stdout)).toHaveProperty("ociVersionMin");
  });
});
