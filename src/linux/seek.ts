import { errnoOf } from "../base/errors.ts";
import { systemCall } from "./door.ts";

/** linux/fs.h */
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

const lseek = systemCall("long lseek(int fd, long offset, int whence)");

/** The next run of bytes of an open file, from `from` on, that is no hole (lseek(2), SEEK_DATA); undefined when only a hole is left. */
export function nextData(
  fd: number,
  from: number,
): { readonly start: number; readonly end: number } | undefined {
  try {
    const start = lseek(fd, from, SEEK_DATA);
    return { start, end: lseek(fd, start, SEEK_HOLE) };
  } catch (error) {
    if (errnoOf(error) === "ENXIO") return undefined;
    throw error;
  }
}
