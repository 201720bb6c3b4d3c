import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { checked } from "../cli/schemas.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { leftIn, processesWith, until } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
mkdirSync(home);
const ocilab = ocilabIn(home);
afterAll(() => place[Symbol.asyncDispose]());

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(fd).startsWith("socket:");
  } catch {
    return false;
  }
}

type Step = readonly ["expect" | "send", string] | readonly ["size", number, number] | readonly ["hangup"];

async function inTerminal(words: readonly string[], steps: readonly Step[]) {
  const script = join(import.meta.dirname, "in-terminal.py");
  const args = [script, JSON.stringify(steps), join(repository, "bin/ocilab"), ...words];
  const env = { ...process.env, OCILAB_HOME: home };
  const { stdout } = await promisify(execFile)("python3", args, { env });
  return JSON.parse(stdout) as { output: string; code: number | null; restored: boolean; raw: boolean };
}

function keeperOf(id: string): number {
  const record = JSON.parse(readFileSync(join(home, "containers", `${id}.json`), "utf8")) as {
    keeper: { pid: number };
  };
  return record.keeper.pid;
}

/** It runs: one that has ended and was not reaped yet holds nothing any more (proc_pid_stat(5)). */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Released by the test, so that nothing hangs on how long a step takes. */
function gate(name: string) {
  const directory = join(place.path, name);
  mkdirSync(directory);
  return { flag: `--volume=${directory}:/gate`, open: () => mkdirSync(join(directory, "open")) };
}
const waits = "until [ -e /gate/open ]; do sleep 0.05; done";

for (const runtime of ["runc", "crun"] as const) {
  describeWith(["root", runtime, "python3"], `a detached container by ${runtime}`, () => {
    const start = (...words: readonly string[]) => ocilab(["--runtime", runtime, "run", "-d", ...words]);

    test("ends, and its keeper with it: no process, no socket, only the log and how it ended", async () => {
      const { flag, open } = gate(`keeper-${runtime}`);
      await start("--name", "kept", flag, "busybox", "sh", "-c", waits);
      const keeper = keeperOf("kept");
      expect(existsSync(join(home, "containers/kept.socket"))).toBe(true);
      open();
      expect(await ocilab(["wait", "kept"])).toMatchObject({ stdout: "0\n" });
      await until(() => !isAlive(keeper), "the keeper's end");
      const names = readdirSync(join(home, "containers")).filter((name) => name.startsWith("kept."));
      expect(names.sort()).toEqual(["kept.exit", "kept.json", "kept.log"]);
      expect(processesWith(join(place.path, `keeper-${runtime}`))).toEqual([]);
      await ocilab(["delete", "kept"]);
      expect(leftIn(home)).toEqual([]);
    });

    test("goes on, is logged, and its exit code is read later", async () => {
      const { flag, open } = gate(`code-${runtime}`);
      const script = `echo out; echo err >&2; ${waits}; printf late; exit 7`;
      const ran = await start("--name", "code", flag, "busybox", "sh", "-c", script);
      expect(ran).toMatchObject({ exitCode: 0, stdout: "code\n", stderr: "" });
      expect(checked("state", (await ocilab(["state", "code"])).stdout)).toMatchObject({ status: "running" });
      const following = ocilab(["logs", "--follow", "code"]);
      const waiting = ocilab(["wait", "code"]);
      open();
      expect(await waiting).toMatchObject({ exitCode: 0, stdout: "7\n" });
      expect(await following).toMatchObject({ stdout: "out\nlate", stderr: "err\n" });
      expect(await ocilab(["logs", "--tail=1", "code"])).toMatchObject({ stdout: "late" });
      const exit = { exitCode: 7, signal: null, why: null };
      expect(checked("state", (await ocilab(["state", "code"])).stdout)).toMatchObject({ exit });
      expect(JSON.parse((await ocilab(["--json", "list"])).stdout)).toMatchObject([{ id: "code", exit }]);
      const json = (await ocilab(["--json", "logs", "code"])).stdout.trimEnd().split("\n");
      expect(json.map((line) => checked("logs", line)["text"]).sort()).toEqual(["err\n", "late", "out\n"]);
      expect(await ocilab(["wait", "code"])).toMatchObject({ stdout: "7\n" });
      expect(await ocilab(["delete", "code"])).toMatchObject({ exitCode: 0 });
      expect(leftIn(home)).toEqual([]);
    });

    test("is killed by delete --force, and nothing is left of it or its keeper", async () => {
      await start("--name", "gone", "busybox", "sleep", "1000");
      const keeper = keeperOf("gone");
      expect(await ocilab(["delete", "--force", "gone"])).toMatchObject({ exitCode: 0, stderr: "" });
      expect(leftIn(home)).toEqual([]);
      await until(() => !existsSync(`/proc/${keeper}/ns/pid`), "the keeper's end");
    });

    test("removes itself with --rm, and whoever waits still learns its exit code", async () => {
      const { flag, open } = gate(`rm-${runtime}`);
      await start("--rm", "--name", "self", flag, "busybox", "sh", "-c", `${waits}; exit 9`);
      const keeper = keeperOf("self");
      const sockets = () =>
        readdirSync(`/proc/${keeper}/fd`).filter((fd) => isSocket(`/proc/${keeper}/fd/${fd}`));
      const before = sockets().length;
      const attached = ocilab(["--json", "attach", "--no-stdin", "self"]);
      const waiting = ocilab(["--json", "wait", "self"]);
      await until(() => sockets().length >= before + 2, "both");
      open();
      const ended = await Promise.all([attached, waiting]);
      for (const { stdout } of ended) expect(stdout).toContain('"exitCode": 9');
      await until(() => leftIn(home).length === 0, "the removal");
    });

    test("has input that is passed on, and ends with it", async () => {
      await start("-i", "--name", "cat", "busybox", "sh", "-c", "cat; echo end");
      const input = `${"line of input\n".repeat(20_000)}`;
      const attached = await ocilab(["attach", "cat"], { input });
      expect(attached.exitCode).toBe(0);
      expect(attached.stdout === `${input}end\n`).toBe(true);
      await ocilab(["delete", "cat"]);
    });

    test("whose terminal is left by keys goes on, and is taken up again", async () => {
      await start(
        "-t",
        "--name",
        "tty",
        "busybox",
        "sh",
        "-c",
        "read a; stty size; echo got $a; read b; exit 5",
      );
      const left = await inTerminal(
        ["attach", "tty"],
        [
          ["size", 33, 111],
          ["send", "one\n"],
          ["expect", "got one"],
          ["send", "\u0010\u0011"],
        ],
      );
      expect(left).toMatchObject({ code: 0, restored: true, raw: true });
      expect(left.output).toContain("33 111");
      const again = await inTerminal(
        ["attach", "--detach-keys=ctrl-x", "tty"],
        [
          ["send", "\u0010\u0011"],
          // The terminal takes Ctrl-Q for itself (termios(3), IXON) and shows nothing of it.
          ["expect", "^P"],
          ["send", "\n"],
        ],
      );
      expect(again).toMatchObject({ code: 5, restored: true });
      expect((await ocilab(["logs", "tty"])).stdout).toContain("got one");
      await ocilab(["delete", "tty"]);
      expect(leftIn(home)).toEqual([]);
    });

    test("that was left by keys of `run -t` is kept from then on", async () => {
      const session = await inTerminal(
        [
          "--runtime",
          runtime,
          "run",
          "-it",
          "--name",
          "left",
          "busybox",
          "sh",
          "-c",
          "echo ready; read a; exit 6",
        ],
        [
          ["expect", "ready"],
          ["send", "\u0010\u0011"],
        ],
      );
      expect(session).toMatchObject({ code: 0, restored: true });
      const again = await inTerminal(["attach", "left"], [["send", "x\n"]]);
      expect(again.restored).toBe(true);
      // Its exit code is a stranger's: known where the kernel tells it (6.15) or its zombie is seen.
      expect([6, 125]).toContain(again.code);
      expect(await ocilab(["delete", "left"])).toMatchObject({ exitCode: 0 });
      expect(leftIn(home)).toEqual([]);
    });

    test("whose keeper was killed has no exit code that anybody wrote", async () => {
      const { flag, open } = gate(`killed-${runtime}`);
      await start("--name", "orphan", flag, "busybox", "sh", "-c", `${waits}; exit 4`);
      process.kill(keeperOf("orphan"), "SIGKILL");
      const attach = await ocilab(["attach", "orphan"]);
      expect(attach.stderr).toMatch(/keeper, process \d+, has ended[\s\S]*container\.not-kept/);
      expect((await ocilab(["state", "orphan"])).stdout).toContain('"running"');
      open();
      await ocilab(["wait", "orphan"]);
      const { exit } = checked("state", (await ocilab(["state", "orphan"])).stdout);
      expect(exit).toMatchObject({ exitCode: null, why: expect.stringContaining("killed") });
      expect(await ocilab(["delete", "orphan"])).toMatchObject({ exitCode: 0 });
      expect(leftIn(home)).toEqual([]);
    });
  });
}

