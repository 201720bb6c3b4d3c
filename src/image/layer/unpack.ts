import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { printable, quote } from "../../base/text.ts";
import type { IdMaps } from "../../linux/sub-ids.ts";
import type { LayerBlob } from "../image.ts";
import type { StagesJob } from "../snapshots/stages.ts";
import { clearDirectory } from "./discard.ts";
import { feed, isReadable } from "./feed.ts";
import type { Job, LayerJob, LayerResult, Report, Usage } from "./job.ts";
import { startHelper } from "./launch.ts";
import { defaultLimits, type LayerLimits } from "./limits.ts";
import { asBytes } from "./paths.ts";
import { clearTree } from "./remove.ts";
import { startVerification, type Verification } from "./verify.ts";

export type UnpackOptions = Cancel & {
  /** Raise or lower what the image may cost; default: `defaultLimits`. */
  readonly limits?: Partial<LayerLimits>;
  /** Unpack as root of a user namespace with these maps, as an ordinary user must. Left out: as root. */
  readonly maps?: IdMaps | undefined;
  /** Called after each layer, in order. */
  readonly onLayer?: (layer: LayerResult) => void;
};

/** What unpacking came to. */
export type UnpackResult = {
  readonly layers: readonly LayerResult[];
  /** Extended attributes, by name, that entries have and the file system could not hold, or an ordinary user not set: they are missing. */
  readonly lostAttributes: readonly string[];
  /** Bytes of memory that the helper process needed at its peak. */
  readonly peakMemory: number;
};

/**
 * Apply layers, base first, to `target`, an existing empty directory that nobody else writes into (image-spec layer.md#applying-changesets).
 * Owners, modes, times, links, devices and attributes come out as the archives say; the root directory, where no archive speaks of it, is
 * mode 0755, owned by root and dated 1970. Size, digest and diff-id of each layer are verified. Nothing outside `target` is ever written;
 * on any error, an abort, or the death of this process, `target` is empty again. Errors: the layer.* codes; every refusal names layer, entry and reason.
 * With `maps`, see `ordinaryEntry` for what differs; the target then needs `discardTree` to be removed. Errors: "host.no-user-namespace".
 */
export async function unpackLayers(
  layers: readonly LayerBlob[],
  target: string,
  options: UnpackOptions = {},
): Promise<UnpackResult> {
  options.signal?.throwIfAborted();
  checkTarget(target, options);
  const undo = (): void => empty(target, options);
  return await haveHelper(layers, { into: { target: resolve(target) }, options, undo });
}

export type StageOptions = UnpackOptions & {
  /** What the layers below those here have used of the limits. */
  readonly used: Usage;
};

/**
 * Apply layers, each to an overlay of those below it, and keep what comes of each in a directory of its own: as `Stages` says. As root only.
 * On an error the drafts are the caller's to remove. Errors: those of `unpackLayers`, "layer.no-snapshot".
 */
export async function stageLayers(
  layers: readonly LayerBlob[],
  stages: StagesJob,
  options: StageOptions,
): Promise<UnpackResult> {
  options.signal?.throwIfAborted();
  const into = { target: "/", stages, used: options.used };
  return await haveHelper(layers, { into, options, undo: () => undefined });
}

type Task = {
  readonly into: Pick<Job, "target" | "stages" | "used">;
  readonly options: UnpackOptions;
  readonly undo: () => void;
};

