import { type Path, pathArgument, systemCall } from "./door.ts";

/** linux/fcntl.h */
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const billion = 1_000_000_000n;

const utimensat = systemCall(
  "int utimensat(int directory, const char *path, const int64_t *times, int flags)",
);

const futimens = systemCall("int futimens(int fd, const int64_t *times)");

const times = new BigInt64Array(4);
const bytes = new Uint8Array(times.buffer);
/** What `times` holds: neighbours in an archive often have the same. */
let held: Times = { atime: 0n, mtime: 0n };

/** Nanoseconds since 1970; negative ones are before it. */
type Times = { readonly atime: bigint; readonly mtime: bigint };

/** Set the times of `path` itself, never of what a link points to (utimensat(2)). */
export function setTimes(path: Path, wanted: Times): void {
  hold(wanted);
  utimensat(AT_FDCWD, pathArgument(path), bytes, AT_SYMLINK_NOFOLLOW);
}

/** Set the times of an open file (futimens(3)). */
export function setOpenTimes(fd: number, wanted: Times): void {
  hold(wanted);
  futimens(fd, bytes);
}

function hold(wanted: Times): void {
  if (held.atime === wanted.atime && held.mtime === wanted.mtime) return;
  place(0, wanted.atime);
  place(2, wanted.mtime);
  held = { atime: wanted.atime, mtime: wanted.mtime };
}

function place(at: 0 | 2, nanoseconds: bigint): void {
  const rest = ((nanoseconds % billion) + billion) % billion;
  times[at] = (nanoseconds - rest) / billion;
  times[at + 1] = rest;
}
