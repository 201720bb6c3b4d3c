import { closeSync, openSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { basename, dirname } from "node:path";
import type { WindowSize } from "../../linux/terminal.ts";
import type { ExitRecord } from "./exit-file.ts";
import { parseExit } from "./exit-file.ts";
import { encodeBytes, encodeFrame, type Frame, frameReader } from "./frames.ts";

/** A connection to a keeper. */
export type Spectating = Disposable & {
  /** What it says of the container's streams: is it a terminal, is standard input held open. */
  readonly hello: { readonly terminal: boolean; readonly input: boolean };
  /** Be given output from now on. */
  readonly subscribe: (onOutput: (stream: "output" | "error", bytes: Buffer) => boolean) => void;
  readonly resume: () => void;
  /** False when its buffer is full: wait for `onDrain`. */
  readonly input: (bytes: Buffer) => boolean;
  readonly onDrain: (listener: () => void) => void;
  readonly endInput: () => void;
  readonly resize: (size: WindowSize) => void;
  /** How the container ended; undefined when the connection was cut before (the keeper was killed, or we were too slow). */
  readonly ended: Promise<ExitRecord | undefined>;
};

/** Connect to the keeper behind a socket. Rejects with node:net errors: ENOENT and ECONNREFUSED when there is none. */
export async function spectate(path: string): Promise<Spectating> {
  const socket = await connect(path);
  let output: ((stream: "output" | "error", bytes: Buffer) => boolean) | undefined;
  let exit: ExitRecord | undefined;
  const { push } = frameReader();
  const greeted = Promise.withResolvers<Spectating["hello"]>();
  greeted.promise.catch(() => undefined);
  const ended = new Promise<ExitRecord | undefined>((resolve) => {
    socket
      .on("error", () => undefined)
      .on("close", () => {
        greeted.reject(Object.assign(new Error("the keeper hung up"), { code: "ECONNREFUSED" }));
        resolve(exit);
      });
  });
  const onFrame = ({ kind, payload }: Frame): void => {
    if (kind === "hello") greeted.resolve(JSON.parse(payload.toString()) as Spectating["hello"]);
    if (kind === "exit") exit = parseExit(JSON.parse(payload.toString()));
    if ((kind === "output" || kind === "error") && output?.(kind, Buffer.from(payload)) === false)
      socket.pause();
  };
  socket.on("data", (bytes) => {
    for (const frame of push(bytes)) onFrame(frame);
  });
  return {
    hello: await greeted.promise,
    ended,
    subscribe(onOutput) {
      output = onOutput;
      socket.write(encodeFrame("subscribe"));
    },
    resume: () => void socket.resume(),
    input: (bytes) => socket.write(encodeBytes("input", bytes)),
    onDrain: (listener) => void socket.on("drain", listener),
    endInput: () => void socket.write(encodeFrame("input-end")),
    resize: (size) => void socket.write(encodeFrame("resize", JSON.stringify(size))),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Through a descriptor of its directory: a socket's path has at most 107 bytes. */
async function connect(path: string): Promise<Socket> {
  const directory = openSync(dirname(path), "r");
  try {
    const socket = connectSocket(`/proc/self/fd/${directory}/${basename(path)}`);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("error", reject);
    });
    return socket;
  } finally {
    closeSync(directory);
  }
}
