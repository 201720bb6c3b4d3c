import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { basename } from "node:path";
import { systemCall } from "./door.ts";

/** linux/nsfs.h: _IO(0xb7, 1) and 2. Both return a descriptor. */
const requests = { owner: 0xb701, parent: 0xb702 } as const;
/** fcntl.h */
const O_CLOEXEC = 0o2000000;

const ioctl = systemCall("int ioctl(int fd, ulong request, long argument)");
const setns = systemCall("int setns(int fd, int type)");

/**
 * Inode of the user namespace that owns the namespace behind a link of /proc/PID/ns, or of the pid or user namespace above it (ioctl_ns(2)).
 * EPERM: it lies outside of what we may see. EINVAL: this type has nothing above it. ENOTTY: the kernel is older than 4.9.
 */
export function namespaceRelation(path: string, relation: keyof typeof requests): number {
  const fd = openNamespace(path);
  try {
    const other = ioctl(fd, requests[relation], 0);
    try {
      return fstatSync(other).ino;
    } finally {
      closeSync(other);
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Run `work` in the namespaces behind some links of /proc/PID/ns (uts, ipc, net, cgroup: those that one thread may change alone) and come
 * back. Only this thread moves, and only while `work` runs, which must therefore be synchronous. EPERM without CAP_SYS_ADMIN.
 */
export function inNamespaces<T>(paths: readonly string[], work: () => T): T {
  const open: { readonly there: number; readonly back: number }[] = [];
  let entered = 0;
  try {
    for (const path of paths)
      open.push({
        there: openNamespace(path),
        back: openNamespace(`/proc/thread-self/ns/${basename(path)}`),
      });
    for (const { there } of open) {
      setns(there, 0);
      entered += 1;
    }
    return work();
  } finally {
    for (const { back } of open.slice(0, entered).reverse()) comeBack(back);
    for (const { there, back } of open) {
      closeSync(there);
      closeSync(back);
    }
  }
}

/** What runs on in another's namespace would read and change the wrong machine: this error has no code, so that nobody takes it for a fact. */
function comeBack(fd: number): void {
  try {
    setns(fd, 0);
  } catch (cause) {
    throw new Error("this thread could not come back to its own namespace", { cause });
  }
}

function openNamespace(path: string): number {
  return openSync(path, constants.O_RDONLY | O_CLOEXEC);
}
