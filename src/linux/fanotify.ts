import { type BigIntStats, closeSync, fstatSync, readSync, statSync } from "node:fs";
import { errnoOf } from "../base/errors.ts";
import { koffi, systemCall } from "./door.ts";

/** linux/fanotify.h: FAN_CLASS_NOTIF is 0. */
const [FAN_CLOEXEC, FAN_NONBLOCK, FAN_MARK_ADD] = [1, 2, 1];
const FAN_OPEN_EXEC = 0x1000;
const FAN_Q_OVERFLOW = 0x4000n;
/** asm-generic/fcntl.h; linux/fcntl.h */
const [O_RDONLY, O_CLOEXEC, AT_FDCWD] = [0, 0o2000000, -100];
/** struct fanotify_event_metadata: length, mask, descriptor and pid lie at these places. */
const event = { size: 24, length: 0, mask: 8, fd: 16, pid: 20 } as const;

const fanotifyInit = systemCall("int fanotify_init(uint flags, uint eventFlags)");
const fanotifyMark = systemCall(
  "int fanotify_mark(int fd, uint flags, uint64_t mask, int directory, const char *path)",
);

/** One program file that was opened to be executed. `file` is as `watch` returned it; "lost" stands for events that the kernel had no room for. */
export type Execution = { readonly file: string; readonly pid: number } | "lost";

export type ExecutionWatch = Disposable & {
  /** Watch a file (links are followed), whatever path it is executed by. Returns its name for events. Errors: those of fanotify_mark(2) and stat(2). */
  watch(path: string): string;
  /** What has been executed since it was last asked, in order. Never waits. */
  take(): readonly Execution[];
};

/**
 * Watch for files being executed (fanotify(7), FAN_OPEN_EXEC, since Linux 5.0); `onExecution` is called when there is something to take. Nobody is held
 * up by it. EPERM without CAP_SYS_ADMIN, ENOSYS and EINVAL on kernels that cannot.
 */
export function watchExecutions(onExecution: () => void): ExecutionWatch {
  const fd = fanotifyInit(FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC);
  const poll = koffi().node.poll(fd, { readable: true }, onExecution);
  return {
    watch(path) {
      fanotifyMark(fd, FAN_MARK_ADD, FAN_OPEN_EXEC, AT_FDCWD, path);
      return nameOf(statSync(path, { bigint: true }));
    },
    take: () => takeAll(fd),
    [Symbol.dispose]() {
      poll.close();
      closeSync(fd);
    },
  };
}

function nameOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function takeAll(fd: number): readonly Execution[] {
  const found: Execution[] = [];
  const bytes = Buffer.alloc(64 * event.size);
  for (;;) {
    const length = readSome(fd, bytes);
    if (length === 0) return found;
    for (let at = 0; at + event.size <= length; at += bytes.readUInt32LE(at + event.length))
      found.push(takeOne(bytes.subarray(at)));
  }
}

/** Each event brings a descriptor of the file along, which is ours to close; none when events were lost. */
function takeOne(bytes: Buffer): Execution {
  const fd = bytes.readInt32LE(event.fd);
  if (fd < 0 || (bytes.readBigUInt64LE(event.mask) & FAN_Q_OVERFLOW) !== 0n) return "lost";
  try {
    return { file: nameOf(fstatSync(fd, { bigint: true })), pid: bytes.readInt32LE(event.pid) };
  } finally {
    closeSync(fd);
  }
}

function readSome(fd: number, bytes: Buffer): number {
  try {
    return readSync(fd, bytes);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return 0;
    throw error;
  }
}
