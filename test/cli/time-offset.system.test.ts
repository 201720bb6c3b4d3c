import { existsSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { describeWith, peer } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
const ocilab = ocilabIn(place.path);
afterAll(() => place[Symbol.asyncDispose]());

const words = ["--json", "run", "--audit", "--time-offset", "boottime=86400", "busybox", "true"];
const runtimes = ["runc", peer("runc")].filter((name) => name === "runc" || existsSync(name));

describeWith(["root", "runc", "busybox"], "run --time-offset", () => {
  test.each(runtimes)(
    "%s: it is told before anything starts, or the kernel says that it is so",
    async (name) => {
      const { stdout: version } = await runProgram(name, ["--version"], {});
      const { stdout, stderr, exitCode } = await ocilab(["--runtime", name, ...words]);
      if (/^runc version 1\.[01]\./.test(version)) {
        expect(stderr).toMatch(/^\S+ warn {2}runc 1\.\S+ refuses this at="\/linux\/namespaces\/\d+"/);
        expect(stderr).toMatch(/refuses this at="\/linux\/timeOffsets"/);
        expect(exitCode).toBe(125);
        return;
      }
      expect(stderr).toBe("");
      const { audit } = JSON.parse(stdout) as { audit: { findings: readonly unknown[] } };
      expect(audit.findings).toContainEqual(
        expect.objectContaining({
          at: "/linux/timeOffsets/boottime",
          verdict: "kept",
          source: expect.stringMatching(/^\/proc\/\d+\/timens_offsets$/),
        }),
      );
    },
  );
});
