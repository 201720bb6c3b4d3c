import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { mainRuntimes } from "../runtime/support.ts";
import { describeWith, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { collect, leftIn, printed, processesWith, run, startRun, until } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
afterAll(() => place[Symbol.asyncDispose]());
const mountsBefore = mounts();

for (const { title, runtime, needs } of mainRuntimes) {
  describeWith(needs, `a run by ${title}`, () => {
    const sh = (script: string) => ({ reference: "busybox", runtime, command: ["sh", "-c", script] });

    test.each([
      ["exit 0", 0],
      ["exit 3", 3],
      ["exit 255", 255],
    ])("%s: %d", async (script, code) => {
      expect((await run(home, sh(script))).code).toBe(code);
    });

    test("a program that is not there: 127, with what there is", async () => {
      const ended = await run(home, { reference: "busybox", runtime, command: ["shh"] });
      expect([ended.code, ended.stderr]).toEqual([127, expect.stringContaining("container.command-missing")]);
    });

    test("a program that cannot be executed: 126", async () => {
      const ended = await run(home, { reference: "busybox", runtime, command: ["/etc"] });
      expect([ended.code, ended.stderr]).toEqual([126, expect.stringContaining("container.command-denied")]);
    });

    test("ended by SIGKILL: 137", async () => {
      const child = startRun(home, { ...sh("echo ready; sleep 1000"), id: "killed-1" });
      const ended = collect(child);
      await printed(child, "stdout", "ready");
      const sleepers = () => processesWith("sleep\x001000\0");
      await until(() => sleepers().length > 0, "the program's sleep");
      for (const pid of sleepers()) process.kill(pid, 9);
      expect((await ended).code).toBe(137);
    });

    test("SIGTERM to us is the container's", async () => {
      const child = startRun(
        home,
        sh('trap "echo got it; exit 143" TERM; echo ready; while :; do sleep 0.05; done'),
      );
      const ended = collect(child);
      await printed(child, "stdout", "ready");
      child.kill("SIGTERM");
      expect(await ended).toMatchObject({ code: 143, stdout: Buffer.from("ready\ngot it\n") });
    });

    test("streams pass as they are, in both directions", async () => {
      const bytes = randomBytes(1_000_000);
      const ended = await run(home, sh("cat; echo words >&2"), bytes);
      expect(ended.stdout.equals(bytes)).toBe(true);
      expect([ended.code, ended.stderr]).toEqual([0, "words\n"]);
    });

    test("the steps come in order and nothing is left", async () => {
      const ended = await run(home, { ...sh("true"), steps: true });
      const steps = ended.stderr.trim().split("\n");
      const names = ["reference", "image", "unpacked", "bundle", "problems", "created", "started", "exited"];
      expect(steps).toEqual([...names.map((name) => `step ${name}`), "step removed left=[]"]);
    });
  });
}

describeWith(["root", "runc"], "a run", () => {
  const endless = {
    reference: "busybox",
    command: ["sh", "-c", "trap '' INT TERM; echo ready; while :; do sleep 1; done"],
  };
  const obedient = {
    reference: "busybox",
    command: ["sh", "-c", "trap 'exit 130' INT; while :; do sleep 0.1; done"],
  };

  const patient = ["sleep", "86397"];
  test.each([
    ["has no handler for it", patient, "it has no handler for SIGINT (SigCgt), and the kernel drops"],
    ["ignores it", endless.command, "it ignores SIGINT (SigIgn"],
  ])("whose program %s: SIGINT is answered, and the third kills it", async (_, command, why) => {
    const child = startRun(home, { reference: "busybox", command });
    const ended = collect(child);
    if (command === patient)
      await until(() => processesWith(patient.join("\0")).length > 0, "the program's start");
    else await printed(child, "stdout", "ready");
    for (const answer of ["has no effect", "still runs"]) {
      const answered = printed(child, "stderr", answer);
      child.kill("SIGINT");
      await answered;
    }
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      137,
      expect.stringContaining(`SIGINT has no effect on the program: ${why}`),
    ]);
    expect(leftIn(home)).toEqual([]);
  });

  test("whose program handles SIGINT hears no word of it", async () => {
    const command = ["sh", "-c", "trap 'exit 7' INT; echo ready; while :; do sleep 0.1; done"];
    const child = startRun(home, { reference: "busybox", command });
    const ended = collect(child);
    await printed(child, "stdout", "ready");
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 7, stderr: "" });
  });

  test.each(["reference", "unpacked", "problems", "created"])(
    "interrupted after the step %s leaves nothing",
    async (step) => {
      const child = startRun(home, { ...obedient, steps: true });
      const ended = collect(child);
      await printed(child, "stderr", `step ${step}`);
      child.kill("SIGINT");
      // The kernel drops a signal that pid 1 of a namespace has no handler for yet (pid_namespaces(7)): after create, ask as a person would.
      const again = step === "created" ? setInterval(() => child.kill("SIGINT"), 1000) : undefined;
      const { code, stderr } = await ended.finally(() => clearInterval(again));
      expect(step === "created" ? [130, 137] : [130]).toContain(code);
      expect(leftIn(home)).toEqual([]);
      if (step !== "created") expect(stderr).toContain("host.interrupted");
    },
  );

  test("killed with SIGKILL is swept by the next", async () => {
    const child = startRun(home, { ...endless, id: "abandoned-1" });
    const ended = collect(child);
    await printed(child, "stdout", "ready");
    child.kill("SIGKILL");
    child.stdout?.destroy();
    child.stderr?.destroy();
    await ended;
    expect(leftIn(home).length).toBeGreaterThan(0);
    expect((await run(home, { reference: "busybox", command: ["true"] })).code).toBe(0);
    expect(leftIn(home)).toEqual([]);
  });

  test("killed while it unpacks is swept by the next", async () => {
    const child = startRun(home, { ...endless, steps: true });
    const ended = collect(child);
    await printed(child, "stderr", "step image");
    child.kill("SIGKILL");
    await ended;
    expect((await run(home, { reference: "busybox", command: ["true"] })).code).toBe(0);
    expect(leftIn(home)).toEqual([]);
  });

  test("with an id that is taken is refused, and the first goes on", async () => {
    const child = startRun(home, { ...endless, id: "twice" });
    const ended = collect(child);
    await printed(child, "stdout", "ready");
    const second = await run(home, { reference: "busybox", command: ["true"], id: "twice" });
    expect([second.code, second.stderr]).toEqual([125, expect.stringContaining("runtime.exists")]);
    expect(child.exitCode).toBeNull();
    for (const _ of [1, 2, 3]) {
      child.kill("SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await ended).code).toBe(137);
  });

  test("asking for a terminal without one is refused", async () => {
    const ended = await run(home, { reference: "busybox", command: ["true"], terminal: true });
    expect([ended.code, ended.stderr]).toEqual([125, expect.stringContaining("container.no-terminal")]);
  });

  test("of a bundle without a rootfs takes the built-in image's", async () => {
    const ended = await run(home, { reference: join(repository, "bundles/hello") });
    expect([ended.code, ended.stdout.toString()]).toEqual([0, expect.stringContaining("hello, I am pid 1")]);
  });

  test("with a slow reader loses nothing", async () => {
    const child = startRun(home, { reference: "busybox", command: ["seq", "1", "200000"], steps: true });
    child.stdout?.pause();
    child.stderr?.resume();
    await until(() => processesWith("seq\0").length > 0, "the program's start");
    const ended = collect(child);
    child.stdout?.resume();
    const { stdout } = await ended;
    expect(stdout.toString().split("\n").length).toBe(200_001);
  });

  test("whose listener goes away still removes everything", async () => {
    const child = startRun(home, {
      reference: "busybox",
      command: ["sh", "-c", "echo ready; sleep 1"],
      steps: true,
    });
    child.stderr?.destroy();
    const ended = collect(child);
    expect([(await ended).code, leftIn(home)]).toEqual([0, []]);
  });

  test("has left nothing on the host", () => {
    expect(leftIn(home)).toEqual([]);
    expect(mounts().filter((mount) => !mountsBefore.includes(mount))).toEqual([]);
    expect(processesWith("while :; do sleep 1; done\0")).toEqual([]);
  });
});

function mounts(): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8").split("\n");
}
