import { type Path, pathArgument, systemCall } from "./door.ts";

/** linux/fcntl.h */
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const billion = 1_000_000_000n;

const utimensat = systemCall(
  "int utimensat(int directory, const char *path, const int64_t *times, int flags)",
);

const times = new BigInt64Array(4);
const bytes = new Uint8Array(times.buffer);

/** Set the times of `path` itself, never of what a link points to, in nanoseconds since 1970 (utimensat(2)); negative ones are before it. */
export function setTimes(path: Path, wanted: { readonly atime: bigint; readonly mtime: bigint }): void {
  place(0, wanted.atime);
  place(2, wanted.mtime);
  utimensat(AT_FDCWD, pathArgument(path), bytes, AT_SYMLINK_NOFOLLOW);
}

function place(at: 0 | 2, nanoseconds: bigint): void {
  const rest = ((nanoseconds % billion) + billion) % billion;
  times[at] = (nanoseconds - rest) / billion;
  times[at + 1] = rest;
}
