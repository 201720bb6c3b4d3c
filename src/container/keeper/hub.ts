import { closeSync, openSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { basename, dirname } from "node:path";
import type { ExitRecord } from "./exit-file.ts";
import { encodeBytes, encodeFrame, type Frame, frameReader } from "./frames.ts";
import type { LogStream } from "./log-file.ts";
import type { KeptStreams } from "./streams.ts";

/** Whoever watches and is this many bytes behind is dropped: a container never waits for its spectators. */
const mostBehind = 8 << 20;
/** Milliseconds for spectators to take the last of it. */
const farewell = 2000;

/** Those who are attached to a container. */
export type Hub = {
  /** Give output to everybody who wants it. */
  readonly tell: (stream: LogStream, bytes: Buffer) => void;
  /** Tell everybody how it ended, and close. */
  readonly end: (exit: ExitRecord) => Promise<void>;
};

/** Serve attaching on a unix socket (mode 0600). `streams` are asked for when somebody comes. */
export async function openHub(path: string, streams: () => KeptStreams): Promise<Hub> {
  const spectators = new Set<Spectator>();
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    const spectator = welcome(socket, streams());
    spectators.add(spectator);
    socket.on("close", () => spectators.delete(spectator));
  });
  await listen(server, path);
  return {
    tell(stream, bytes) {
      const frames = encodeBytes(stream === "stdout" ? "output" : "error", bytes);
      for (const spectator of spectators) spectator.tell(frames);
    },
    async end(exit) {
      server.close();
      rmSync(path, { force: true });
      await Promise.all([...spectators].map((spectator) => spectator.end(exit)));
    },
  };
}

/** A socket's path has at most 107 bytes: through a descriptor of its directory it is always short enough. */
async function listen(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  const directory = openSync(dirname(path), "r");
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(`/proc/self/fd/${directory}/${basename(path)}`, resolve);
    });
  } finally {
    process.umask(before);
    closeSync(directory);
  }
  server.on("error", () => undefined);
}

type Spectator = {
  readonly tell: (frames: Buffer) => void;
  readonly end: (exit: ExitRecord) => Promise<void>;
};

function welcome(socket: Socket, streams: KeptStreams): Spectator {
  let wantsOutput = false;
  const { push } = frameReader();
  const onFrame = ({ kind, payload }: Frame): void => {
    if (kind === "subscribe") wantsOutput = true;
    if (kind === "input" && streams.input !== undefined) {
      socket.pause();
      streams.input.write(payload, () => socket.resume());
    }
    if (kind === "input-end") streams.input?.end();
    if (kind === "resize") resize(streams, payload);
  };
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    try {
      for (const frame of push(bytes)) onFrame(frame);
    } catch {
      socket.destroy();
    }
  });
  socket.write(
    encodeFrame("hello", JSON.stringify({ terminal: streams.terminal, input: streams.input !== undefined })),
  );
  return {
    tell(frames) {
      if (!wantsOutput) return;
      if (socket.writableLength > mostBehind) socket.destroy();
      else socket.write(frames);
    },
    end: (exit) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => socket.destroy(), farewell);
        socket.once("close", () => {
          clearTimeout(timer);
          resolve();
        });
        socket.end(encodeFrame("exit", JSON.stringify(exit)));
        if (socket.destroyed) resolve();
      }),
  };
}

function resize(streams: KeptStreams, payload: Buffer): void {
  const { rows, columns } = JSON.parse(payload.toString()) as Readonly<Record<string, unknown>>;
  const isSize = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535;
  if (isSize(rows) && isSize(columns)) streams.resize({ rows, columns });
}
