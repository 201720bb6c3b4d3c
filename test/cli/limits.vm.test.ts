import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { checked } from "./schemas.ts";

/** What each flag asks, the file of the container's cgroup that must show it, and how. */
const limits = [
  ["/linux/resources/memory/limit", "memory.max", 67108864],
  ["/linux/resources/pids/limit", "pids.max", 32],
  ["/linux/resources/cpu/quota", "cpu.max", { quota: 50000, period: 100000 }],
  ["/linux/resources/cpu/cpus", "cpuset.cpus", [0]],
] as const;

describeWith(["root", "runc", "busybox", "cgroup v2"], "limits on cgroup v2", () => {
  test("--memory, --pids-limit, --cpus and --cpuset-cpus arrive, and the audit says kept", async () => {
    const place = mkdtempSync(join(tmpdir(), "ocilab-limits-"));
    try {
      const home = join(place, "home");
      mkdirSync(home);
      const flags = ["--memory", "64m", "--pids-limit", "32", "--cpus", "0.5", "--cpuset-cpus", "0"];
      const words = ["--json", "run", "--audit", ...flags, "busybox", "sleep", "4"];
      const result = await ocilabIn(home)(words, { timeout: 200_000 });
      expect([result.exitCode, result.stderr]).toEqual([0, ""]);
      const { audit } = checked("run", result.stdout) as {
        audit: { broken: number; findings: readonly Finding[] };
      };
      expect(audit.broken).toBe(0);
      for (const [at, file, seen] of limits) {
        const finding = audit.findings.find((one) => one.at === at);
        expect(finding).toMatchObject({
          verdict: "kept",
          seen,
          source: expect.stringMatching(new RegExp(`${file}$`)),
        });
      }
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
