import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copySnapshots } from "../../../src/image/snapshots/copy.ts";
import { unmount } from "../../../src/linux/mount.ts";
import { describeWith, programPath } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** In containers there are often none. */
const hasLoop = process.getuid?.() === 0 && spawnSync(programPath("losetup") ?? "", ["--find"]).status === 0;

describeWith(["root", "mkfs.xfs", "losetup", "mount"], "a copy where the file system shares blocks", () => {
  test.skipIf(!hasLoop)("takes no room for contents (needs loop devices)", async () => {
    await using place = scratch();
    const [file, at] = [join(place.path, "image"), join(place.path, "at")];
    mkdirSync(at);
    writeFileSync(file, "");
    truncateSync(file, 320 * 2 ** 20);
    const made = spawnSync(programPath("mkfs.xfs") ?? "", ["-q", "-m", "reflink=1", file], {
      encoding: "utf8",
    });
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const mounted = spawnSync(programPath("mount") ?? "", ["-o", "loop", file, at], { encoding: "utf8" });
    expect([mounted.status, mounted.stderr]).toEqual([0, ""]);
    try {
      const [fs, target] = [join(at, "fs"), join(at, "target")];
      for (const path of [fs, target]) mkdirSync(path);
      writeFileSync(join(fs, "large"), Buffer.alloc(40 * 2 ** 20, 7));
      spawnSync("sync", ["-f", at]);
      const before = room(at);
      await copySnapshots([{ fs }], target);
      spawnSync("sync", ["-f", at]);
      expect(before - room(at)).toBeLessThan(2 ** 20);
      rmSync(join(fs, "large"));
    } finally {
      unmount(at);
    }
  });
});

function room(path: string): number {
  const { bfree, bsize } = statfsSync(path);
  return bfree * bsize;
}
