import { systemCall } from "./door.ts";

/** linux/capability.h */
const _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const capget = systemCall("int capget(void *header, void *data)");
const capset = systemCall("int capset(void *header, const void *data)");

/**
 * Give up, for good, all effective and permitted capabilities of the calling thread but those numbered here (linux/capability.h). Threads
 * that run already keep theirs, and a program that root executes gets its own anew: what counts is what this thread itself does.
 */
export function keepCapabilities(numbers: readonly number[]): void {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(_LINUX_CAPABILITY_VERSION_3, 0);
  const data = Buffer.alloc(24);
  capget(header, data);
  for (const half of [0, 1]) {
    const kept = numbers
      .filter((number) => number >> 5 === half)
      .reduce((mask, number) => mask | (1 << (number & 31)), 0);
    for (const field of [0, 4]) {
      const at = half * 12 + field;
      data.writeInt32LE(data.readInt32LE(at) & kept, at);
    }
    data.writeUInt32LE(0, half * 12 + 8);
  }
  capset(header, data);
}