describeWith(["root", "runc"], "a container that is to be detached", () => {
  test.each([
    [["busybox", "no-such-program"], 127, "container.command-missing"],
    [["--log-size=1", "busybox", "true"], 125, "usage.bad-argument"],
    [["--no-pivot", "--memory=1", "busybox", "true"], 125, ""],
  ])("%j fails with everything removed", async (words, exitCode, code) => {
    const failed = await ocilab(["run", "-d", ...words]);
    expect(failed).toMatchObject({ exitCode, stdout: "" });
    expect(failed.stderr).toContain(code);
    expect(leftIn(home)).toEqual([]);
  });

  test("keeps at most twice the size of its log", async () => {
    const script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
    await ocilab(["run", "-d", "--name", "log", "--log-size=8k", "busybox", "sh", "-c", script]);
    await ocilab(["wait", "log"]);
    const { stdout } = await ocilab(["logs", "log"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("line 1999");
    expect(lines).toEqual(
      Array.from({ length: lines.length }, (_, index) => `line ${2000 - lines.length + index}`),
    );
    const files = readdirSync(join(home, "containers")).filter((name) => name.startsWith("log.log"));
    expect(files.sort()).toEqual(["log.log", "log.log.1"]);
    await ocilab(["delete", "log"]);
    expect(leftIn(home)).toEqual([]);
  });

  test("a process that is left by keys of `exec -t` goes on", async () => {
    await ocilab(["run", "-d", "--name", "web", "busybox", "sleep", "1000"]);
    const mark = "while :; do sleep 0.731; done";
    const session = await inTerminal(
      ["exec", "-it", "web", "sh", "-c", `echo ready; ${mark}`],
      [
        ["expect", "ready"],
        ["send", "\u0010\u0011"],
      ],
    );
    expect(session).toMatchObject({ code: 0, restored: true });
    expect(processesWith(mark).length).toBeGreaterThan(0);
    await ocilab(["delete", "--force", "web"]);
    expect(leftIn(home)).toEqual([]);
  });
});
