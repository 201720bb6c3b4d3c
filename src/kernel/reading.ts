import type { Cancel } from "../base/brand.ts";
import type { InstalledFilter } from "../linux/seccomp.ts";
import type { WindowSize } from "../linux/terminal.ts";
import type { DeviceFilter, IoPriority, SchedulingAttributes } from "./view-parts.ts";

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

/**
 * Questions that no file answers; each throws an Error in the shape of node:fs. Paths are links of /proc/PID/ns or directories of cgroup2.
 */
export type KernelCalls = {
  /** Inode of the user namespace that owns the namespace, or of the namespace above it (ioctl_ns(2)). */
  namespaceRelation(path: string, relation: "owner" | "parent"): number;
  schedulingAttributes(pid: number): SchedulingAttributes;
  ioPriority(pid: number): IoPriority;
  deviceFilter(directory: string): DeviceFilter;
  /** Size of the terminal behind a path, in characters (ioctl_tty(2)). */
  windowSize(path: string): WindowSize;
  /** The classic BPF of each seccomp filter, the oldest first. Stops the process for an instant, in a child of ours. */
  seccompFilters(pid: number, options: Cancel): Promise<readonly InstalledFilter[]>;
  /** Run `work` in some namespaces of a process and come back. `work` must be synchronous. */
  inNamespaces<T>(paths: readonly string[], work: () => T): T;
};

/** The files of procfs, sysfs and cgroupfs. Paths are absolute; rejects with node:fs errors. Tests give captured trees. */
export type KernelFiles = {
  /** The whole text, or with `start` as much from its beginning as makes so many bytes: what follows may be left out. */
  readText(path: string, options?: { readonly start?: number }): Promise<string>;
  readLink(path: string): Promise<string>;
  list(path: string): Promise<readonly string[]>;
  /** lstat(2), or stat(2) when `follow` is set. A path that is not there is "absent", not an error. */
  status(path: string, options?: { readonly follow?: boolean }): Promise<FileStatus>;
  /** Captured trees have none: what only a system call tells is then a reading that says so. */
  readonly calls?: KernelCalls;
};
