import { chmodSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import { guide, guideTo } from "../../src/audit/guide/guide.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { describeWith, peer } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { mappedConfig, modernConfig, ordinaryConfig } from "./mutants/configs.ts";
import { createContainer, explained } from "./support/container.ts";

/** Claims that cannot be tried in this machine, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  "/process/terminal": "test/cli/terminal.system.test.ts has a terminal",
  "/process/consoleSize": "console-size.vm.test.ts has a terminal",
  "/hooks/*/*": "test/container/hooks: they are seen where ocilab drives the runtime",
  "/process/apparmorProfile": "AppArmor does not run here",
  "/process/selinuxLabel": "SELinux does not run here",
  "/linux/mountLabel": "SELinux does not run here",
  "/process/scheduler/priority": "realtime policies need what the machine does not give",
  "/process/scheduler/runtime": "as priority",
  "/process/scheduler/deadline": "as priority",
  "/process/scheduler/period": "as priority",
  "/linux/memoryPolicy": "the machine's kernel has one memory node; test/audit/process-claims.test.ts",
  "/linux/netDevices/*": "test/audit/process-claims.test.ts",
  "/mounts/*/uidMappings": "test/cli/proofs has a mapped mount",
  "/mounts/*/gidMappings": "as uidMappings",
  "/linux/resources/memory/kernel": "cgroup v1",
  "/linux/resources/memory/kernelTCP": "cgroup v1",
  "/linux/resources/memory/swappiness": "cgroup v1",
  "/linux/resources/memory/disableOOMKiller": "cgroup v1",
  "/linux/resources/memory/useHierarchy": "cgroup v1",
  "/linux/resources/cpu/realtimeRuntime": "cgroup v1",
  "/linux/resources/cpu/realtimePeriod": "cgroup v1",
  "/linux/resources/network/classID": "cgroup v1",
  "/linux/resources/network/priorities/*": "cgroup v1",
  "/linux/resources/blockIO/weight": "test/cli/proofs has a disk",
  "/linux/resources/blockIO/leafWeight": "cgroup v1",
  "/linux/resources/blockIO/weightDevice/*": "no disk with weights of its own",
  "/linux/resources/blockIO/throttleReadBpsDevice/*": "test/cli/proofs has a disk",
  "/linux/resources/blockIO/throttleWriteBpsDevice/*": "test/cli/proofs has a disk",
  "/linux/resources/blockIO/throttleReadIOPSDevice/*": "test/cli/proofs has a disk",
  "/linux/resources/blockIO/throttleWriteIOPSDevice/*": "test/cli/proofs has a disk",
  "/linux/resources/rdma/*": "no such hardware",
  "/linux/intelRdt/closID": "no such hardware",
  "/linux/intelRdt/l3CacheSchema": "no such hardware",
  "/linux/intelRdt/memBwSchema": "no such hardware",
  "/linux/intelRdt/schemata": "no such hardware",
  "/linux/intelRdt/enableMonitoring": "no such hardware",
};

/** Options of mounts that leave nothing to be seen. */
const silent = /instance|gid=5|ptmxmode|does not show this option|lies over it/;

const configs: readonly (readonly [runtime: string, spec: () => Spec])[] = [
  [
    "runc",
    () =>
      ordinaryConfig({
        memory: { swap: 96 * 1024 * 1024 },
        hugepageLimits: [{ pageSize: "2MB", limit: 4 * 1024 * 1024 }],
        unified: { "memory.high": "48M" },
      }),
  ],
  ["runc", mappedConfig],
  [
    peer("runc"),
    () => {
      const spec = modernConfig();
      const { process, linux } = spec;
      if (process?.scheduler !== undefined) process.scheduler.flags = ["SCHED_FLAG_RESET_ON_FORK"];
      if (linux !== undefined)
        linux.resources = { ...linux.resources, cpu: { burst: 1000, quota: 50_000, idle: 1 } };
      return spec;
    },
  ],
];

describeWith(
  ["root", "cgroup v2", "busybox", "runc", "user namespaces", "../shared/peers"],
  "configs that ask for everything, on cgroup v2",
  () => {
    const findings: Finding[] = [];

    beforeAll(async () => {
      for (const [runtime, config] of configs) {
        await using place = scratch();
        chmodSync(place.path, 0o711);
        await using box = await createContainer(place.path, { spec: config(), runtime });
        await box.start();
        findings.push(...(await box.audit()));
      }
    });

    test("nothing is broken", () => expect(explained(findings, "broken")).toEqual([]));

    test("nothing is unseen that docs/claims.md calls visible", () => {
      const unseen = findings.filter(
        ({ verdict, at }) => verdict === "unseen" && guideTo(at)?.kind === "claim",
      );
      const strange = explained(unseen, "unseen").filter((line) => !silent.test(line));
      expect(
        strange.filter((line) => !Object.hasOwn(elsewhere, guideTo(line.split(":")[0] ?? "")?.at ?? "")),
      ).toEqual([]);
    });

    test("every claim is kept by some container, or says why not here", () => {
      const kept = new Set(
        findings.flatMap(({ verdict, at }) => (verdict === "kept" ? [guideTo(at)?.at] : [])),
      );
      const places = guide.flatMap(({ kind, at }) => (kind === "claim" ? [at] : []));
      expect(places.filter((at) => !kept.has(at) && !Object.hasOwn(elsewhere, at))).toEqual([]);
    });
  },
);
