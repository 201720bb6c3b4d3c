import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OcilabError } from "../../../src/base/errors.ts";
import { takeLease } from "../../../src/image/store/lease.ts";
import { readImages } from "../../../src/image/store/names.ts";
import { pullingSource } from "../../../src/image/store/pulling.ts";
import { findBlob, makeStoreReady, partialPath, type Store } from "../../../src/image/store/store.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { scratch } from "../../support/scratch.ts";
import {
  anyReference,
  checkedBlobs,
  type MemoryImage,
  memoryImage,
  partials,
  pieces,
  storeIn,
} from "./support.ts";

const platform = parsePlatform("linux/amd64");
const name = "localhost/app:1";

async function pull(
  image: MemoryImage,
  store: Store,
  options: { readonly verify?: boolean; readonly name?: string } = {},
) {
  await using source = pullingSource(image.source, { store, name, ...options });
  await source.resolve(anyReference, platform);
  return await source.finish();
}

test("all blobs come, each once, and the name means the manifest", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  expect(await pull(image, store)).toMatchObject({
    fetched: 4,
    there: 0,
    bytes: 500_000 + sizeOfDocuments(image),
  });
  expect(checkedBlobs(store).toSorted()).toEqual([...image.bytes.keys()].toSorted());
  expect(readImages(store)).toMatchObject([
    { name, manifest: image.manifest, platform: { architecture: "amd64" } },
  ]);
  expect(partials(store)).toEqual([]);
  expect(readdirSync(join(store.path, "leases"))).toEqual([]);
});

function sizeOfDocuments({ bytes, layers }: MemoryImage): number {
  const all = [...bytes.values()].reduce((sum, { length }) => sum + length, 0);
  return all - layers.reduce((sum, { size }) => sum + size, 0);
}

test("an image of another platform costs its documents, and is not kept", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage({ architecture: "arm64" });
  await expect(pull(image, store)).rejects.toMatchObject({ code: "image.no-such-platform" });
  expect(image.fetched).toHaveLength(2);
  expect(readImages(store)).toEqual([]);
});

test("what is there is not fetched again", async () => {
  await using place = scratch();
  const image = memoryImage();
  await pull(image, storeIn(place.path));
  image.fetched.length = 0;
  expect(await pull(image, storeIn(place.path))).toMatchObject({ fetched: 0, there: 4, bytes: 0 });
  expect(image.fetched).toEqual([]);
});

test.each([true, undefined] as const)(
  "a download is continued where it was cut (source resumes: %s)",
  async (resumes) => {
    await using place = scratch();
    const store = storeIn(place.path);
    let cut = true;
    const image = memoryImage({
      ...(resumes && { resumes }),
      sizes: [300_000],
      async *change(bytes, target) {
        let sent = 0;
        for (const piece of pieces(bytes)) {
          yield piece;
          sent += piece.length;
          if (cut && target.size === 300_000 && sent > 100_000) throw new Error("the connection broke");
        }
      },
    });
    await expect(pull(image, store)).rejects.toThrow("the connection broke");
    const [layer] = image.layers;
    if (layer === undefined) throw new Error("no layer");
    expect(findBlob(store, layer.digest)).toBeUndefined();
    const kept = readFileSync(partialPath(store, layer.digest)).length;
    expect(kept).toBeGreaterThan(0);
    expect(readImages(store)).toEqual([]);
    cut = false;
    image.fetched.length = 0;
    expect(await pull(image, store)).toMatchObject({ fetched: 1, there: 2 });
    expect(image.fetched).toEqual([{ digest: layer.digest, offset: resumes ? kept : 0 }]);
    checkedBlobs(store);
  },
);

test("what an earlier download left damaged is fetched from the beginning", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage({ sizes: [50_000], resumes: true });
  makeStoreReady(store);
  const [layer] = image.layers;
  if (layer === undefined) throw new Error("no layer");
  writeFileSync(partialPath(store, layer.digest), "x".repeat(20_000));
  await pull(image, store);
  expect(image.fetched.filter(({ digest }) => digest === layer.digest).map(({ offset }) => offset)).toEqual([
    20_000, 0,
  ]);
  expect(checkedBlobs(store)).toContain(layer.digest);
});

test.each([
  ["other bytes", (bytes: Buffer) => [Buffer.alloc(bytes.length)], "image.wrong-digest"],
  ["too few", (bytes: Buffer) => [bytes.subarray(1)], "image.wrong-size"],
  ["too many", (bytes: Buffer) => [bytes, Buffer.from("x")], "image.wrong-size"],
])("%s are an error and no blob", async (_what, wrong, code) => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage({
    sizes: [1000],
    change: (bytes, target) => (target.size === 1000 ? wrong(bytes) : [bytes]),
  });
  await expect(pull(image, store)).rejects.toMatchObject({ code });
  expect(checkedBlobs(store)).not.toContain(image.layers[0]?.digest);
  expect(readImages(store)).toEqual([]);
});

test("a blob that was changed in the store is fetched again under `verify`", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  await pull(image, store);
  const blob = findBlob(store, image.layers[1]?.digest ?? image.manifest.digest);
  writeFileSync(blob?.path ?? "", Buffer.alloc(blob?.length ?? 0));
  expect(await pull(image, store)).toMatchObject({ fetched: 0 });
  expect(await pull(image, store, { verify: true })).toMatchObject({ fetched: 1, there: 3 });
  checkedBlobs(store);
});

