import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditSummary } from "../../src/audit/audit.ts";
import { describeWith, peer } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

describeWith(["root", "busybox", "../shared/peers"], "audit of a container in gVisor's sandbox", () => {
  // gVisor's sandbox dies now and then by itself on a machine without its own platform.
  test("goes by what processes in the container read, and leaves it running", { retry: 3 }, async () => {
    await using place = scratch();
    const [home, bundle] = [join(place.path, "home"), join(place.path, "bundle")];
    mkdirSync(home);
    const ocilab = ocilabIn(home);
    const through = [
      "--runtime",
      peer("runsc"),
      "--runtime-arg=--network=none",
      "--runtime-arg=--overlay2=none",
    ];
    const flags = ["--hostname=boxy", "--sysctl=kernel.msgmax=9000", "--workdir=/tmp", "--pids-limit=500"];
    await ocilab(["bundle", "--copy", ...flags, "busybox", bundle, "--", "sleep", "1000"]);
    try {
      expect(await ocilab([...through, "create", "--bundle", bundle, "sand"])).toMatchObject({ exitCode: 0 });
      expect(await ocilab([...through, "start", "sand"])).toMatchObject({ exitCode: 0 });
      const { stdout } = await ocilab(["--json", ...through, "audit", "--strict", "sand"]);
      const { findings } = checked("audit", stdout) as AuditSummary;
      const find = (at: string) => findings.find((finding) => finding.at === at);
      expect(find("/process/args")).toMatchObject({ verdict: "kept", source: "inside: /proc/1/cmdline" });
      expect(find("/hostname")).toMatchObject({ verdict: "kept", seen: "boxy" });
      // What gVisor passes over.
      expect(find("/linux/sysctl/kernel.msgmax")).toMatchObject({ verdict: "broken", seen: "8192" });
      expect(find("/linux/resources/pids/limit")).toMatchObject({ verdict: "unseen" });
      expect((await ocilab([...through, "state", "sand"])).stdout).toContain('"status": "running"');
    } finally {
      await ocilab([...through, "delete", "--force", "sand"]);
    }
  });
});
