import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "vitest";
import type { ImageSource } from "../../../src/image/image.ts";
import { type Store, storeAt } from "../../../src/image/store/store.ts";
import type { Descriptor, ImageReference } from "../../../src/oci/image.ts";

/** An image in memory, of layers of random bytes (the store does not look into them), whose source a test can slow, cut and damage. */
export type MemoryImage = {
  readonly source: ImageSource;
  readonly manifest: Descriptor;
  readonly layers: readonly Descriptor[];
  /** Every fetch, in order. */
  readonly fetched: { readonly digest: string; readonly offset: number }[];
  readonly bytes: ReadonlyMap<string, Buffer>;
};

export type MemoryWish = {
  readonly sizes?: readonly number[];
  /** Layers to have besides, base first. */
  readonly base?: readonly Buffer[];
  readonly architecture?: string;
  readonly resumes?: true;
  /** Stands between the bytes and whoever fetches them. */
  readonly change?: (bytes: Buffer, target: Descriptor) => AsyncIterable<Buffer> | Iterable<Buffer>;
};

export const anyReference: ImageReference = { kind: "oci", path: "/nowhere", tag: "v1" };

/** Make one. */
export function memoryImage(wish: MemoryWish = {}): MemoryImage {
  const bytes = new Map<string, Buffer>();
  const blob = (mediaType: string, content: Buffer): Descriptor => {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}` as Descriptor["digest"];
    bytes.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const contents = [
    ...(wish.base ?? []),
    ...(wish.sizes ?? [300_000, 200_000]).map((size) => randomBytes(size)),
  ];
  const layers = contents.map((content) => blob("application/vnd.oci.image.layer.v1.tar", content));
  const config = blob(
    "application/vnd.oci.image.config.v1+json",
    json({
      architecture: wish.architecture ?? "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  const type = "application/vnd.oci.image.manifest.v1+json";
  const manifest = blob(type, json({ schemaVersion: 2, mediaType: type, config, layers }));
  const fetched: { digest: string; offset: number }[] = [];
  const source: ImageSource = {
    ...(wish.resumes === undefined ? {} : { resumes: wish.resumes }),
    resolve: async () => manifest,
    async fetch(target, { offset = 0 } = {}) {
      fetched.push({ digest: target.digest, offset });
      const content = bytes.get(target.digest)?.subarray(wish.resumes ? offset : 0) ?? Buffer.alloc(0);
      return Readable.from(wish.change?.(content, target) ?? pieces(content));
    },
    async [Symbol.asyncDispose]() {},
  };
  return { source, manifest, layers, fetched, bytes };
}

/** Bytes as they come through a socket. */
export function* pieces(bytes: Buffer, size = 16_384): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Names of the blobs in a store, each with its digest checked: what has a name is whole. */
export function checkedBlobs(store: Store): readonly string[] {
  return readdirSync(join(store.path, "blobs/sha256")).map((name) => {
    const bytes = readFileSync(join(store.path, "blobs/sha256", name));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(name);
    return `sha256:${name}`;
  });
}

/** The store below a directory. */
export function storeIn(directory: string): Store {
  return storeAt(join(directory, "store"));
}

export function partials(store: Store): readonly string[] {
  return readdirSync(join(store.path, "partial"));
}
