import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { type TemporaryDirectory, temporaryDirectory } from "../../src/base/temporary.ts";

/** A directory for one test, on /dev/shm where there is one, and nothing beside it that would stay: `await using place = scratch()`. */
export function scratch(): TemporaryDirectory {
  return temporaryDirectory(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}
