import { setTimeout as delay } from "node:timers/promises";
import type { Cancel } from "../../base/brand.ts";
import { lockByte } from "../../linux/lock.ts";

/**
 * Try for the exclusive lock of a file that is open for writing. It belongs to this opening of the file, so two openings in one process exclude
 * each other too, and the kernel frees it when the descriptor is closed, however the process ends. False when somebody else has it.
 */
export function tryLock(fd: number): boolean {
  return lockByte(fd, { at: 0n, kind: "exclusive" });
}

/** Wait for the lock that `tryLock` tries for, without blocking this process. */
export async function waitForLock(fd: number, { signal }: Cancel = {}): Promise<void> {
  for (let pause = 2; !tryLock(fd); pause = Math.min(100, pause * 2))
    await delay(pause, undefined, signal === undefined ? {} : { signal });
}
