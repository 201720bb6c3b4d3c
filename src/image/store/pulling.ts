import type { Readable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { quote } from "../../base/text.ts";
import type {
  Descriptor,
  Digest,
  ImageConfig,
  ImageManifest,
  ImageReference,
  Platform,
} from "../../oci/image.ts";
import { readDocument } from "../blobs/read.ts";
import { configOf, manifestOf, refuseArtifact } from "../documents.ts";
import type { ImageSource } from "../image.ts";
import { streamSpan } from "../sources/file-tree.ts";
import { platformIn, refuseOtherPlatform } from "../sources/index-walk.ts";
import { type Arrival, beginArrival } from "./arrival.ts";
import type { FetchFrom } from "./blobs.ts";
import { fetchFrom } from "./fetch-from.ts";
import { type Lease, takeLease } from "./lease.ts";
import { readImages, type StoredImage, withImage, writeImages } from "./names.ts";
import { refuseWithoutRoom } from "./room.ts";
import { findBlob, locked, makeStoreReady, type Store } from "./store.ts";

/** What a pull tells on its way. `bytes` counts from the blob's beginning. */
export type PullEvent =
  | { readonly kind: "resolved"; readonly name: string | undefined; readonly blobs: readonly Descriptor[] }
  | { readonly kind: "there" | "begun" | "waiting" | "fetched"; readonly target: Descriptor }
  | { readonly kind: "bytes"; readonly target: Descriptor; readonly bytes: number };

export type PullOptions = Cancel & {
  readonly store: Store;
  /** In docker's long form; undefined stores the image without a name. */
  readonly name: string | undefined;
  /** Downloads at once; default 3. */
  readonly parallel?: number | undefined;
  /** Read what is there already, and replace what is damaged. */
  readonly verify?: boolean | undefined;
  readonly onEvent?: ((event: PullEvent) => void) | undefined;
};

/** What a pull came to. */
export type Pulled = {
  readonly image: StoredImage;
  readonly fetched: number;
  /** Blobs that were there already, or that another process brought meanwhile. */
  readonly there: number;
  readonly bytes: number;
};

export type PullingSource = ImageSource & {
  /** Wait until all blobs are there and the name is given; only after `resolve`. */
  finish(): Promise<Pulled>;
};

/**
 * A source whose images come into the store as they are opened: `resolve` brings manifest and configuration and begins with the layers, base first,
 * several at once; `fetch` gives a layer's bytes while they come. When all are whole and verified the image gets its name. Disposing of it before
 * that ends the downloads; what they brought is kept for the next. Owns `inner`. Errors: those of `inner`, and "image.store-full" before anything is fetched.
 */
export function pullingSource(inner: ImageSource, options: PullOptions): PullingSource {
  const pull = new Pull(inner, options);
  return {
    resolve: (reference, platform) => pull.begin(reference, platform),
    fetch: (target, asked = {}) => pull.fetch(target, asked),
    locate: async (target) => findBlob(options.store, target.digest),
    finish: () => pull.finished(),
    [Symbol.asyncDispose]: () => pull.end(),
  };
}

class Pull {
  readonly #inner: ImageSource;
  readonly #options: PullOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #arrivals = new Map<Digest, Arrival>();
  #lease: Lease | undefined;
  #finished: Promise<Pulled> | undefined;

  constructor(inner: ImageSource, options: PullOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#signal =
      options.signal === undefined ? this.#stop.signal : AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async begin(reference: ImageReference, platform: Platform): Promise<Descriptor> {
    const { store, name, onEvent } = this.#options;
    makeStoreReady(store);
    this.#lease = await takeLease(store, { signal: this.#signal });
    const target = await this.#inner.resolve(reference, platform, { signal: this.#signal });
    const manifest = manifestOf(await this.#document(target, "manifest"), target);
    const doing = `pull ${quote(name ?? target.digest)}`;
    refuseArtifact(manifest, doing);
    const config = configOf(await this.#document(manifest.config, "configuration"), manifest.config);
    refuseOtherPlatform(config, { platform, manifestDescriptor: target, doing });
    const layers = [...new Map(manifest.layers.map((layer) => [layer.digest, layer])).values()];
    await this.#lease.hold(layers.map(({ digest }) => digest));
    refuseWithoutRoom(store, layers);
    onEvent?.({ kind: "resolved", name, blobs: layers });
    this.#beginLayers(layers);
    this.#finished = this.#finish({ target, manifest, config });
    this.#finished.catch(() => {});
    return target;
  }

  async fetch(target: Descriptor, { signal }: Cancel): Promise<Readable> {
    const span = findBlob(this.#options.store, target.digest);
    if (span !== undefined) return streamSpan(span, { signal });
    const arrival = this.#arrivals.get(target.digest);
    if (arrival !== undefined) return arrival.stream({ signal });
    return await this.#inner.fetch(target, { signal });
  }

  finished(): Promise<Pulled> {
    if (this.#finished === undefined) throw new TypeError("finish before resolve");
    return this.#finished;
  }

  /** Whoever leaves a layer before its end does not want the image; whoever did not look at one may have it unpacked already. */
  async end(): Promise<void> {
    const whole = !this.#signal.aborted && [...this.#arrivals.values()].every(({ left }) => !left());
    if (!whole || this.#finished === undefined) this.#stop.abort(new Error("the pull was given up"));
    try {
      await this.#finished?.catch((error: unknown) => {
        if (whole) throw error;
      });
    } finally {
      await Promise.allSettled([...this.#arrivals.values()].map(({ done }) => done));
      await this.#lease?.[Symbol.asyncDispose]();
      await this.#inner[Symbol.asyncDispose]();
    }
  }

  async #document(target: Descriptor, what: string): Promise<string> {
    await this.#lease?.hold([target.digest]);
    await this.#arrive(target, Promise.resolve()).done;
    return await readDocument(this, target, { signal: this.#signal, what });
  }

  #beginLayers(layers: readonly Descriptor[]): void {
    const turns: Promise<unknown>[] = [];
    const parallel = this.#options.parallel ?? 3;
    for (const layer of layers) {
      const running = turns.slice();
      const turn = running.length < parallel ? Promise.resolve() : freeTurn(running, parallel);
      turns.push(this.#arrive(layer, turn).done);
    }
  }

  #arrive(target: Descriptor, turn: Promise<unknown>): Arrival {
    const known = this.#arrivals.get(target.digest);
    if (known !== undefined) return known;
    const { store, verify = false, onEvent } = this.#options;
    const fetch: FetchFrom = (wanted, asked) => {
      onEvent?.({ kind: "begun", target });
      return fetchFrom(this.#inner, wanted, asked);
    };
    const arrival = beginArrival(store, target, {
      signal: this.#signal,
      fetch,
      verify,
      turn,
      onBytes: (bytes) => onEvent?.({ kind: "bytes", target, bytes }),
      onWait: () => onEvent?.({ kind: "waiting", target }),
    });
    arrival.done.then(
      (how) => onEvent?.({ kind: how === "there" ? "there" : "fetched", target }),
      () => {},
    );
    this.#arrivals.set(target.digest, arrival);
    return arrival;
  }

  async #finish({ target, manifest, config }: Opened): Promise<Pulled> {
    const { store, name } = this.#options;
    const all = [...this.#arrivals.values()];
    const arrived = await Promise.all(all.map(({ done }) => done)).catch((error: unknown) => {
      this.#stop.abort(error);
      throw error;
    });
    const { annotations: _source, ...plain } = target;
    const image: StoredImage = {
      name,
      manifest: plain,
      config: manifest.config.digest,
      platform: platformIn(config),
      pulled: new Date().toISOString(),
    };
    await locked(store, () => writeImages(store, withImage(readImages(store), image)));
    const bytes = all.reduce(
      (sum, { target: blob }, at) => sum + (arrived[at] === "fetched" ? blob.size : 0),
      0,
    );
    const fetched = arrived.filter((how) => how === "fetched").length;
    return { image, fetched, there: arrived.length - fetched, bytes };
  }
}

type Opened = { readonly target: Descriptor; readonly manifest: ImageManifest; readonly config: ImageConfig };

/** When fewer than `parallel` of these run. Failed ones free their turn too: what follows ends by the signal. */
async function freeTurn(before: readonly Promise<unknown>[], parallel: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let running = before.length;
    const ended = (): void => {
      running -= 1;
      if (running < parallel) resolve();
    };
    for (const one of before) one.then(ended, ended);
  });
}
