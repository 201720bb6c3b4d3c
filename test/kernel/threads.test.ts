import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { viewProcess } from "../../src/kernel/view.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { leaderless } from "./support/leaderless.ts";

/** Run `use` with the pid of a process whose first thread has ended. */
async function withProcess(program: Buffer, use: (pid: number) => Promise<void>): Promise<void> {
  await using place = scratch();
  const path = join(place.path, "leaderless");
  writeFileSync(path, program, { mode: 0o755 });
  const child = spawn(path, { stdio: "ignore" });
  try {
    const { pid = 0 } = child;
    while (!/ Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await sleep(1);
    await use(pid);
  } finally {
    child.kill("SIGKILL");
  }
}

describeWith(["x86-64"], "a process whose first thread has ended", () => {
  test("is read by another of its threads", () =>
    withProcess(leaderless(), async (pid) => {
      const view = await viewProcess(pid);
      expect(view.pid).toBe(pid);
      expect(view.program.args).toMatchObject({ ok: true, value: [expect.stringContaining("leaderless")] });
      expect(view.namespaces.mount.inode).toMatchObject({ ok: true });
      expect(view.identity.threads).toMatchObject({ ok: true, value: 2 });
      expect(view.identity.state).toMatchObject({ ok: true, value: "S" });
    }));

  test("is read throughout while another thread executes a program in its place", () =>
    withProcess(leaderless(150), async (pid) => {
      for (let executed = false; !executed; ) {
        const { program, namespaces } = await viewProcess(pid);
        expect([program.args.ok, namespaces.mount.inode.ok]).toEqual([true, true]);
        executed = program.args.ok && program.args.value[0] === "sleep";
      }
    }));
});
