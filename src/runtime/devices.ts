import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import { errnoOf } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import { makeNode } from "../linux/node.ts";
import type { ContainerStdio } from "./runtime.ts";

export type StandardStreams = {
  readonly stdin: ContainerStdio;
  readonly stdout: ContainerStdio;
  readonly stderr: ContainerStdio;
};

/** Streams to give to the runtime; to be disposed of when its `create` has ended. */
export type SparedStreams = StandardStreams & Disposable;

/**
 * Streams on which a runtime may call fchown without harm to the host's devices: runtimes give the standard streams to the container's
 * user, and some give away the host's /dev/null that way. In the place of a device comes a node of our own with its number, which has no
 * name. Where we may not make one, and for disks (whose position would be lost), the owner is put back when `create` has ended. Files, pipes
 * and terminals stay what they are: docs/decisions/0004-devices-as-standard-streams.md. Only root can do the harm, so only root is spared it.
 */
export async function sparedDevices(
  wish: { readonly [Name in keyof StandardStreams]: ContainerStdio | undefined },
): Promise<SparedStreams> {
  const given = {
    stdin: wish.stdin ?? "inherit",
    stdout: wish.stdout ?? "inherit",
    stderr: wish.stderr ?? "inherit",
  };
  const root = process.geteuid?.() === 0;
  const spare = async (stream: ContainerStdio, fd: number): Promise<Spared> =>
    root ? await sparedStream(stream, fd) : { stream };
  const [stdin, stdout, stderr] = [
    await spare(given.stdin, 0),
    await spare(given.stdout, 1),
    await spare(given.stderr, 2),
  ];
  return {
    ...{ stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream },
    [Symbol.dispose]() {
      for (const { end } of [stdin, stdout, stderr]) end?.();
    },
  };
}

type Spared = { readonly stream: ContainerStdio; readonly end?: () => void };

async function sparedStream(stream: ContainerStdio, standard: number): Promise<Spared> {
  const fd = stream === "inherit" ? standard : stream === "ignore" ? undefined : stream;
  const device = fd === undefined ? statSync(ignored) : fstatSync(fd);
  const isDevice = device.isCharacterDevice() || device.isBlockDevice();
  if (!isDevice || (fd !== undefined && isatty(fd))) return { stream };
  const own = await openNode(device, fd === undefined ? constants.O_RDWR : flagsOf(fd));
  if (own !== undefined) return { stream: own, end: () => closeSync(own) };
  return { stream, end: () => putBack(fd, device) };
}

/** What "ignore" stands for. */
const ignored = "/dev/null";

/** The same device by a node of our own that has no name any more; undefined for disks and where it cannot be made and opened. */
async function openNode(device: Stats, flags: number): Promise<number | undefined> {
  if (!device.isCharacterDevice()) return undefined;
  // Most places for temporary files are mounted nodev; /dev never is.
  for (const parent of ["/dev", tmpdir()]) {
    try {
      sweepTemporary(parent);
      await using place = temporaryDirectory(parent);
      const path = join(place.path, "device");
      makeNode(path, { kind: "character", mode: 0o600, device: BigInt(device.rdev) });
      chownSync(path, device.uid, device.gid);
      chmodSync(path, device.mode & 0o7777);
      return openSync(path, flags | constants.O_NOCTTY);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      log.debug("no node of our own can be made", { parent, error: String(error) });
    }
  }
  return undefined;
}

/** How a descriptor of ours was opened (proc_pid_fdinfo(5)), as far as it matters for a device. */
function flagsOf(fd: number): number {
  const [, octal = "0"] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")) ?? [];
  const accessMode = constants.O_WRONLY | constants.O_RDWR;
  return Number.parseInt(octal, 8) & (accessMode | constants.O_APPEND | constants.O_NONBLOCK);
}

function putBack(fd: number | undefined, { uid, gid }: Stats): void {
  const now = fd === undefined ? statSync(ignored) : fstatSync(fd);
  if (now.uid === uid && now.gid === gid) return;
  if (fd === undefined) chownSync(ignored, uid, gid);
  else fchownSync(fd, uid, gid);
}
