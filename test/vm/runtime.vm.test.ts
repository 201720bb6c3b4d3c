import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith, repository } from "../support/needs.ts";

for (const runtime of ["runc", "crun"])
  describeWith(["root", "cgroup v2", "busybox", runtime], `${runtime} in the machine`, () => {
    test("every controller arrives, pause, update and exec work, memory that runs out kills, and no cgroup is left", () => {
      const script = join(repository, "test/vm/inside/runtime.sh");
      const { stdout, stderr } = spawnSync("sh", [script, runtime], { encoding: "utf8" });
      expect(stdout.split("\n"), stderr).toEqual([
        "memory.max: 33554432",
        "pids.max: 21",
        "cpu.max: 50000 100000",
        "cpu.weight: 20",
        "cpuset.cpus: 0",
        "hugetlb.2MB.max: 4194304",
        "controllers: cpuset cpu io memory hugetlb pids rdma misc",
        "frozen: 1",
        "updated: 9",
        "exec: sleep",
        "cgroup: gone",
        "oom: 137",
        "",
      ]);
    });
  });
