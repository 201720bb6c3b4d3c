/**
 * One fact that the kernel was asked for. `source` is the file it was read from ("/proc/42/status"), with the field's name
 * after a space where the file holds several ("/proc/42/status CapEff"). That it could not be read is a fact too.
 */
export type Reading<T> = { readonly source: string } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "absent" | "denied" | "malformed"; readonly detail: string }
);

/** What lstat(2) or stat(2) says of a path. `kind` "absent": nothing is there. */
export type FileStatus =
  | { readonly kind: "absent" }
  | {
      readonly kind: "file" | "directory" | "link" | "character" | "block" | "fifo" | "socket";
      /** Permission bits with setuid, setgid and sticky. */
      readonly mode: number;
      /** Owner as the reader's user namespace numbers it. */
      readonly uid: number;
      readonly gid: number;
      /** Device and inode number: the identity of the file. */
      readonly device: bigint;
      readonly inode: bigint;
      /** Of a character or block device, else 0. */
      readonly major: number;
      readonly minor: number;
    };

/** The files of procfs, sysfs and cgroupfs. Paths are absolute; rejects with node:fs errors. Tests give captured trees. */
export type KernelFiles = {
  readText(path: string): Promise<string>;
  readLink(path: string): Promise<string>;
  list(path: string): Promise<readonly string[]>;
  /** lstat(2), or stat(2) when `follow` is set. A path that is not there is "absent", not an error. */
  status(path: string, options?: { readonly follow?: boolean }): Promise<FileStatus>;
};
