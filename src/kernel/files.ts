import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from "node:fs";
import { errnoOf } from "../base/errors.ts";
import { kernelCalls } from "./calls.ts";
import type { FileStatus, KernelFiles } from "./reading.ts";

/**
 * The kernel's files as this process sees them. Reads are synchronous inside: a view costs some sixty small files, and procfs
 * answers from memory.
 */
export const kernelFiles: KernelFiles = {
  readText: async (path, { start } = {}) =>
    start === undefined ? readFileSync(path, "utf8") : readStart(path, start),
  readLink: async (path) => readlinkSync(path),
  list: async (path) => readdirSync(path),
  status: async (path, options) => {
    try {
      // Without an exception for each file that is not there: making one costs more than asking.
      const stats = (options?.follow ? statSync : lstatSync)(path, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? { kind: "absent" } : fromStats(stats);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return { kind: "absent" };
      throw error;
    }
  },
  calls: kernelCalls,
};

/** The kernel makes up no more of a file than is asked for: a large one (numa_maps) costs as much as its first lines. */
function readStart(path: string, bytes: number): string {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
}

/** The encoding of device numbers in st_rdev is that of makedev(3). */
function fromStats(stats: BigIntStats): FileStatus {
  const device = stats.isCharacterDevice() || stats.isBlockDevice() ? stats.rdev : 0n;
  return {
    kind: kindOf(stats),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    device: stats.dev,
    inode: stats.ino,
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)),
    minor: Number((device & 0xffn) | ((device >> 12n) & ~0xffn)),
  };
}

function kindOf(stats: BigIntStats): Exclude<FileStatus["kind"], "absent"> {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "link";
  if (stats.isCharacterDevice()) return "character";
  if (stats.isBlockDevice()) return "block";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "file";
}
