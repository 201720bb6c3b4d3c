import type { SparseMap } from "./sparse.ts";

export type EntryType = "file" | "directory" | "symlink" | "hard-link" | "character" | "block" | "fifo";

/** One entry of a tar archive, headers and extensions put together. Names are as archived, one character a byte. */
export type TarEntry = {
  readonly type: EntryType;
  readonly name: string;
  /** What a link points to; "" for all else. */
  readonly linkName: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  /** As `mtime`, where the archive has it. */
  readonly atime: bigint | undefined;
  /** Bytes of the whole file, holes included; 0 for all but files. */
  readonly size: number;
  readonly sparse: SparseMap | undefined;
  readonly major: number;
  readonly minor: number;
  /** Extended attributes, names one character a byte. */
  readonly attributes: ReadonlyMap<string, Buffer>;
};
