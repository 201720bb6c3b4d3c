import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { openAllPlatforms } from "../../../src/image/export/all-platforms.ts";
import { exportContent } from "../../../src/image/export/export.ts";
import { pruneStore } from "../../../src/image/store/garbage.ts";
import { readImages } from "../../../src/image/store/names.ts";
import { pullImage } from "../../../src/image/store/pull.ts";
import { pullAllPlatforms } from "../../../src/image/store/pull-all.ts";
import { removeFromStore } from "../../../src/image/store/removal.ts";
import { formatPlatform, parsePlatform } from "../../../src/oci/platform.ts";
import { sha256, tarOf } from "../../support/layers.ts";
import { type LayoutWriter, newLayout, ociTypes } from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";
import { checkedBlobs, partials, storeIn } from "./support.ts";

const tag = { "org.opencontainers.image.ref.name": "v1" };
const attestation = { "vnd.docker.reference.type": "attestation-manifest" };
const elsewhere = ["https://example.org/layer"];

/** One image; its layer's bytes are told apart by its platform. */
function imageIn(layout: LayoutWriter, platform: object, layerMore: object = {}) {
  const tar = tarOf([{ name: JSON.stringify(platform).replaceAll("/", "_") }]);
  const config = { ...platform, config: {}, rootfs: { type: "layers", diff_ids: [sha256(tar)] } };
  const layer = { ...layout.blob(ociTypes.layer, tar), ...layerMore };
  const manifest = { schemaVersion: 2, config: layout.json(ociTypes.config, config), layers: [layer] };
  const descriptor = layout.json(ociTypes.manifest, { ...manifest, mediaType: ociTypes.manifest });
  return { descriptor: { ...descriptor, platform }, layer };
}

function indexIn(layout: LayoutWriter, manifests: readonly object[]) {
  return layout.json(ociTypes.index, { schemaVersion: 2, mediaType: ociTypes.index, manifests });
}

/** Two platforms of Linux, one of them in an index below, two Windows versions, an attestation, an artifact, and something that nobody knows. */
function everything(directory: string) {
  const layout = newLayout(join(directory, "layout"));
  const amd64 = imageIn(layout, { os: "linux", architecture: "amd64" });
  const arm64 = imageIn(layout, { os: "linux", architecture: "arm64" });
  const windows = ["10.0.1", "10.0.2"].map((version) =>
    imageIn(layout, { os: "windows", architecture: "amd64", "os.version": version }, { urls: elsewhere }),
  );
  for (const { layer } of windows) rmSync(join(directory, "layout/blobs/sha256", layer.digest.slice(7)));
  const proof = imageIn(layout, { os: "unknown", architecture: "unknown" });
  const artifact = layout.json(ociTypes.manifest, {
    schemaVersion: 2,
    mediaType: ociTypes.manifest,
    artifactType: "application/x-thing",
    config: layout.json("application/vnd.oci.empty.v1+json", {}),
    layers: [layout.blob("application/x-thing", Buffer.from("thing"))],
  });
  const root = indexIn(layout, [
    amd64.descriptor,
    indexIn(layout, [arm64.descriptor]),
    ...windows.map(({ descriptor }) => descriptor),
    { ...proof.descriptor, annotations: attestation },
    artifact,
    layout.blob("application/x-unknown", Buffer.from("what is this")),
  ]);
  layout.index([{ ...root, annotations: tag }]);
  return { root, reference: `oci:${layout.path}:v1`, blobs: readdirSync(join(layout.path, "blobs/sha256")) };
}

const digests = (names: readonly string[]): readonly string[] =>
  names.map((name) => `sha256:${name}`).toSorted();

