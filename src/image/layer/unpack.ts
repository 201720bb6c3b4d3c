import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { printable, quote } from "../../base/text.ts";
import type { LayerBlob } from "../image.ts";
import { feed, isReadable } from "./feed.ts";
import type { Job, LayerJob, LayerResult, Report } from "./job.ts";
import { defaultLimits, type LayerLimits } from "./limits.ts";
import { asBytes } from "./paths.ts";
import { clearTree } from "./remove.ts";

export type UnpackOptions = Cancel & {
  /** Raise or lower what the image may cost; default: `defaultLimits`. */
  readonly limits?: Partial<LayerLimits>;
  /** Called after each layer, in order. */
  readonly onLayer?: (layer: LayerResult) => void;
};

/** What unpacking came to. */
export type UnpackResult = {
  readonly layers: readonly LayerResult[];
  /** Extended attributes, by name, that entries have and the file system could not hold: they are missing. */
  readonly lostAttributes: readonly string[];
  /** Bytes of memory that the helper process needed at its peak. */
  readonly peakMemory: number;
};

/**
 * Apply layers, base first, to `target`, an existing empty directory that nobody else writes into (image-spec layer.md#applying-changesets).
 * Owners, modes, times, links, devices and attributes come out as the archives say; the root directory, where no archive speaks of it, is
 * mode 0755, owned by root and dated 1970. Size, digest and diff-id of each layer are verified. Nothing outside `target` is ever written;
 * on any error, an abort, or the death of this process, `target` is empty again. Errors: the layer.* codes; every refusal names layer, entry and reason.
 */
export async function unpackLayers(
  layers: readonly LayerBlob[],
  target: string,
  options: UnpackOptions = {},
): Promise<UnpackResult> {
  options.signal?.throwIfAborted();
  checkTarget(target);
  const fed: LayerBlob[] = [];
  const jobs = layers.map((layer) => toJob(layer, fed));
  const job: Job = { target: resolve(target), layers: jobs, limits: { ...defaultLimits, ...options.limits } };
  const helper = startHelper(fed.length);
  const stop = (): void => void helper.kill("SIGKILL");
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    return await follow(helper, { job, layers, options });
  } catch (error) {
    stop();
    await ended(helper);
    empty(target);
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

type Work = { readonly job: Job; readonly layers: readonly LayerBlob[]; readonly options: UnpackOptions };

/** Tell the helper its job, feed it where it wants to be fed, and listen until it is done. */
async function follow(helper: ChildProcess, { job, layers, options }: Work): Promise<UnpackResult> {
  const words = collectWords(helper);
  (helper.stdin as Writable).on("error", () => {}).write(`${JSON.stringify(job)}\n`);
  const results: LayerResult[] = [];
  let feeding: Promise<unknown> = Promise.resolve();
  for await (const line of createInterface(helper.stdout as Readable)) {
    const report = JSON.parse(line) as Report;
    switch (report.kind) {
      case "begun":
        feeding = startFeeding(helper, report.index, { job, layers, options });
        break;
      case "layer":
        throwIfAny(await feeding);
        results.push(report.layer);
        log.debug("layer unpacked", report.layer);
        options.onLayer?.(report.layer);
        break;
      case "done":
        return await finished(helper, { ...report, layers: results });
      case "failed":
        throwIfAny(await feeding);
        throw new OcilabError(report.code, report);
    }
  }
  throw died(await ended(helper), words());
}

/** Resolves to the error, so that nobody need wait for it at once. */
function startFeeding(helper: ChildProcess, index: number, { job, layers, options }: Work): Promise<unknown> {
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
    log.warn("the file system cannot hold all extended attributes", { lostAttributes });
  await ended(helper);
  return { layers, lostAttributes, peakMemory };
}

/** The error that brought us here is worth more than one from clearing up. */
function empty(target: string): void {
  try {
    clearTree(asBytes(resolve(target)), "");
  } catch (error) {
    log.warn("what was unpacked could not all be removed", { target, error: String(error) });
  }
}

function checkTarget(target: string): void {
  const doing = `unpack layers into ${quote(target)}`;
  if (process.geteuid?.() !== 0) {
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

/** The helper is a file beside this one: in the sources of the same folder, in dist/ of the bundle. */
function startHelper(fed: number): ChildProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const file = fileURLToPath(new URL(fromSource ? "./helper.ts" : "./layer-helper.js", import.meta.url));
  const pipes = Array.from({ length: 3 + fed }, () => "pipe" as const);
  return spawn(process.execPath, ["--max-semi-space-size=4", file], {
    stdio: pipes,
    cwd: "/",
    env: { PATH: process.env["PATH"], ...(fromSource ? { NODE_COMPILE_CACHE: compileCache() } : {}) },
  });
}

/** Stripping the types of some twenty files takes longer than the rest of a start: it is done once. */
function compileCache(): string {
  return fileURLToPath(new URL("../../../node_modules/.cache/ocilab", import.meta.url));
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
