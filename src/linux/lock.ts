import { errnoOf } from "../base/errors.ts";
import { systemCall } from "./door.ts";

/** asm-generic/fcntl.h */
const F_OFD_SETLK = 37;
const kinds = { shared: 0, exclusive: 1, none: 2 } as const;

const fcntlCall = systemCall("int fcntl(int fd, int command, void *lock)");

/**
 * Lock one byte of an open file, or give the lock up, without waiting (fcntl(2), open file description locks): false when somebody else holds it.
 * The byte need not exist. The kernel gives the lock up when the last descriptor of this opening is closed, also after a SIGKILL. A shared lock
 * needs the file open for reading, an exclusive one for writing.
 */
export function lockByte(
  fd: number,
  options: { readonly at: bigint; readonly kind: keyof typeof kinds },
): boolean {
  // struct flock of 64-bit machines: short type, short whence, long start, long length, int pid.
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(kinds[options.kind], 0);
  lock.writeBigInt64LE(options.at, 8);
  lock.writeBigInt64LE(1n, 16);
  try {
    fcntlCall(fd, F_OFD_SETLK, lock);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EAGAIN" || errnoOf(error) === "EACCES") return false;
    throw error;
  }
}
