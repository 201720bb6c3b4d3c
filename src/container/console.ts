import { closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty, ReadStream } from "node:tty";
import { OcilabError } from "../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import { listenAt, makeRaw, readWindowSize, receiveDescriptor, setWindowSize } from "../linux/terminal.ts";

/** How long to wait, in ms, for the last output after the first process has ended: another one may keep the terminal open. */
const drainTime = 200;

/** The way of a terminal from the runtime to the user's: give `socket` to `create`, then `receive`, then `connect` before `start`. */
export type Console = AsyncDisposable & {
  readonly socket: string;
  /** Take over the master that a `create` which ended well has sent. */
  receive(): void;
  /** Join it to our own terminal, which is raw until the console is disposed of. `onHangup`: our terminal has gone. */
  connect(onHangup: () => void): void;
  /** Wait for the output that is still on its way, then put our terminal back: lines of our own may follow. */
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
  sweepTemporary(tmpdir());
  const place = temporaryDirectory(tmpdir());
  const socket = join(place.path, "tty");
  const listener = listenAt(socket);
  let master: number | undefined;
  let joined: Joined | undefined;
  return {
    socket,
    receive() {
      master = receiveDescriptor(listener);
    },
    connect(onHangup) {
      if (master !== undefined) joined = joinTerminals(master, onHangup);
    },
    async drain() {
      await joined?.ended(drainTime);
      joined?.close();
    },
    async [Symbol.asyncDispose]() {
      if (joined !== undefined) joined.close();
      else if (master !== undefined) closeSync(master);
      closeSync(listener);
      await place[Symbol.asyncDispose]();
    },
  };
}

type Joined = { readonly ended: (most: number) => Promise<void>; readonly close: () => void };

function joinTerminals(fd: number, onHangup: () => void): Joined {
  const master = new ReadStream(fd);
  const restore = makeRaw(0);
  const resize = (): void => setWindowSize(fd, readWindowSize(0));
  const forward = (bytes: Buffer): void => void master.write(bytes);
  const output = (bytes: Buffer): void => {
    if (process.stdout.write(bytes)) return;
    master.pause();
    process.stdout.once("drain", () => master.resume());
  };
  const end = new Promise<void>((resolve) => {
    master.once("end", resolve).once("close", resolve);
    master.on("error", () => resolve());
  });
  master.on("data", output);
  process.stdin.on("data", forward).on("end", onHangup).on("error", onHangup);
  process.stdout.on("error", onHangup);
  process.on("SIGWINCH", resize);
  process.once("exit", restore);
  resize();
  return {
    ended: (most) => Promise.race([end, sleep(most, undefined, { ref: false })]),
    close() {
      process.off("SIGWINCH", resize).off("exit", restore);
      process.stdin.off("data", forward).off("end", onHangup).pause().unref();
      restore();
      master.destroy();
    },
  };
}
