import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { auditSandbox } from "../../src/audit/sandbox.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { captured } from "../kernel/support/tree.ts";
import { everything } from "./support/everything.ts";
import { mounted, status } from "./support/rows.ts";

const spec: Spec = {
  ociVersion: "1.3.0",
  process: { cwd: "/tmp", args: ["sleep"], oomScoreAdj: 7 },
  mounts: [{ destination: "/t", type: "tmpfs", options: ["nosuid"] }],
  linux: { namespaces: [{ type: "pid" }], resources: { pids: { limit: 5 } } },
};
const inside = {
  "/proc/7/stat": "7 (s) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 1 0 555 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
  "/proc/7/cwd": "-> /tmp",
  "/proc/7/cmdline": "sleep\0",
  "/proc/7/oom_score_adj": "8\n",
  ...status({}),
  ...mounted("11 10 0:11 / /t rw - tmpfs tmpfs rw"),
};

const at = (findings: readonly Finding[], pointer: string): Finding | undefined =>
  findings.find((finding) => finding.at === pointer);

describe("the audit of a container whose processes are not this host's", () => {
  test("goes by what a process inside has read, and says so", async () => {
    const view = await viewProcess(7, { files: captured(inside) });
    const findings = auditSandbox(spec, { source: "exec", ok: true, value: view });
    expect(at(findings, "/process/args")).toMatchObject({
      verdict: "kept",
      source: "inside: /proc/7/cmdline",
    });
    expect(at(findings, "/process/oomScoreAdj")).toMatchObject({ verdict: "broken", asked: 7, seen: 8 });
    for (const pointer of ["/linux/namespaces/0", "/linux/resources/pids/limit", "/mounts/0/options"])
      expect(at(findings, pointer), pointer).toMatchObject({ verdict: "unseen" });
    expect(at(findings, "/mounts/0")).toMatchObject({ verdict: "kept" });
  });

  test("is unseen throughout when nobody inside could be asked", () => {
    const findings = auditSandbox(everything, {
      source: "exec",
      ok: false,
      reason: "absent",
      detail: "no head(1)",
    });
    expect(findings.length).toBeGreaterThan(90);
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(["unseen"]));
    expect(findings[0]).toMatchObject({ why: expect.stringContaining("no head(1)") });
  });
});
