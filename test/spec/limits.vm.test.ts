import { expect, test } from "vitest";
import { buildSpec } from "../../src/spec/build.ts";
import {
  withCpus,
  withCpuset,
  withMemory,
  withPidsLimit,
  withUnified,
} from "../../src/spec/options/resources.ts";
import { parseBytes } from "../../src/spec/parse/bytes.ts";
import { parseCpus } from "../../src/spec/parse/cpus.ts";
import { describeWith, programPath } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { runBundle } from "./bundle.ts";
import { image } from "./sample.ts";

const files = ["memory.max", "memory.swap.max", "memory.high", "pids.max", "cpu.max", "cpuset.cpus"];

for (const runtime of ["runc", "crun"]) {
  describeWith(["root", "busybox", "cgroup v2", runtime], `limits in cgroup v2 by ${runtime}`, () => {
    test("arrive in the files that explain names", async () => {
      await using place = scratch();
      const spec = buildSpec(
        { architecture: process.arch === "arm64" ? "arm64" : "amd64" },
        image({
          Cmd: [
            "/bin/busybox",
            "sh",
            "-c",
            `cd /sys/fs/cgroup && cat ${files.join(" ")} && cat /proc/self/cgroup`,
          ],
        }),
        withMemory({ limit: parseBytes("64m"), swap: parseBytes("96m") }),
        withUnified({ "memory.high": String(parseBytes("48m")) }),
        withPidsLimit(50),
        withCpus(parseCpus("0.5")),
        withCpuset({ cpus: "0" }),
      );
      const { stdout, stderr } = await runBundle(place.path, {
        spec,
        command: [programPath(runtime) ?? runtime],
      });
      expect(stderr).toBe("");
      expect(stdout.trim().split("\n")).toEqual([
        "67108864",
        "33554432",
        "50331648",
        "50",
        "50000 100000",
        "0",
        "0::/",
      ]);
    });
  });
}
