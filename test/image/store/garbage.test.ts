import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneStore } from "../../../src/image/store/garbage.ts";
import { readImages } from "../../../src/image/store/names.ts";
import { pullingSource } from "../../../src/image/store/pulling.ts";
import { removeFromStore } from "../../../src/image/store/removal.ts";
import { blobPath, partialPath, type Store } from "../../../src/image/store/store.ts";
import { storedSource } from "../../../src/image/store/stored.ts";
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

async function pull(image: MemoryImage, store: Store, name: string): Promise<void> {
  await using source = pullingSource(image.source, { store, name });
  await source.resolve(anyReference, platform);
  await source.finish();
}

test("an empty store has nothing to prune, and is not made for it", async () => {
  await using place = scratch();
  expect(await pruneStore(storeIn(place.path))).toEqual({ images: [], blobs: [], partials: [], bytes: 0 });
});

test("a name that moves leaves an image without one; prune removes it, and what others share stays", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const base = [randomBytes(5000)];
  const [old, young] = [memoryImage({ base, sizes: [7000] }), memoryImage({ base, sizes: [8000] })];
  await pull(old, store, "localhost/app:1");
  await pull(young, store, "localhost/app:1");
  expect(readImages(store).map(({ name }) => name)).toEqual([undefined, "localhost/app:1"]);
  const dry = await pruneStore(store, { dryRun: true });
  expect(checkedBlobs(store).length).toBe(7);
  expect(await pruneStore(store)).toEqual(dry);
  expect(dry.blobs.length).toBe(3);
  expect(dry.bytes).toBeGreaterThan(7000);
  expect(checkedBlobs(store).toSorted()).toEqual([...young.bytes.keys()].toSorted());
});

test("prune removes strange files among the blobs, and downloads that nobody continues", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  await pull(image, store, "localhost/app:1");
  writeFileSync(join(store.path, "blobs/sha256/strange"), "strange");
  mkdirSync(join(store.path, "blobs/sha512/folder"));
  const gone = memoryImage().manifest.digest;
  writeFileSync(partialPath(store, gone), "half");
  const removed = await pruneStore(store);
  expect(removed.partials).toEqual([{ digest: gone, size: 4 }]);
  expect(removed.blobs.map(({ digest }) => digest)).toEqual(["sha256:strange", "sha512:folder"]);
  expect(checkedBlobs(store).length).toBe(image.bytes.size);
});

test("prune --all removes every image but one that is being read, and that afterwards", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const [kept, gone] = [memoryImage(), memoryImage()];
  await pull(kept, store, "localhost/kept:1");
  await pull(gone, store, "localhost/gone:1");
  const source = storedSource(store, readImages(store).slice(0, 1));
  await source.resolve(anyReference, platform);
  expect((await pruneStore(store, { all: true })).images.map(({ name }) => name)).toEqual([
    "localhost/gone:1",
  ]);
  expect(checkedBlobs(store).toSorted()).toEqual([...kept.bytes.keys()].toSorted());
  await source[Symbol.asyncDispose]();
  await pruneStore(store, { all: true });
  expect(checkedBlobs(store)).toEqual([]);
});

test("prune during a pull takes nothing that the pull has brought or found", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const base = [randomBytes(5000)];
  const old = memoryImage({ base, sizes: [] });
  await pull(old, store, "localhost/old:1");
  const image = memoryImage({
    base,
    sizes: [200_000],
    async *change(bytes, target) {
      for (const piece of pieces(bytes)) {
        if (target.size === 200_000) await pruneStore(store, { all: true });
        yield piece;
      }
    },
  });
  await pull(image, store, "localhost/app:1");
  expect(readImages(store).map(({ name }) => name)).toEqual(["localhost/app:1"]);
  expect(checkedBlobs(store).toSorted()).toEqual([...image.bytes.keys()].toSorted());
  expect(partials(store)).toEqual([]);
});

test("a manifest that cannot be read stops prune before it removes anything", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  await pull(image, store, "localhost/app:1");
  writeFileSync(blobPath(store, image.manifest.digest), "{");
  await expect(pruneStore(store)).rejects.toMatchObject({ code: "image.store-damaged" });
  await pull(memoryImage(), store, "localhost/other:1");
});

test("removing names and images", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  const [id] = image.manifest.digest.slice(7, 19).split(" ");
  for (const name of ["docker.io/library/app:1", "docker.io/library/app:latest"])
    await pull(image, store, name);
  await expect(removeFromStore(store, ["ap:1"], {})).rejects.toMatchObject({
    code: "image.no-such-name",
    hint: 'did you mean "app:1"?',
  });
  await expect(removeFromStore(store, [id ?? ""], {})).rejects.toMatchObject({ code: "image.several-names" });
  await expect(removeFromStore(store, ["app:1", "nothing"], {})).rejects.toMatchObject({
    code: "image.no-such-name",
  });
  expect(readImages(store).length).toBe(2);
  expect(await removeFromStore(store, ["app:1"], {})).toMatchObject({ images: [], blobs: [] });
  expect(await removeFromStore(store, ["app"], { untagOnly: true })).toMatchObject({ blobs: [] });
  expect(readImages(store).map(({ name }) => name)).toEqual([undefined]);
  expect((await removeFromStore(store, [id ?? ""], {})).blobs.length).toBe(4);
  expect(checkedBlobs(store)).toEqual([]);
});

test("--force removes an image with all its names", async () => {
  await using place = scratch();
  const store = storeIn(place.path);
  const image = memoryImage();
  for (const name of ["localhost/a:1", "localhost/b:1"]) await pull(image, store, name);
  const removed = await removeFromStore(store, [image.manifest.digest], { force: true });
  expect(removed.untagged.length).toBe(2);
  expect(readImages(store)).toEqual([]);
  expect(checkedBlobs(store)).toEqual([]);
});
