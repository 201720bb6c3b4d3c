import { readSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ReadStream } from "node:tty";
import { openPipe, type Pipe } from "../../linux/pipe.ts";
import { setWindowSize, type WindowSize } from "../../linux/terminal.ts";
import type { LogStream } from "./log-file.ts";

/** How long to wait, in ms, for the last output when the first process has ended and another one keeps a stream open. */
const drainTime = 200;

/** The container's streams as its keeper holds them. A terminal is "stdout" alone. */
export type KeptStreams = {
  readonly terminal: boolean;
  /** Undefined when its standard input is empty. `then` is called when the bytes are on their way. */
  readonly input:
    | { readonly write: (bytes: Buffer, then: () => void) => void; readonly end: () => void }
    | undefined;
  readonly resize: (size: WindowSize) => void;
  /** Resolves when everything that was written before has been given to `onOutput`. */
  readonly drain: () => Promise<void>;
  readonly close: () => void;
};

export type OnOutput = (stream: LogStream, bytes: Buffer) => void;

/** Pipes for a container: `ends` are the container's, to be closed when it has them. */
export function openPipes(input: boolean): {
  readonly ends: { readonly stdin: number | undefined; readonly stdout: number; readonly stderr: number };
  readonly keep: (onOutput: OnOutput) => KeptStreams;
} {
  const [out, error] = [openPipe(), openPipe()];
  const into: Pipe | undefined = input ? openPipe() : undefined;
  return {
    ends: { stdin: into?.read, stdout: out.write, stderr: error.write },
    keep(onOutput) {
      const readers = [
        follow(new Socket({ fd: out.read, readable: true, writable: false }), out.read, (bytes) =>
          onOutput("stdout", bytes),
        ),
        follow(new Socket({ fd: error.read, readable: true, writable: false }), error.read, (bytes) =>
          onOutput("stderr", bytes),
        ),
      ];
      const writer =
        into === undefined ? undefined : new Socket({ fd: into.write, readable: false, writable: true });
      writer?.on("error", () => undefined);
      return {
        terminal: false,
        input: writer && {
          write: (bytes, then) => void writer.write(bytes, () => then()),
          end: () => void writer.end(),
        },
        resize: () => undefined,
        drain: () => drainAll(readers),
        close() {
          for (const { stream } of readers) stream.destroy();
          writer?.destroy();
        },
      };
    },
  };
}

/** The master of a terminal. */
export function keepTerminal(master: number, onOutput: OnOutput): KeptStreams {
  const stream = new ReadStream(master);
  const reader = follow(stream, master, (bytes) => onOutput("stdout", bytes));
  return {
    terminal: true,
    input: {
      write: (bytes, then) => void stream.write(bytes, () => then()),
      // A terminal has no end of input but the character for it (VEOF, termios(3)), which is for whoever types to send.
      end: () => undefined,
    },
    resize: (size) => setWindowSize(master, size),
    drain: () => drainAll([reader]),
    close: () => void stream.destroy(),
  };
}

type Reader = {
  readonly stream: Socket;
  readonly ended: Promise<void>;
  /** Take at once what waits in the kernel. */
  readonly rest: () => void;
};

function follow(stream: Socket, fd: number, onBytes: (bytes: Buffer) => void): Reader {
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      resolve();
    };
    stream.once("end", end).once("close", end).on("error", end);
  });
  stream.on("data", onBytes);
  const rest = (): void => {
    if (over) return;
    for (let bytes = readNow(fd); bytes.length > 0; bytes = readNow(fd)) onBytes(bytes);
  };
  return { stream, ended, rest };
}

async function drainAll(readers: readonly Reader[]): Promise<void> {
  const all = Promise.all(readers.map(({ ended }) => ended));
  await Promise.race([all, sleep(drainTime, undefined, { ref: false })]);
  for (const { rest } of readers) rest();
}

/** What there is to read: nothing at the end, when there is nothing yet (EAGAIN), and from a terminal that has hung up (EIO). */
function readNow(fd: number): Buffer {
  const bytes = Buffer.alloc(65_536);
  try {
    return bytes.subarray(0, readSync(fd, bytes));
  } catch {
    return Buffer.alloc(0);
  }
}
