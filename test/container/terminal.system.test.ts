import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { mainRuntimes } from "../runtime/support.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import type { DriverWish } from "./run-driver.ts";
import { driverCommand, leftIn } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
afterAll(() => place[Symbol.asyncDispose]());

type Step = readonly ["expect" | "send", string] | readonly ["size", number, number] | readonly ["hangup"];
type Session = {
  readonly output: string;
  readonly code: number | null;
  readonly restored: boolean;
  readonly raw: boolean;
};

async function inTerminal(wish: DriverWish, steps: readonly Step[]): Promise<Session> {
  const args = [join(import.meta.dirname, "in-terminal.py"), JSON.stringify(steps), ...driverCommand(wish)];
  const { stdout } = await promisify(execFile)("python3", args, {
    env: { ...process.env, OCILAB_HOME: home },
  });
  return JSON.parse(stdout) as Session;
}

for (const { title, runtime, needs } of mainRuntimes) {
  describeWith([...needs, "python3"], `a terminal by ${title}`, () => {
    test("has our size and follows it, takes Ctrl-C, and is put back", async () => {
      const script = `trap 'echo caught; exit 7' INT; echo ready; until stty size 2>/dev/null | grep '^33'; do sleep 0.1; done; tty; while :; do sleep 0.1; done`;
      const wish = { reference: "busybox", runtime, command: ["sh", "-c", script], terminal: true };
      const session = await inTerminal(wish, [
        ["expect", "ready"],
        ["size", 33, 111],
        ["expect", "33 111"],
        ["expect", "/dev/pts/"],
        ["send", "\u0003"],
        ["expect", "caught"],
      ]);
      expect(session).toMatchObject({ code: 7, restored: true, raw: true });
      expect(session.output).toMatch(/33 111\r\n\/dev\/pts\/\d+\r\n\^Ccaught/);
      expect(leftIn(home)).toEqual([]);
    });
  });
}

describeWith(["root", "runc", "python3"], "a terminal", () => {
  test("passes bytes that a cooked one would change", async () => {
    const command = ["sh", "-c", "stty raw -echo; echo ready; dd bs=1 count=4 2>/dev/null | od -An -tx1"];
    const session = await inTerminal({ reference: "busybox", command, terminal: true }, [
      ["expect", "ready"],
      ["send", "\u0003\u0004\r\u001a"],
      ["expect", "03 04 0d 1a"],
    ]);
    expect(session.output).toContain("03 04 0d 1a");
    expect(session).toMatchObject({ code: 0, restored: true });
  });

  test("that hangs up ends a program that ignores it", async () => {
    const wish = {
      reference: "busybox",
      command: ["sh", "-c", "trap '' HUP; echo ready; while :; do sleep 1; done"],
    };
    const session = await inTerminal({ ...wish, terminal: true }, [["expect", "ready"], ["hangup"]]);
    expect(session.code).toBe(137);
    expect(leftIn(home)).toEqual([]);
  });

  test("leaves no socket behind", () => {
    const left = readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, "tty")));
    expect(left).toEqual([]);
  });
});
