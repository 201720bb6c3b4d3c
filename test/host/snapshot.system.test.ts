import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { expect, test } from "vitest";
import { processesOf, snapshotHost } from "../../scripts/host-snapshot.mjs";
import { mount, unmount } from "../../src/linux/mount.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

type Kind = keyof ReturnType<typeof snapshotHost>;
type Leak = readonly [kind: Kind, title: string, path: string, leave: string, remove: string];

const group = `${existsSync("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup"}/ocilab-leak`;
const leaks: readonly Leak[] = [
  ["temporary", "a file", "/tmp/ocilab-leak", "touch", "rm"],
  ["temporary", "a temporary directory", "/tmp/.ocilab-1-1-0123abcd", "mkdir", "rmdir"],
  ["temporary", "a file on tmpfs", "/dev/shm/ocilab-leak", "touch", "rm"],
  ["cgroups", "a cgroup", group, "mkdir", "rmdir"],
];

/** What a snapshot has that one taken before it lacks. */
function news(kind: Kind, before: ReturnType<typeof snapshotHost>): readonly string[] {
  return snapshotHost()[kind].filter((line) => !before[kind].includes(line));
}

describeWith(["root"], "a leak is noticed", () => {
  test.each(leaks)("%s: %s", (kind, _, path, leave, remove) => {
    const before = snapshotHost();
    spawnSync(leave, [path]);
    try {
      expect(news(kind, before)).toContain(path);
    } finally {
      spawnSync(remove, [path]);
    }
    expect(news(kind, before)).not.toContain(path);
  });

  test("mounts: each of two on one mount point", async () => {
    await using place = scratch();
    const point = `${place.path}/point`;
    mkdirSync(point);
    const before = snapshotHost();
    for (const count of [1, 2]) {
      mount(point, { type: "tmpfs" });
      expect(news("mounts", before).filter((line) => line.includes(point))).toHaveLength(count);
    }
    unmount(point);
    unmount(point);
    rmdirSync(point);
  });

  test("processes: an orphan that init has inherited", async () => {
    const script = 'OCILAB_TEST_RUN=leak setsid sleep 60 </dev/null >/dev/null 2>&1 & echo "$!"';
    const pid = spawnSync("sh", ["-c", script], { encoding: "utf8" }).stdout.trim();
    try {
      await expect.poll(() => processesOf("leak")).toEqual([`${pid} sleep 60 `]);
      expect(processesOf("lea")).toEqual([]);
    } finally {
      process.kill(Number(pid), "SIGKILL");
    }
  });
});
