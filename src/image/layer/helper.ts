/**
 * The process that unpacks layers, started by unpack.ts: it chroots into the target while it interprets an archive, so that no link can
 * lead it out. Everything in it is synchronous but the wait for a decompressor. With `--decompress KIND` it is that decompressor.
 */
import { chmodSync, constants, lchownSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { errnoOf } from "../../base/errors.ts";
import { keepCapabilities } from "../../linux/capabilities.ts";
import { changeDirectory, chroot, forbidNewPrivileges } from "../../linux/process.ts";
import { setTimes } from "../../linux/time.ts";
import { unzstd } from "../blobs/zstd.ts";
import { Rootfs } from "./apply.ts";
import type { Job, LayerJob, LayerResult, Report } from "./job.ts";
import { applyLayer, measure, type Usage } from "./layer.ts";
import { Refusal } from "./refusal.ts";
import { clearTree } from "./remove.ts";
import { openStored } from "./stored.ts";

const parent = process.ppid;

/**
 * linux/capability.h: CHOWN, DAC_OVERRIDE, FOWNER, FSETID for files; SYS_CHROOT; MKNOD for devices; SYS_ADMIN for trusted.* and SETFCAP for
 * security.capability; SETUID, SETGID and KILL to run the decompressor as nobody and to end it.
 */
const needed = [0, 1, 3, 4, 18, 27, 21, 31, 7, 6, 5];

/** Thrown when the process that started us is gone: nobody wants the result, and nobody else removes what we wrote. */
class Abandoned extends Error {}

await (process.argv[2] === "--decompress" ? decompress(process.argv[3]) : unpack(readJob()));

async function unpack(job: Job): Promise<void> {
  forbidNewPrivileges();
  keepCapabilities(needed);
  const home = openSync("/", constants.O_DIRECTORY | constants.O_RDONLY);
  const rootfs = prepare(job, home);
  const usage: Usage = { bytes: 0, entries: 0 };
  try {
    for (const [index, layer] of job.layers.entries()) {
      report({ kind: "begun", index });
      try {
        report({ kind: "layer", index, layer: await unpackOne(layer, { job, rootfs, usage, home }) });
      } catch (error) {
        if (error instanceof Abandoned || process.ppid !== parent) throw error;
        return report(failure(error, job, index));
      }
    }
    report({ kind: "done", lostAttributes: [...rootfs.lostAttributes], peakMemory: peakMemory() });
    checkParent();
  } catch {
    inside(job.target, home, () => clearTree("", ""));
  }
}

type Shared = { readonly job: Job; readonly rootfs: Rootfs; readonly usage: Usage; readonly home: number };

async function unpackOne(layer: LayerJob, { job, rootfs, usage, home }: Shared): Promise<LayerResult> {
  const options = { limits: job.limits, usage, check: checkParent };
  const before = usage.entries;
  using stored = openStored(layer, {
    path: process.env["PATH"] ?? "",
    helper: fileURLToPath(import.meta.url),
  });
  let ended = false;
  const archive = measure((into) => endNoted(stored.read(into), () => (ended = true)), layer, options);
  try {
    inside(job.target, home, () => applyLayer(rootfs, archive, options));
  } catch (error) {
    if (ended) await stored.finish();
    throw error;
  }
  await stored.finish();
  const diffId = archive.digest();
  if (diffId !== layer.diffId) {
    throw new Refusal(
      "layer.digest-mismatch",
      `uncompressed it has the diff-id ${diffId}, the image promises ${layer.diffId}`,
    );
  }
  const { compression, decompressor } = stored;
  return {
    digest: layer.digest,
    entries: usage.entries - before,
    bytes: archive.bytes(),
    compression,
    decompressor,
  };
}

/** The root directory as umoci begins it: images often have no entry for it. */
function prepare(job: Job, home: number): Rootfs {
  return inside(job.target, home, () => {
    lchownSync("/", 0, 0);
    chmodSync("/", 0o755);
    setTimes("/", { atime: 0n, mtime: 0n });
    return new Rootfs("", job.limits);
  });
}

/** Run `action` with `target` as the root directory and no umask, then come back to `home`. */
function inside<T>(target: string, home: number, action: () => T): T {
  chroot(target);
  process.chdir("/");
  const umask = process.umask(0);
  try {
    return action();
  } finally {
    process.umask(umask);
    changeDirectory(home);
    chroot(".");
  }
}

function checkParent(): void {
  if (process.ppid !== parent) throw new Abandoned();
}

function failure(error: unknown, job: Job, index: number): Report {
  const digest = job.layers[index]?.digest;
  const errno = errnoOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  return {
    kind: "failed",
    code: error instanceof Refusal ? error.code : "layer.write-failed",
    doing: `unpack layer ${index + 1} of ${job.layers.length} (${digest})`,
    got: error instanceof Error ? error.message : String(error),
    facts: { layer: digest, peakMemory: peakMemory(), ...(errno === undefined ? {} : { errno }) },
  };
}

function report(line: Report): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

function readJob(): Job {
  const pieces: Buffer[] = [];
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const got = buffer.subarray(0, readSync(0, buffer));
    if (got.length === 0) process.exit(1);
    pieces.push(Buffer.from(got));
    if (got.includes(0x0a)) return JSON.parse(Buffer.concat(pieces).toString("utf8")) as Job;
  }
}

function endNoted(got: number, note: () => void): number {
  if (got === 0) note();
  return got;
}

/** This process's peak, in bytes. Not getrusage's, which begins with that of the process that started us. */
function peakMemory(): number {
  return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? 0);
}

async function decompress(compression: string | undefined): Promise<void> {
  try {
    await pipeline(process.stdin, compression === "zstd" ? unzstd : createGunzip(), process.stdout);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
