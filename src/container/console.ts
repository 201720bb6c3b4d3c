import { closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isatty, ReadStream } from "node:tty";
import { OcilabError } from "../base/errors.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { listenAt, makeRaw, readWindowSize, receiveDescriptor, setWindowSize } from "../linux/terminal.ts";

/** How long to wait, in ms, for the last output after the first process has ended: another one may keep the terminal open. */
const drainTime = 200;

/** The way of a terminal from the runtime to the user's: give `socket` to `create`, then `connect` before `start`. */
export type Console = AsyncDisposable & {
  readonly socket: string;
  /** Take the master over and join it to our own terminal, which is raw until the console is disposed of. */
  connect(): void;
  /** Wait for the output that is still on its way. */
  drain(): Promise<void>;
};

/** Errors: "container.no-terminal" unless standard input is a terminal. */
export function refuseWithoutTerminal(): void {
  if (isatty(0)) return;
  throw new OcilabError("container.no-terminal", {
    doing: "give the container a terminal",
    got: "standard input is not a terminal (a pipe, a file or nothing)",
    hint: "run it from a terminal, leave out -t, or set process.terminal to false in config.json",
  });
}

/** Listen for the terminal of a container that is about to be created. */
export function openConsole(): Console {
  const place = temporaryDirectory(tmpdir());
  const socket = join(place.path, "tty");
  const listener = listenAt(socket);
  let joined: Joined | undefined;
  return {
    socket,
    connect() {
      joined = joinTerminals(receiveDescriptor(listener));
    },
    async drain() {
      await joined?.ended(drainTime);
    },
    async [Symbol.asyncDispose]() {
      joined?.close();
      closeSync(listener);
      await place[Symbol.asyncDispose]();
    },
  };
}

type Joined = { readonly ended: (most: number) => Promise<void>; readonly close: () => void };

function joinTerminals(fd: number): Joined {
  const master = new ReadStream(fd);
  const resize = (): void => setWindowSize(fd, readWindowSize(0));
  const restore = makeRaw(0);
  const forward = (bytes: Buffer): void => void master.write(bytes);
  const output = (bytes: Buffer): void => {
    if (process.stdout.write(bytes)) return;
    master.pause();
    process.stdout.once("drain", () => master.resume());
  };
  const end = new Promise<void>((resolve) => {
    master.once("end", resolve);
    master.once("close", resolve);
    master.on("error", () => resolve());
  });
  resize();
  master.on("data", output);
  process.stdin.on("data", forward);
  process.on("SIGWINCH", resize);
  process.once("exit", restore);
  return {
    ended: (most) => Promise.race([end, new Promise<void>((resolve) => setTimeout(resolve, most).unref())]),
    close() {
      process.off("SIGWINCH", resize);
      process.off("exit", restore);
      process.stdin.off("data", forward);
      process.stdin.pause();
      process.stdin.unref();
      restore();
      master.destroy();
    },
  };
}