test("all that the index names comes but what is elsewhere; prune keeps it while one platform is there", async () => {
  await using place = scratch();
  const [store, images] = [storeIn(place.path), join(place.path, "images")];
  const { root, reference, blobs } = everything(place.path);
  const pulled = await pullAllPlatforms(reference, { store, images });
  expect(pulled).toMatchObject({ name: "localhost/layout:v1", root, there: 0, fetched: blobs.length });
  const there = () => readImages(store).map(({ platform }) => formatPlatform(platform));
  expect(there().toSorted()).toEqual(["linux/amd64", "linux/arm64", "windows/amd64", "windows/amd64"]);
  expect(checkedBlobs(store).toSorted()).toEqual(digests(blobs));
  expect([partials(store), readdirSync(join(store.path, "leases"))]).toEqual([[], []]);
  // The same image alone keeps its index.
  await pullImage(reference, { store, images, platform: parsePlatform("linux/amd64") });
  expect(readImages(store).every(({ index }) => index?.digest === root.digest)).toBe(true);
  const [first, ...others] = readImages(store);
  for (const { manifest } of others) await removeFromStore(store, [manifest.digest], { untagOnly: true });
  expect((await pruneStore(store)).blobs).toEqual([]);
  expect(there()).toEqual([formatPlatform(first?.platform ?? parsePlatform("x"))]);
  const stdout = new Writable();
  await using whole = await openAllPlatforms("localhost/layout:v1", {
    images,
    store: { directory: store.path },
  });
  await exportContent(whole.content, { kind: "oci", path: join(place.path, "out"), name: "v1" }, { stdout });
  expect(digests(readdirSync(join(place.path, "out/blobs/sha256")))).toEqual(digests(blobs));
  await whole[Symbol.asyncDispose]();
  expect((await pruneStore(store, { all: true })).blobs).toHaveLength(blobs.length);
});

test("a layer that is missing leaves no name, and the next pull goes on", async () => {
  await using place = scratch();
  const [store, images] = [storeIn(place.path), join(place.path, "images")];
  const layout = newLayout(join(place.path, "layout"));
  const [one, two] = ["amd64", "arm64"].map((architecture) => imageIn(layout, { os: "linux", architecture }));
  layout.index([{ ...indexIn(layout, [one?.descriptor ?? {}, two?.descriptor ?? {}]), annotations: tag }]);
  const path = join(layout.path, "blobs/sha256", two?.layer.digest.slice(7) ?? "");
  rmSync(path);
  const pull = () => pullAllPlatforms(`oci:${layout.path}:v1`, { store, images });
  await expect(pull()).rejects.toMatchObject({ code: "image.blob-missing" });
  expect(readImages(store)).toEqual([]);
  expect(readdirSync(join(store.path, "leases"))).toEqual([]);
  imageIn(layout, { os: "linux", architecture: "arm64" });
  expect(await pull()).toMatchObject({ images: [{}, {}] });
  expect(checkedBlobs(store)).toHaveLength(7);
});

test.each([
  [
    "nothing but an attestation",
    (layout: LayoutWriter) => {
      const { descriptor } = imageIn(layout, { os: "unknown", architecture: "unknown" });
      return indexIn(layout, [{ ...descriptor, annotations: attestation }]);
    },
    "image.not-an-image",
  ],
  [
    "indexes without end",
    (layout: LayoutWriter) => {
      let inner = indexIn(layout, []);
      for (let depth = 0; depth < 120; depth++) inner = indexIn(layout, [inner]);
      return inner;
    },
    "image.bad-document",
  ],
] as const)("%s is refused", async (_name, make, code) => {
  await using place = scratch();
  const layout = newLayout(join(place.path, "layout"));
  layout.index([{ ...make(layout), annotations: tag }]);
  const [store, images] = [storeIn(place.path), join(place.path, "images")];
  await expect(pullAllPlatforms(`oci:${layout.path}:v1`, { store, images })).rejects.toMatchObject({ code });
  expect(readImages(store)).toEqual([]);
});

test("an image of one platform has no index", async () => {
  await using place = scratch();
  const layout = newLayout(join(place.path, "layout"));
  const { descriptor } = imageIn(layout, { os: "linux", architecture: "s390x" });
  layout.index([{ ...descriptor, annotations: tag }]);
  const [store, images] = [storeIn(place.path), join(place.path, "images")];
  const { root } = await pullAllPlatforms(`oci:${layout.path}:v1`, { store, images });
  expect(root.digest).toBe(descriptor.digest);
  expect(readImages(store)).toMatchObject([{ manifest: { digest: descriptor.digest } }]);
  expect(readImages(store)[0]).not.toHaveProperty("index");
});
