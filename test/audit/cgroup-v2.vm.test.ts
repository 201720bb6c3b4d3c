import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { describeWith, missing, peer } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { broken, createContainer, explained, sleepSpec } from "./support/container.ts";

const peers = missing("../shared/peers") === undefined ? [peer("runc"), peer("crun")] : [];
const runtimes = ["runc", "crun", ...peers];

function limitedSpec(): Spec {
  return sleepSpec((spec) => {
    if (spec.linux === undefined) throw new Error("the default config has lost its linux part");
    // Default device rules stay: without them the device would be denied on v2.
    spec.linux.resources = {
      ...spec.linux.resources,
      memory: { limit: 64 * 1024 * 1024, reservation: 16 * 1024 * 1024, swap: 96 * 1024 * 1024 },
      pids: { limit: 50 },
      cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
    };
  });
}

/** Every control file that the limits arrive in, and what it holds then. */
const arrivals: readonly (readonly [string, string, unknown])[] = [
  ["/linux/resources/memory/limit", "memory.max", 67108864],
  ["/linux/resources/memory/reservation", "memory.low", 16777216],
  ["/linux/resources/memory/swap", "memory.swap.max", 33554432],
  ["/linux/resources/pids/limit", "pids.max", 50],
  ["/linux/resources/cpu/quota", "cpu.max", { quota: 50_000, period: 100_000 }],
  ["/linux/resources/cpu/cpus", "cpuset.cpus", [0]],
  ["/linux/resources/cpu/mems", "cpuset.mems", [0]],
];

describeWith(["root", "cgroup v2", "busybox", "runc", "crun"], "limits on cgroup v2", () => {
  test.each(runtimes)("%s: each limit arrives in its file and the audit says kept", async (runtime) => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: limitedSpec(), runtime });
    await container.start();
    const findings = await container.audit();
    expect(explained(findings, "broken")).toEqual([]);
    for (const [at, file, seen] of arrivals)
      expect(find(findings, at)).toMatchObject({
        verdict: "kept",
        seen,
        source: expect.stringContaining(`/${file}`),
      });
    expect(find(findings, "/linux/resources/cpu/shares")).toMatchObject({
      verdict: "kept",
      source: expect.stringMatching(/\/cpu\.weight$/),
    });
  });

  test.each(runtimes)("%s: a limit written behind its back is the one broken wish", async (runtime) => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: limitedSpec(), runtime });
    await container.start();
    const [hierarchy] = (await container.view()).hierarchies;
    writeFileSync(hierarchy?.files["memory.max"]?.source ?? "", "33554432");
    expect(broken(await container.audit())).toEqual(["/linux/resources/memory/limit"]);
  });

  test.each(runtimes)("%s: what unified asks is read from the files it names", async (runtime) => {
    await using place = scratch();
    const spec = sleepSpec(({ linux }) => {
      if (linux !== undefined)
        linux.resources = {
          ...linux.resources,
          unified: { "memory.high": "48M", "pids.max": "40", "cpu.max": "20000 50000" },
        };
    });
    await using container = await createContainer(place.path, { spec, runtime });
    await container.start();
    const findings = await container.audit();
    expect(explained(findings, "broken")).toEqual([]);
    const unified = findings.filter(({ at }) => at.startsWith("/linux/resources/unified/"));
    expect(unified.map(({ verdict }) => verdict)).toEqual(["kept", "kept", "kept"]);
  });
});

function find(findings: readonly Finding[], at: string): Finding | undefined {
  return findings.find((finding) => finding.at === at);
}
