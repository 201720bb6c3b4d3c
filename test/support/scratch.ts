import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type TemporaryDirectory, temporaryDirectory } from "../../src/base/temporary.ts";
import { unmount } from "../../src/linux/mount.ts";

/**
 * A directory for one test, on /dev/shm where there is one, and nothing beside it that would stay: `await using place = scratch()`. Bundles that
 * are still mounted in it are unmounted; any other mount is the test's own to remove.
 */
export function scratch(): TemporaryDirectory {
  return temporaryDirectory(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), discard);
}

function discard(path: string): void {
  for (const point of overlaysBelow(path)) unmount(point);
  rmSync(path, { recursive: true, force: true });
}

/** Mount points of ocilab's overlays below a directory of ours, whose path needs no escapes in the table. */
export function overlaysBelow(directory: string): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(" - overlay ") && line.includes(",upperdir=overlay/upper,"))
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${directory}/`));
}
