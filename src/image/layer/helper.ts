/**
 * The process that unpacks layers, started by unpack.ts: it chroots into the target while it interprets an archive, so that no link can
 * lead it out. Everything in it is synchronous but the wait for a decompressor. With `--decompress KIND` it is that decompressor, with
 * `--remove DIR` it empties a directory that its user's sub ids wrote, with `--clear DIR` it does so itself.
 */
import { once } from "node:events";
import { chmodSync, constants, lchownSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { errnoOf } from "../../base/errors.ts";
import { keepCapabilities } from "../../linux/capabilities.ts";
import { changeDirectory, chroot, forbidNewPrivileges } from "../../linux/process.ts";
import { setTimes } from "../../linux/time.ts";
import { readIdPlan, startInUserNamespace } from "../../linux/user-namespace.ts";
import { unzstd } from "../blobs/zstd.ts";
import { HardLinks, type LinkGroups } from "../snapshots/hard-links.ts";
import { Stages } from "../snapshots/stages.ts";
import { Rootfs } from "./apply.ts";
import type { TarEntry } from "./entry.ts";
import type { Job, LayerJob, LayerResult, Report, Usage } from "./job.ts";
import { helperCommand } from "./launch.ts";
import { applyLayer, measure } from "./layer.ts";
import { ordinaryEntry } from "./ordinary.ts";
import { Refusal } from "./refusal.ts";
import { clearTree } from "./remove.ts";
import { openStored } from "./stored.ts";
import { openStreams, type Streams } from "./stream.ts";

const parent = process.ppid;

/**
 * linux/capability.h: CHOWN, DAC_OVERRIDE, FOWNER, FSETID for files; SYS_CHROOT; MKNOD for devices; SYS_ADMIN for trusted.* and SETFCAP for
 * security.capability; SETUID, SETGID and KILL to run the decompressor as nobody and to end it.
 */
const needed = [0, 1, 3, 4, 18, 27, 21, 31, 7, 6, 5];

/** Thrown when the process that started us is gone: nobody wants the result, and nobody else removes what we wrote. */
class Abandoned extends Error {}

const [, , mode, argument = ""] = process.argv;
if (mode === "--decompress") await decompress(argument);
else if (mode === "--remove") await removeAsRoot(argument);
else if (mode === "--clear") clearAsRoot(argument);
else await unpack();

async function unpack(): Promise<void> {
  forbidNewPrivileges();
  keepCapabilities(needed);
  const job = readJob();
  const streams = openStreams(job.layers.map(({ size }) => size));
  await streams.ready();
  await unpackAll(job, streams);
  streams.quit();
}

async function unpackAll(job: Job, streams: Streams): Promise<void> {
  const stages = openStages(job);
  if (stages instanceof Error) return report(failure(stages, job, 0));
  const home = openSync("/", constants.O_DIRECTORY | constants.O_RDONLY);
  const usage: Usage = { ...(job.used ?? { bytes: 0, entries: 0 }) };
  try {
    let rootfs = stages === undefined ? prepare(job.target, { job, home, below: false }) : undefined;
    for (const [index, layer] of job.layers.entries()) {
      report({ kind: "begun", index });
      try {
        const target = stages?.begin(index) ?? job.target;
        rootfs ??= prepare(target, { job, home, below: stages?.below ?? false });
        const shared = { job, rootfs, usage, home, target, streams };
        const { result, links } = await unpackOne(layer, { ...shared, links: stages?.links });
        stages?.end(index, { links, lostAttributes: [...rootfs.lostAttributes] });
        report({ kind: "layer", index, layer: result });
      } catch (error) {
        if (error instanceof Abandoned || process.ppid !== parent) throw error;
        return report(failure(error, job, index));
      }
    }
    const lostAttributes = [...(rootfs?.lostAttributes ?? [])];
    report({ kind: "done", lostAttributes, peakMemory: peakMemory() });
    checkParent();
  } catch {
    if (stages === undefined) inside(job.target, home, () => clearTree("", ""));
  }
}

type Shared = {
  readonly job: Job;
  readonly rootfs: Rootfs;
  readonly usage: Usage;
  readonly home: number;
  readonly target: string;
  readonly streams: Streams;
  /** The hard links of the layers below, when they are to be kept. */
  readonly links: LinkGroups | undefined;
};

type Unpacked = { readonly result: LayerResult; readonly links: LinkGroups };

async function unpackOne(layer: LayerJob, shared: Shared): Promise<Unpacked> {
  const { job, rootfs, usage, home, target, streams } = shared;
  const { maps } = job;
  const lost = rootfs.lostAttributes;
  const adapt = maps === undefined ? undefined : (entry: TarEntry) => ordinaryEntry(entry, maps, lost);
  const options = { limits: job.limits, usage, adapt };
  const before = usage.entries;
  using stored = openStored(layer, {
    path: process.env["PATH"] ?? "",
    helper: fileURLToPath(import.meta.url),
  });
  const [algorithm = ""] = layer.diffId.split(":");
  using stream = streams.begin(stored.bytes, { algorithm, check: checkParent });
  const archive = measure(stream.next, layer, options);
  let links: LinkGroups = [];
  try {
    links = inside(target, home, () => {
      const keeper = shared.links === undefined ? undefined : new HardLinks("", shared.links);
      if (keeper !== undefined) rootfs.keepLinks(keeper);
      applyLayer(rootfs, archive, options);
      return keeper?.settle() ?? [];
    });
  } catch (error) {
    if (archive.ended()) await stored.finish();
    throw error;
  }
  await stored.finish();
  const diffId = stream.digest();
  if (diffId !== layer.diffId) {
    throw new Refusal(
      "layer.digest-mismatch",
      `uncompressed it has the diff-id ${diffId}, the image promises ${layer.diffId}`,
    );
  }
  const { compression, decompressor } = stored;
  const entries = usage.entries - before;
  const result = { digest: layer.digest, entries, bytes: archive.bytes(), compression, decompressor };
  return { result, links };
}

/** Before `home` is opened: it is of the mount namespace that stages are in. */
function openStages({ stages }: Job): Stages | Error | undefined {
  try {
    return stages === undefined ? undefined : new Stages(stages);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The root directory as umoci begins it, unless layers have been applied already: images often have no entry for it. */
function prepare(target: string, { job, home, below }: Pick<Shared, "job" | "home"> & Below): Rootfs {
  return inside(target, home, () => {
    if (!below) {
      lchownSync("/", 0, 0);
      chmodSync("/", 0o755);
      setTimes("/", { atime: 0n, mtime: 0n });
    }
    return new Rootfs("", { pathLength: job.limits.pathLength, below });
  });
}

type Below = { readonly below: boolean };

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
    index,
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

/** This process's peak, in bytes. Not getrusage's, which begins with that of the process that started us. */
function peakMemory(): number {
  return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? 0);
}

/** The same program again, as root of a user namespace with all ids that the user has. */
async function removeAsRoot(path: string): Promise<void> {
  const { maps } = readIdPlan();
  const command = [...helperCommand(), "--clear", path];
  const child = await startInUserNamespace(command, { maps, stdio: ["pipe", "pipe", "inherit"] });
  const [exitCode] = await once(child, "exit");
  process.exitCode = exitCode ?? 1;
}

/** The root directory is `path` meanwhile: no link leads out. */
function clearAsRoot(path: string): void {
  inside(path, openSync("/", constants.O_DIRECTORY | constants.O_RDONLY), () => clearTree("", ""));
}

async function decompress(compression: string | undefined): Promise<void> {
  try {
    await pipeline(process.stdin, compression === "zstd" ? unzstd : createGunzip(), process.stdout);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
