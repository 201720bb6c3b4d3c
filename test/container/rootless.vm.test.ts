import { chownSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../support/needs.ts";
import { ordinaryNeeds, ordinaryUser, user } from "../support/ordinary-user.ts";
import { scratch } from "../support/scratch.ts";

const delegated = `/sys/fs/cgroup/ocilab-rootless-${process.pid}`;
const command = join(delegated, "command");

/** What systemd does for Delegate=yes (cgroups(7)): the group and the files that hand on are the user's, and he is in a group below. */
function delegate(): void {
  mkdirSync(command, { recursive: true });
  writeFileSync(join(delegated, "cgroup.subtree_control"), "+cpu +memory +pids");
  for (const place of [delegated, command]) {
    for (const name of ["", "cgroup.procs", "cgroup.subtree_control"]) {
      chownSync(join(place, name), user.id, user.id);
    }
  }
}

for (const runtime of ["runc", "crun"]) {
  describeWith(
    [...ordinaryNeeds, "busybox", "cgroup v2", runtime],
    `an ordinary user's limits by ${runtime}`,
    () => {
      beforeAll(() => delegate());
      afterAll(() => {
        for (const place of [command, delegated]) rmdirSync(place);
      });

      test("are kept in a delegated cgroup, and the audit confirms them", async () => {
        await using place = scratch();
        const who = ordinaryUser(place.path, { ranges: true, cgroup: command });
        const limits = ["--memory", "64m", "--pids-limit", "50"];
        const { stdout, stderr, exitCode } = await who.ocilab(
          ...["--json", "--runtime", runtime, "run", "--audit", ...limits],
          ...["busybox", "sh", "-c", "cd /sys/fs/cgroup && cat memory.max pids.max"],
        );
        expect(stderr.split("\n").filter((line) => /^\d+$/.test(line))).toEqual(["67108864", "50"]);
        expect([exitCode, JSON.parse(stdout).audit.broken]).toEqual([0, 0]);
        expect(readdirSync(delegated).filter((name) => /^[0-9a-f]{12}$/.test(name))).toEqual([]);
      });
    },
  );
}

describeWith(
  [...ordinaryNeeds, "busybox", "cgroup v2", "crun"],
  "an ordinary user's limits without delegation",
  () => {
    test("are refused before anything is made, and a container without any runs", async () => {
      await using place = scratch();
      const who = ordinaryUser(place.path, { ranges: false });
      const { exitCode, stderr } = await who.ocilab(
        "--runtime",
        "crun",
        "run",
        "--memory",
        "64m",
        "busybox",
        "true",
      );
      expect(stderr).toMatch(
        /\/linux\/resources\/memory cannot be kept: the cgroup \S+ is not delegated to uid/,
      );
      expect(exitCode).toBe(125);
      for (const name of ["bundles", "containers"]) {
        expect(readdirSync(join(who.home, "ocilab", name))).toEqual([]);
      }
      const free = await who.ocilab("--runtime", "crun", "run", "busybox", "echo", "hi");
      expect([free.stderr, free.stdout]).toEqual(["", "hi\n"]);
    });
  },
);
