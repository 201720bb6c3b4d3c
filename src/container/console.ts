import { closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty, ReadStream } from "node:tty";
import { OcilabError } from "../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import {
  listenAt,
  makeRaw,
  readWindowSize,
  receiveDescriptor,
  setWindowSize,
  type WindowSize,
} from "../linux/terminal.ts";
import { watchKeys } from "./detach-keys.ts";

/** How long to wait, in ms, for the last output after the first process has ended: another one may keep the terminal open. */
const drainTime = 200;

/** The way of a terminal from the runtime to the user's: give `socket` to `create`, then `receive`, then `connect` before `start`. */
export type Console = AsyncDisposable & {
  readonly socket: string;
  /** Take over the master that a `create` which ended well has sent. */
  receive(): void;
  /** Join it to our own terminal, which is raw until the console is disposed of. */
  connect(near: NearTerminal): void;
  /** Stop reading it, and give its descriptor to somebody who goes on: `take` may keep a copy, ours is closed with the console. */
  handTo(take: (master: number) => Promise<void>): Promise<void>;
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
    connect(near) {
      if (master !== undefined) joined = joinTerminals(masterEnd(master), near);
    },
    async handTo(take) {
      if (master === undefined) return;
      joined?.stop();
      await take(master);
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

/** What our terminal tells besides its bytes. */
export type NearTerminal = {
  /** It has gone. */
  readonly onHangup: () => void;
  /** Keys that are not passed on but leave the other end (detach-keys.ts). */
  readonly keys?: readonly number[] | undefined;
  readonly onKeys?: () => void;
};

/** The other end of a joint: the master of a container's terminal, or a way to one. */
export type FarTerminal = {
  readonly write: (bytes: Buffer) => void;
  readonly resize: (size: WindowSize) => void;
  /** `onOutput` returns false when it wants no more until `resume`. */
  readonly listen: (onOutput: (bytes: Buffer) => boolean) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly ended: Promise<void>;
  readonly close: () => void;
};

type Joined = {
  readonly ended: (most: number) => Promise<void>;
  /** Take no more of it, and give it no more. */
  readonly stop: () => void;
  readonly close: () => void;
};

function masterEnd(fd: number): FarTerminal {
  const master = new ReadStream(fd);
  const ended = new Promise<void>((resolve) => {
    master.once("end", resolve).once("close", resolve);
    master.on("error", () => resolve());
  });
  return {
    write: (bytes) => void master.write(bytes),
    resize: (size) => setWindowSize(fd, size),
    listen: (onOutput) =>
      void master.on("data", (bytes: Buffer) => {
        if (!onOutput(bytes)) master.pause();
      }),
    pause: () => void master.pause(),
    resume: () => void master.resume(),
    ended,
    close: () => void master.destroy(),
  };
}

/** Join our own terminal to another, in both directions, with our size, and raw until `close`. */
export function joinTerminals(far: FarTerminal, { onHangup, keys = [], onKeys }: NearTerminal): Joined {
  const restore = makeRaw(0);
  const watch = watchKeys(keys);
  const resize = (): void => far.resize(readWindowSize(0));
  const forward = (bytes: Buffer): void => {
    const { pass, matched } = watch(bytes);
    if (pass.length > 0) far.write(pass);
    if (matched) onKeys?.();
  };
  process.stdin.on("data", forward).on("end", onHangup).on("error", onHangup);
  process.stdout.on("error", onHangup);
  process.on("SIGWINCH", resize);
  process.once("exit", restore);
  far.listen((bytes) => {
    if (process.stdout.write(bytes)) return true;
    process.stdout.once("drain", far.resume);
    return false;
  });
  resize();
  const stop = (): void => {
    process.off("SIGWINCH", resize);
    process.stdin.off("data", forward).off("end", onHangup).pause().unref();
    process.stdout.off("drain", far.resume);
    far.pause();
  };
  return {
    ended: (most) => Promise.race([far.ended, sleep(most, undefined, { ref: false })]),
    stop,
    close() {
      stop();
      process.off("exit", restore);
      restore();
      far.close();
    },
  };
}