test("two pulls at once: one fetches each blob, both have the image", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage({ sizes: [400_000, 300_000, 200_000] });
  const other = { ...image, fetched: [] };
  const done = await Promise.all([pull(image, store), pull(other, store, { name: "localhost/app:2" })]);
  expect(done.map(({ fetched, there }) => fetched + there)).toEqual([5, 5]);
  expect(image.fetched.length).toBe(5);
  expect(
    readImages(store)
      .map((one) => one.name)
      .toSorted(),
  ).toEqual([name, "localhost/app:2"]);
  checkedBlobs(store);
});

test("a layer can be read while it and later ones come", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const gate = Promise.withResolvers<void>();
  const image = memoryImage({
    sizes: [300_000, 100_000],
    async *change(bytes, target) {
      if (target.size === 100_000) await gate.promise;
      const [first, ...rest] = pieces(bytes);
      if (first !== undefined) yield first;
      if (target.size === 300_000) await gate.promise;
      yield* rest;
    },
  });
  await using source = pullingSource(image.source, { store, name });
  await source.resolve(anyReference, platform);
  const [first, second] = image.layers;
  if (first === undefined || second === undefined) throw new Error("no layers");
  expect(await source.locate?.(first)).toBeUndefined();
  const seen: Buffer[] = [];
  for await (const piece of await source.fetch(first)) {
    seen.push(piece as Buffer);
    if (seen.length === 1) gate.resolve();
  }
  expect(Buffer.concat(seen)).toEqual(image.bytes.get(first.digest));
  await source.finish();
  expect(await source.locate?.(second)).toMatchObject({ length: 100_000 });
});

test("whoever follows a layer that fails gets the error", async () => {
  await using place = scratch();
  const image = memoryImage({
    async *change(bytes, target) {
      yield bytes.subarray(0, 100);
      if (target.size >= 200_000)
        throw new OcilabError("image.unreadable", { doing: "fetch", got: "nothing" });
      yield bytes.subarray(100);
    },
  });
  await using source = pullingSource(image.source, { store: storeIn(place.path), name });
  await source.resolve(anyReference, platform);
  const [layer = image.manifest] = image.layers;
  const reading = async () => {
    for await (const _ of await source.fetch(layer));
  };
  await expect(reading()).rejects.toMatchObject({ code: "image.unreadable" });
});

test("a pull that is given up in the middle of a layer ends, and gives no name", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage({
    async *change(bytes, target) {
      yield bytes.subarray(0, 1000);
      if (target.size >= 200_000) await new Promise((resolve) => setTimeout(resolve, 50));
      yield bytes.subarray(1000);
    },
  });
  const source = pullingSource(image.source, { store, name });
  await source.resolve(anyReference, platform);
  for await (const _ of await source.fetch(image.layers[0] ?? image.manifest)) break;
  await source[Symbol.asyncDispose]();
  expect(readImages(store)).toEqual([]);
  expect(readdirSync(join(store.path, "leases"))).toEqual([]);
  await pull(image, store);
});

test("an abort ends it with the signal's reason", async () => {
  await using place = scratch();
  const abort = new AbortController();
  const image = memoryImage({
    async *change(bytes, target) {
      yield bytes.subarray(0, 1000);
      if (target.size >= 200_000) abort.abort(new Error("enough"));
      yield bytes.subarray(1000);
    },
  });
  await using source = pullingSource(image.source, {
    store: storeIn(place.path),
    name,
    signal: abort.signal,
  });
  await source.resolve(anyReference, platform);
  await expect(source.finish()).rejects.toThrow("enough");
});

test("more than there is room for is refused before a layer is fetched", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  const huge = { ...image.layers[0], size: 2 ** 50 };
  const text = JSON.parse(image.bytes.get(image.manifest.digest)?.toString() ?? "");
  const bytes = Buffer.from(JSON.stringify({ ...text, layers: [huge, image.layers[1]] }));
  const { createHash } = await import("node:crypto");
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
  const manifest = { ...image.manifest, digest: digest as typeof image.manifest.digest, size: bytes.length };
  (image.bytes as Map<string, Buffer>).set(digest, bytes);
  const changed = { ...image, source: { ...image.source, resolve: async () => manifest } };
  await expect(pull(changed, store)).rejects.toMatchObject({ code: "image.store-full" });
  expect(image.fetched.length).toBe(2);
});

test("a store that cannot be made is an error that says where", async () => {
  await using place = scratch();
  writeFileSync(join(place.path, "store"), "");
  await expect(pull(memoryImage(), storeIn(place.path))).rejects.toMatchObject({
    code: "host.store-unwritable",
  });
  mkdirSync(join(place.path, "other"));
});

test("a lease counts until it is given back", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  makeStoreReady(store);
  const lease = await takeLease(store);
  await lease.hold([memoryImage().manifest.digest]);
  expect(readdirSync(join(store.path, "leases")).length).toBe(1);
  await lease[Symbol.asyncDispose]();
  await lease[Symbol.asyncDispose]();
  expect(readdirSync(join(store.path, "leases"))).toEqual([]);
});
