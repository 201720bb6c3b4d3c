import { errnoOf } from "../base/errors.ts";
import { systemCall } from "./door.ts";

/** linux/fcntl.h */
const O_CLOEXEC = 0o2000000;
const F_SETPIPE_SZ = 1031;
/** linux/socket.h */
const MSG_PEEK = 0x2;
const MSG_WAITALL = 0x100;

const pipe2 = systemCall("int pipe2(void *fds, int flags)");
const fcntl = systemCall("int fcntl(int fd, int command, long argument)");
/** sys/socket.h */
const SHUT_RDWR = 2;
const shutdown = systemCall("int shutdown(int fd, int how)");
const recv = systemCall("long recv(int fd, void *into, size_t size, int flags)");

const dup2 = systemCall("int dup2(int from, int to)");

/** Make `to` another name of what is open as `from`; what it was before is closed (dup2(2)). It stays open across exec. */
export function replaceDescriptor(from: number, to: number): void {
  dup2(from, to);
}

export type Pipe = { readonly read: number; readonly write: number };

/** pipe(2): two descriptors that block and are closed on exec. The caller closes both. */
export function openPipe(): Pipe {
  const fds = Buffer.alloc(8);
  pipe2(fds, O_CLOEXEC);
  return { read: fds.readInt32LE(0), write: fds.readInt32LE(4) };
}

/** Have a pipe hold up to `size` bytes; that the kernel allows less is no error (F_SETPIPE_SZ, pipe(7)). */
export function widenPipe(fd: number, size: number): void {
  try {
    fcntl(fd, F_SETPIPE_SZ, size);
  } catch {
    // EPERM beyond /proc/sys/fs/pipe-max-size: the pipe works as it is.
  }
}

/** The first bytes that wait in a socket, left where they are: `length` of them, fewer only when it ends before. Blocks until then. */
export function peekSocket(fd: number, length: number): Buffer {
  const into = Buffer.alloc(length);
  return into.subarray(0, recv(fd, into, length, MSG_PEEK | MSG_WAITALL));
}

/** Have every read of a socket return, now and from here on, and every write to it fail (shutdown(2)). That it is no longer connected is no error. */
export function shutSocket(fd: number): void {
  try {
    shutdown(fd, SHUT_RDWR);
  } catch (error) {
    if (errnoOf(error) !== "ENOTCONN") throw error;
  }
}
