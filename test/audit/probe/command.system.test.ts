import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AuditSummary } from "../../../src/audit/audit.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";

const isRule = ({ at }: { readonly at: string }) => at.startsWith("/linux/seccomp/syscalls/");

/** What is recorded of other containers than web. */
function others(home: string): readonly string[] {
  return readdirSync(join(home, "containers")).filter((name) => !name.startsWith("web."));
}

describeWith(["root", "runc", "busybox", "x86-64"], "ocilab audit --probe", () => {
  test("finds by trying what it finds by reading, and leaves nothing behind", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    await ocilab(["run", "--detach", "--name", "web", "busybox", "sleep", "1000"]);
    try {
      const { stdout, exitCode } = await ocilab(["--json", "audit", "--probe", "web"]);
      const { broken, findings } = JSON.parse(stdout) as AuditSummary;
      expect([exitCode, broken]).toEqual([0, 0]);
      expect(new Set(findings.filter(isRule).map(({ verdict }) => verdict))).toEqual(new Set(["kept"]));
      expect(JSON.parse((await ocilab(["--json", "list"])).stdout)).toHaveLength(1);
      expect(others(place.path)).toEqual([]);
    } finally {
      await ocilab(["delete", "--force", "web"]);
    }
  });

  test("a container that is not started cannot be asked", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const bundle = join(place.path, "bundle");
    await ocilab(["bundle", "--copy", "busybox", bundle, "sleep", "1000"]);
    await ocilab(["create", "--bundle", bundle, "web"]);
    try {
      const { findings } = JSON.parse(
        (await ocilab(["--json", "audit", "--probe", "web"])).stdout,
      ) as AuditSummary;
      for (const finding of findings.filter(isRule))
        expect(finding).toMatchObject({ why: expect.stringMatching(/nothing can be executed in it/) });
    } finally {
      await ocilab(["delete", "--force", "web"]);
    }
  });

  test("stopped by a signal removes the container beside", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    await ocilab(["run", "--detach", "--name", "web", "busybox", "sleep", "1000"]);
    // A runtime that tells when the second container is made, and then takes its time.
    const [runtime, made] = ["slow", "made"].map((name) => join(place.path, name)) as [string, string];
    const script = `#!/bin/sh\nrunc "$@"; code=$?\ncase "$*" in *" create "*) : >'${made}'; sleep 2;; esac\nexit $code\n`;
    writeFileSync(runtime, script, { mode: 0o755 });
    try {
      const root = join(place.path, "run/runc");
      expect(existsSync(join(root, "web"))).toBe(true);
      const words = ["--runtime", runtime, "--root", root, "audit", "--probe", "web"];
      const env = { ...process.env, OCILAB_HOME: place.path };
      const child = spawn(join(repository, "bin/ocilab"), words, { stdio: "ignore", env });
      const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
      while (!existsSync(made)) await sleep(10);
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      expect(JSON.parse((await ocilab(["--json", "list"])).stdout)).toHaveLength(1);
      expect(others(place.path)).toEqual([]);
    } finally {
      await ocilab(["delete", "--force", "web"]);
    }
  });
});
