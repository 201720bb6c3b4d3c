import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unmount } from "../../linux/mount.ts";
import { leaveMountNamespace } from "../../linux/mount-namespace.ts";
import { mostLowerDirectories, mountOverlay } from "../../linux/overlay.ts";
import { setAttribute } from "../../linux/xattr.ts";
import { Refusal } from "../layer/refusal.ts";
import type { LinkGroups } from "./hard-links.ts";
import { copyMetadata } from "./metadata.ts";

/** Layers to be applied each to an overlay of those below it, and what of it the kernel wrote to be kept. */
export type StagesJob = {
  /** Directories of the snapshots below the first layer, topmost first. */
  readonly lower: readonly string[];
  /** The file in which the topmost of them names its hard links. */
  readonly links: string | undefined;
  /** An empty directory for each layer: DRAFT/fs becomes its snapshot, DRAFT/stage.json says the rest. */
  readonly drafts: readonly string[];
};

/** DRAFT/stage.json: the hard links of all layers up to this one, and the attributes that the file system could not hold. */
export type StageFile = { readonly links: LinkGroups; readonly lostAttributes: readonly string[] };

/**
 * Where each layer is applied: the base straight to its snapshot, the others to an overlay in a mount namespace of this thread's own, so that no
 * mount outlives it. Used by the helper process only. Errors: Refusal "layer.no-snapshot" when this machine does not let us mount overlays there.
 */
export class Stages {
  readonly #job: StagesJob;
  /** Descriptors: drafts are renamed as soon as they are done. */
  readonly #lower: number[] = [];
  links: LinkGroups;
  #lost: readonly string[];

  constructor(job: StagesJob) {
    this.#job = job;
    const below = job.links === undefined ? { links: [], lostAttributes: [] } : parseStage(job.links);
    this.links = below.links;
    this.#lost = below.lostAttributes;
    const layers = job.lower.length + job.drafts.length;
    if (layers < 2) return;
    // Found out here, nothing is unpacked in vain.
    if (layers > mostLowerDirectories)
      throw new Refusal("layer.no-snapshot", `${layers} layers are too many for one overlay`);
    try {
      leaveMountNamespace();
      // Not before: a directory that was opened in another mount namespace cannot be a lower one.
      for (const path of job.lower)
        this.#lower.push(openSync(path, constants.O_DIRECTORY | constants.O_RDONLY));
      this.#tryOverlay(job.drafts[0] ?? "");
    } catch (error) {
      throw new Refusal("layer.no-snapshot", `no overlay could be mounted: ${String(error)}`, error);
    }
  }

  /** Whether there is anything below the first layer. */
  get below(): boolean {
    return this.#job.lower.length > 0;
  }

  /** The directory to apply a layer to. Call `end` when that is done. */
  begin(index: number): string {
    const draft = this.#job.drafts[index] ?? "";
    const base = this.#lower[0];
    mkdirSync(join(draft, "fs"), { mode: 0o755 });
    if (base === undefined) return join(draft, "fs");
    copyMetadata(`${pathOf(base)}/.`, join(draft, "fs"));
    this.#mount(draft);
    return join(draft, "merged");
  }

  /** The layer is applied and right: keep what came of it. */
  end(index: number, stage: StageFile): void {
    const draft = this.#job.drafts[index] ?? "";
    if (this.#lower.length > 0) clear(draft);
    this.links = stage.links;
    this.#lost = [...new Set([...this.#lost, ...stage.lostAttributes])];
    const text = JSON.stringify({ links: stage.links, lostAttributes: this.#lost });
    writeFileSync(join(draft, "stage.json"), text, { mode: 0o600 });
    this.#lower.unshift(openSync(join(draft, "fs"), constants.O_DIRECTORY | constants.O_RDONLY));
  }

  #mount(draft: string): void {
    for (const name of ["work", "merged"]) mkdirSync(join(draft, name));
    const lower = this.#lower.map((fd) => pathOf(fd));
    mountOverlay(draft, { lower, upper: "fs", work: "work", target: "merged" });
  }

  #tryOverlay(draft: string): void {
    for (const name of ["fs", "below"]) mkdirSync(join(draft, name));
    const below = openSync(join(draft, "below"), constants.O_DIRECTORY | constants.O_RDONLY);
    this.#lower.push(below);
    try {
      this.#mount(draft);
      setAttribute(join(draft, "fs"), Buffer.from("trusted.ocilab"), Buffer.from("1"));
      clear(draft);
    } finally {
      this.#lower.pop();
      closeSync(below);
    }
    for (const name of ["fs", "below"]) rmSync(join(draft, name), { recursive: true });
  }
}

/** The content of a stage.json, which this store wrote itself. */
export function parseStage(path: string): StageFile {
  return JSON.parse(readFileSync(path, "utf8")) as StageFile;
}

function clear(draft: string): void {
  unmount(join(draft, "merged"));
  rmSync(join(draft, "merged"), { recursive: true });
  rmSync(join(draft, "work"), { recursive: true });
}

function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
