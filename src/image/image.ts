import type { Readable } from "node:stream";
import type { Cancel } from "../base/brand.ts";
import type {
  Descriptor,
  Digest,
  ImageConfig,
  ImageManifest,
  ImageReference,
  Platform,
} from "../oci/image.ts";

/** `offset`: begin at this byte of the blob, for sources whose `resumes` is true; the others pass it over. */
export type FetchOptions = Cancel & { readonly offset?: number };

/** Where images come from: two methods to implement. openImage derives the rest and verifies every byte. */
export type ImageSource = AsyncDisposable & {
  /** The descriptor of the manifest (never of an index) that the reference names for this platform. */
  resolve(reference: ImageReference, platform: Platform, options?: Cancel): Promise<Descriptor>;
  /** The descriptor that the reference names, of an index where it is one: for all platforms at once. Left out: images of this source have one platform. */
  root?(reference: ImageReference, options?: Cancel): Promise<Descriptor>;
  /** The bytes of one blob. The source need not verify them. The caller closes the stream. */
  fetch(target: Descriptor, options?: FetchOptions): Promise<Readable>;
  /** `fetch` heeds `offset`. */
  readonly resumes?: true;
  /** Where the blob lies uncut in a file of this machine, for sources that have it so: spares a copy through this process. */
  locate?(target: Descriptor): Promise<FileSpan | undefined>;
};

/** A run of bytes in a file; `path` is absolute. */
export type FileSpan = { readonly path: string; readonly offset: number; readonly length: number };

/** One layer to apply, base first. `open` yields the bytes as stored (compressed); `span` is there when they lie in a local file. */
export type LayerBlob = {
  readonly descriptor: Descriptor;
  /** Digest of the uncompressed tar (image-spec config.md#layer-diffid). */
  readonly diffId: Digest;
  readonly span?: FileSpan;
  open(options?: Cancel): Promise<Readable>;
};

/** An opened image: manifest and config are verified and parsed, the layers are verified while they are unpacked. Dispose of it to close its source. */
export type Image = AsyncDisposable & {
  readonly reference: ImageReference;
  readonly platform: Platform;
  readonly manifestDescriptor: Descriptor;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly layers: readonly LayerBlob[];
  /** The bytes of its manifest or configuration as they stand, not verified. */
  fetch(target: Descriptor, options?: Cancel): Promise<Readable>;
};
