import { closeSync, constants, openSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { errnoOf } from "../base/errors.ts";
import { koffi, systemCall } from "./door.ts";

/** bits/socket.h, bits/socket_type.h, linux/un.h */
const [AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC] = [1, 1, 0o4000, 0o2000000];
const [SOL_SOCKET, SCM_RIGHTS, MSG_CMSG_CLOEXEC] = [1, 1, 0x40000000];
/** asm-generic/fcntl.h; asm-generic/ioctls.h; bits/termios.h */
const [F_GETFL, F_SETFL, O_NONBLOCK] = [3, 4, 0o4000];
const [TIOCGWINSZ, TIOCSWINSZ, TCSANOW] = [0x5413, 0x5414, 0];
/** sizeof(struct termios) is 60 in glibc and musl; room to spare. */
const termiosSize = 128;

const socket = systemCall("int socket(int domain, int type, int protocol)");
const bind = systemCall("int bind(int fd, const void *address, uint length)");
const listen = systemCall("int listen(int fd, int backlog)");
const accept4 = systemCall("int accept4(int fd, void *address, void *length, int flags)");
const fcntl = systemCall("int fcntl(int fd, int command, long argument)");
const ioctl = systemCall("int ioctl(int fd, ulong request, void *argument)");
const tcgetattr = systemCall("int tcgetattr(int fd, void *termios)");
const tcsetattr = systemCall("int tcsetattr(int fd, int when, const void *termios)");
const cfmakeraw = systemCall("int cfmakeraw(void *termios)");

export type WindowSize = { readonly rows: number; readonly columns: number };

/** A listening unix socket at `path` (at most 107 bytes). The caller closes the descriptor and removes the file. */
export function listenAt(path: string): number {
  const name = Buffer.from(`${path}\0`);
  if (name.length > 108) throw new RangeError(`a socket's path has at most 107 bytes: ${path}`);
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  try {
    const address = Buffer.concat([family, name]);
    bind(fd, address, address.length);
    listen(fd, 1);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * The descriptor that somebody has sent over `listener` (SCM_RIGHTS, unix(7)), close-on-exec; the caller closes it. Never waits:
 * the sender must have sent it. A runtime that has ended `create` well has sent the terminal's master so. Errors: EAGAIN.
 */
export function receiveDescriptor(listener: number): number {
  const connection = accept4(listener, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
  try {
    return receive(connection);
  } finally {
    closeSync(connection);
  }
}

/** Put a terminal into raw mode (cfmakeraw(3)): every byte passes as it is. Returns what puts it back, once; it does not complain when the terminal has gone meanwhile. */
export function makeRaw(fd: number): () => void {
  const before = Buffer.alloc(termiosSize);
  tcgetattr(fd, before);
  const raw = Buffer.from(before);
  cfmakeraw(raw);
  tcsetattr(fd, TCSANOW, raw);
  let isRaw = true;
  return () => {
    if (isRaw) attempt(() => tcsetattr(fd, TCSANOW, before), ["EIO", "EBADF", "ENOTTY"]);
    isRaw = false;
  };
}

/** Size of a terminal in characters (ioctl_tty(2)). ENOTTY when it is none. */
export function readWindowSize(fd: number): WindowSize {
  const size = Buffer.alloc(8);
  ioctl(fd, TIOCGWINSZ, size);
  return { rows: size.readUInt16LE(0), columns: size.readUInt16LE(2) };
}

/**
 * The same of the terminal behind a path such as /proc/PID/fd/0, without making it ours (O_NOCTTY) and without waiting for a line to come up.
 * Errors: those of open(2), ENOTTY.
 */
export function windowSizeAt(path: string): WindowSize {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    return readWindowSize(fd);
  } finally {
    closeSync(fd);
  }
}

/** Set it; the kernel tells the terminal's foreground processes by SIGWINCH. One that has gone is no error. */
export function setWindowSize(fd: number, { rows, columns }: WindowSize): void {
  const size = Buffer.alloc(8);
  size.writeUInt16LE(rows, 0);
  size.writeUInt16LE(columns, 2);
  attempt(() => ioctl(fd, TIOCSWINSZ, size), ["EIO", "EBADF"]);
}

/**
 * Take O_NONBLOCK off the open file behind `fd`. Node sets it on pipes that it writes to, and whoever shares the pipe with us
 * would get EAGAIN. A closed descriptor is no error.
 */
export function makeBlocking(fd: number): void {
  attempt(() => {
    const flags = fcntl(fd, F_GETFL, 0);
    if ((flags & O_NONBLOCK) !== 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  }, ["EBADF"]);
}

function attempt(call: () => unknown, harmless: readonly string[]): void {
  try {
    call();
  } catch (error) {
    if (!harmless.includes(errnoOf(error) ?? "")) throw error;
  }
}

type Message = Readonly<Record<string, unknown>>;
let recvmsg: ((fd: number, message: Message, flags: number) => number) | undefined;

function bindRecvmsg(): NonNullable<typeof recvmsg> {
  const { struct, pointer, load } = koffi();
  const iovec = struct({ base: "void *", length: "size_t" });
  const msghdr = struct({
    name: "void *",
    nameLength: "uint32_t",
    vectors: pointer(iovec),
    vectorCount: "size_t",
    control: "void *",
    controlLength: "size_t",
    flags: "int",
  });
  return load(null).func("recvmsg", "long", ["int", pointer(msghdr), "int"]) as NonNullable<typeof recvmsg>;
}

function receive(connection: number): number {
  recvmsg ??= bindRecvmsg();
  const [data, control] = [Buffer.alloc(4096), Buffer.alloc(64)];
  const vectors = [{ base: data, length: data.length }];
  const message = {
    name: null,
    nameLength: 0,
    vectors,
    vectorCount: 1,
    control,
    controlLength: 64,
    flags: 0,
  };
  const count = recvmsg(connection, message, MSG_CMSG_CLOEXEC);
  if (count < 0) throw failed(koffi().errno());
  const [length, level, type] = [control.readUInt32LE(0), control.readInt32LE(8), control.readInt32LE(12)];
  if (length < 20 || level !== SOL_SOCKET || type !== SCM_RIGHTS) throw failed(61);
  return control.readInt32LE(16);
}

function failed(errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: recvmsg`), { code, errno: -errno, syscall: "recvmsg" });
}
