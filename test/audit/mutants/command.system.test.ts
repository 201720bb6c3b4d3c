import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditSummary } from "../../../src/audit/audit.ts";
import { describeWith } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";
import { broken } from "../support/container.ts";

describeWith(["root", "runc", "busybox"], "ocilab audit of what a runtime got wrong", () => {
  test("names the places and exits 3", async () => {
    await using place = scratch();
    const [home, bundle, runtime] = ["home", "bundle", "mutant"].map((name) => join(place.path, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(home);
    const program = join(import.meta.dirname, "runtime.ts");
    const names = "another hostname;a limit of processes";
    writeFileSync(runtime, `#!/bin/sh\nexec '${process.execPath}' '${program}' '${names}' runc "$@"\n`, {
      mode: 0o755,
    });
    const ocilab = ocilabIn(home);
    const flags = ["--copy", "--hostname=boxy", "--pids-limit=50"];
    await ocilab(["bundle", ...flags, "busybox", bundle, "--", "sleep", "1000"]);
    expect(await ocilab(["--runtime", runtime, "create", "--bundle", bundle, "wrong"])).toMatchObject({
      exitCode: 0,
    });
    try {
      await ocilab(["start", "wrong"]);
      const { stdout, exitCode } = await ocilab(["--json", "audit", "wrong"]);
      expect(exitCode).toBe(3);
      const { findings } = JSON.parse(stdout) as AuditSummary;
      expect(broken(findings)).toEqual(["/hostname", "/linux/resources/pids/limit"]);
    } finally {
      await ocilab(["delete", "--force", "wrong"]);
    }
  });
});
