import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

describeWith(["root", "runc", "crun", "busybox"], "errors that explain, on the command line", () => {
  test.each(["runc", "crun"])(
    "%s: its words stand once, then ours, what was seen, and what to try",
    async (runtime) => {
      await using place = scratch();
      const ocilab = ocilabIn(place.path);
      const bundle = join(place.path, "bundle");
      await ocilab(["bundle", "busybox", bundle, "--", "bsh"]);
      const { stderr, exitCode } = await ocilab(["--runtime", runtime, "create", "--bundle", bundle, "x"]);
      expect([exitCode, stderr.match(/not found in \$PATH/g)?.length]).toEqual([1, 1]);
      expect(stderr).toMatch(
        /ocilab: create .*there is no program "bsh".*seen: .*\/bin\/sh.*try: did you mean "ash"/s,
      );
      const report = await ocilab(["--json", "--runtime", runtime, "create", "--bundle", bundle, "x"]);
      const { error } = JSON.parse(report.stderr.slice(report.stderr.indexOf('{\n  "error"')));
      expect(error.facts).toMatchObject({
        cause: "command-not-found",
        words: expect.stringContaining("$PATH"),
      });
      await ocilab(["umount", "--delete", bundle]);
    },
  );

  test("start says so when the kernel could not load the program; kill, when its signal is dropped", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const bundle = join(place.path, "bundle");
    await ocilab(["bundle", "--copy", "busybox", bundle, "--", "/start.sh"]);
    const program = join(bundle, "rootfs/start.sh");
    writeFileSync(program, "#!/bin/sh\r\nsleep 100\r\n");
    chmodSync(program, 0o755);
    await ocilab(["create", "--bundle", bundle, "x"]);
    const started = await ocilab(["start", "x"]);
    expect([started.exitCode, started.stderr]).toEqual([1, expect.stringContaining("Windows line ends")]);
    await ocilab(["delete", "--force", "x"]);
    writeFileSync(program, "#!/bin/sh\nexec sleep 100\n");
    await ocilab(["create", "--bundle", bundle, "x"]);
    expect(await ocilab(["start", "x"])).toMatchObject({ exitCode: 0, stderr: "" });
    const killed = await ocilab(["kill", "x"]);
    expect(killed.stderr).toMatch(/the first process goes on: .*SIGTERM/);
    const { stdout } = await ocilab(["explain", "--error", "can't access tty; job control turned off", "x"]);
    expect(stdout).toMatch(/seen: \/proc\/\d+\/fd: 0 → /);
    expect(await ocilab(["kill", "x", "KILL"])).toMatchObject({ exitCode: 0, stderr: "" });
    await ocilab(["delete", "--force", "x"]);
  });

  test("an exit code of 137 for lack of memory is explained, one by kill -9 is not", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const hog = ["dd", "if=/dev/zero", "of=/dev/null", "bs=64M"];
    const ended = await ocilab(["run", "--memory", "16m", "busybox", ...hog]);
    expect(ended.exitCode).toBe(137);
    expect(ended.stderr).toMatch(/the kernel killed it for memory: .*oom_kill 1/);
    const killed = await ocilab(["run", "busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit 137"]);
    expect([killed.exitCode, killed.stderr]).toEqual([137, expect.not.stringContaining("memory")]);
  });
});
