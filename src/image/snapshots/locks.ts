import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Cancel } from "../../base/brand.ts";
import { lockByte } from "../../linux/lock.ts";
import { encodedOf } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";

/** Locks of one opened store; closing gives up all, and so does the death of this process. */
export type Locks = Disposable & {
  /** Wait until nobody else makes this snapshot. Take those of one image base first: then nobody waits in a ring. */
  take(chainId: Digest, options?: Cancel): Promise<void>;
  give(chainId: Digest): void;
};

/** The byte that stands for the store's directory: shared by those who use snapshots, exclusive to who removes them. */
const whole = 0n;

/** Open HOME/snapshots/lock, a file whose bytes stand for snapshots, and wait for the store as a whole. */
export async function openLocks(
  file: string,
  { kind, signal }: Cancel & { readonly kind: "shared" | "exclusive" },
): Promise<Locks> {
  const fd = openSync(file, "a+", 0o600);
  const wait = async (at: bigint, how: "shared" | "exclusive", options: Cancel): Promise<void> => {
    for (let pause = 1; !lockByte(fd, { at, kind: how }); pause = Math.min(50, pause * 2))
      await delay(pause, undefined, options.signal === undefined ? {} : { signal: options.signal });
  };
  try {
    await wait(whole, kind, { signal });
  } catch (error) {
    closeSync(fd);
    throw signal?.aborted ? signal.reason : error;
  }
  return {
    take: (chainId, options = {}) => wait(byteOf(chainId), "exclusive", options),
    give: (chainId) => void lockByte(fd, { at: byteOf(chainId), kind: "none" }),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** Two snapshots that shared a byte, one pair in 2^40 at worst, would wait for each other's makers, no more. */
function byteOf(chainId: Digest): bigint {
  return 1n + BigInt(`0x${encodedOf(chainId).slice(0, 15)}`);
}