async function haveHelper(layers: readonly LayerBlob[], task: Task): Promise<UnpackResult> {
  const { into, options, undo } = task;
  const fed: LayerBlob[] = [];
  const jobs = layers.map((layer) => toJob(layer, fed));
  const { maps } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const job: Job = { ...into, layers: jobs, limits, ...(maps === undefined ? {} : { maps }) };
  using verification = startVerification(jobs);
  const helper = await startHelper({ fed: fed.length, maps });
  const stop = (): void => void helper.kill("SIGKILL");
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    options.signal?.throwIfAborted();
    return await follow(helper, { job, layers, options, verification });
  } catch (error) {
    stop();
    await ended(helper);
    undo();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

type Work = {
  readonly job: Job;
  readonly layers: readonly LayerBlob[];
  readonly options: UnpackOptions;
  readonly verification: Verification;
};

/** Tell the helper its job, feed it where it wants to be fed, and listen until it is done. */
async function follow(helper: ChildProcess, work: Work): Promise<UnpackResult> {
  const { job, options, verification } = work;
  const words = collectWords(helper);
  (helper.stdin as Writable).on("error", () => {}).write(`${JSON.stringify(job)}\n`);
  const results: LayerResult[] = [];
  let feeding: Promise<unknown> = Promise.resolve();
  for await (const line of createInterface(helper.stdout as Readable)) {
    const report = JSON.parse(line) as Report;
    switch (report.kind) {
      case "begun":
        feeding = startFeeding(helper, report.index, work);
        break;
      case "layer":
        throwIfAny(await feeding);
        throwIfAny(await verification.whyNot(report.index));
        results.push(report.layer);
        log.debug("layer unpacked", report.layer);
        options.onLayer?.(report.layer);
        break;
      case "done":
        // It has nothing left to do but to end, which takes Node longer than us.
        if (options.maps === undefined) helper.kill("SIGKILL");
        return await finished(helper, { ...report, layers: results });
      case "failed":
        throwIfAny(await feeding);
        throwIfAny(await verification.whyRefused(report.index));
        throw new OcilabError(report.code, report);
    }
  }
  throw died(await ended(helper), words());
}

/** Resolves to the error, so that nobody need wait for it at once. */
function startFeeding(
  helper: ChildProcess,
  index: number,
  { job, layers, options }: Omit<Work, "verification">,
): Promise<unknown> {
  const [from, layer] = [job.layers[index]?.from, layers[index]];
  if (from?.kind !== "fed" || layer === undefined) return Promise.resolve();
  const doing = `unpack layer ${index + 1} of ${layers.length} (${layer.descriptor.digest})`;
  return feed(helper.stdio[from.fd] as Writable, layer, { signal: options.signal, doing }).catch(
    (error) => error,
  );
}

function throwIfAny(error: unknown): void {
  if (error !== undefined) throw error;
}

async function finished(helper: ChildProcess, report: UnpackResult): Promise<UnpackResult> {
  const { layers, lostAttributes, peakMemory } = report;
  if (lostAttributes.length > 0)
    log.warn("extended attributes are lost: the file system, or an ordinary user, cannot have them", {
      lostAttributes,
    });
  await ended(helper);
  return { layers, lostAttributes, peakMemory };
}

/** The error that brought us here is worth more than one from clearing up. */
function empty(target: string, { maps }: UnpackOptions): void {
  try {
    if (maps === undefined) clearTree(asBytes(resolve(target)), "");
    else clearDirectory(target);
  } catch (error) {
    log.warn("what was unpacked could not all be removed", { target, error: String(error) });
  }
}

function checkTarget(target: string, { maps }: UnpackOptions): void {
  const doing = `unpack layers into ${quote(target)}`;
  if (process.geteuid?.() !== 0 && maps === undefined) {
    throw new OcilabError("layer.needs-root", {
      doing,
      got: `this process runs as user ${process.geteuid?.()}`,
    });
  }
  try {
    const names = readdirSync(target);
    if (names.length === 0) return;
    throw new OcilabError("layer.target-not-empty", {
      doing,
      got: `it holds ${quote(names[0] ?? "")} already`,
    });
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    throw new OcilabError("layer.target-not-empty", { doing, got: `the kernel answered ${errno}`, cause });
  }
}

function toJob(layer: LayerBlob, fed: LayerBlob[]): LayerJob {
  const { digest, size } = layer.descriptor;
  const common = { digest, size, diffId: layer.diffId };
  const { span } = layer;
  if (span !== undefined && isReadable(layer))
    return { ...common, from: { kind: "file", ...span, path: resolve(span.path) } };
  return { ...common, from: { kind: "fed", fd: 2 + fed.push(layer) } };
}

function collectWords(helper: ChildProcess): () => string {
  let words = "";
  helper.stderr?.on("data", (piece: Buffer) => {
    words = (words + piece.toString("utf8")).slice(-4000);
  });
  return () => words;
}

/** How the helper ended, when it has. */
async function ended(helper: ChildProcess): Promise<string> {
  if (helper.exitCode === null && helper.signalCode === null) await once(helper, "exit");
  return helper.signalCode ?? `exit code ${helper.exitCode}`;
}

function died(how: string, words: string): OcilabError {
  return new OcilabError("layer.helper-died", {
    doing: "unpack layers",
    got: `the helper process ended with ${how}${words === "" ? "" : `: ${printable(words)}`}`,
  });
}
