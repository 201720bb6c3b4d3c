import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import { createBundle } from "../../../src/bundle/create.ts";
import type { RootfsResult } from "../../../src/bundle/rootfs.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { pruneSnapshots } from "../../../src/image/snapshots/prune.ts";
import { listChainIds, readChain } from "../../../src/image/snapshots/snapshot.ts";
import { openSnapshots } from "../../../src/image/snapshots/store.ts";
import { mount, unmount } from "../../../src/linux/mount.ts";
import { chainIds } from "../../../src/oci/chain-id.ts";
import { type Member, tarOf } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { imageOf } from "../../support/rootfs.ts";
import { scratch } from "../../support/scratch.ts";

/** An image in a directory of its own, and how to make bundles of it with one store. */
async function given(...layers: readonly (readonly Member[])[]) {
  const place = scratch();
  const reference = imageOf(
    place.path,
    layers.map((members) => ({ tar: tarOf(members) })),
  );
  const image = await openImage(reference, { images: join(place.path, "images") });
  const snapshots = join(place.path, "snapshots");
  const make = async (name: string, options: { copy?: boolean; parent?: string } = {}) => {
    const results: RootfsResult[] = [];
    const { copy = false, parent = place.path } = options;
    const onUnpacked = (made: RootfsResult): void => void results.push(made);
    const bundle = await createBundle(image, join(parent, name), { rootfs: { snapshots, copy }, onUnpacked });
    return { bundle, kind: results[0]?.kind, reused: results[0]?.reused };
  };
  return {
    ...{
      path: place.path,
      reference,
      image,
      snapshots,
      make,
      chain: chainIds(image.layers.map(({ diffId }) => diffId)),
    },
    async [Symbol.asyncDispose]() {
      await image[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

const file = (name: string, data = name): readonly Member[] => [{ name, data }];

describeWith(["root"], "the store of snapshots", () => {
  test("a layer is unpacked once, and shared by images that have it on the same layers", async () => {
    await using one = await given(file("a"), file("b"));
    expect(await one.make("x")).toMatchObject({ kind: "overlay", reused: 0 });
    expect(await one.make("y")).toMatchObject({ kind: "overlay", reused: 2 });
    await using place = scratch();
    const other = imageOf(
      place.path,
      [...file("a"), ...file("c")].map((member) => ({ tar: tarOf([member]) })),
    );
    await using image = await openImage(other, { images: join(place.path, "images") });
    const reused: number[] = [];
    await createBundle(image, join(place.path, "z"), {
      rootfs: { snapshots: one.snapshots, copy: false },
      onUnpacked: (result) => void reused.push(result.reused),
    });
    expect(reused).toEqual([1]);
    expect(readdirSync(join(place.path, "z/rootfs"))).toEqual(["a", "c"]);
    expect(listChainIds(one.snapshots)).toHaveLength(3);
  });

  test("what is written into one bundle is in no other", async () => {
    await using image = await given(file("a"));
    const [x, y] = [await image.make("x"), await image.make("y")];
    writeFileSync(join(x.bundle.rootfs, "a"), "changed");
    rmSync(join(y.bundle.rootfs, "a"));
    expect(readFileSync(join(x.bundle.rootfs, "a"), "utf8")).toBe("changed");
    expect(readdirSync(y.bundle.rootfs)).toEqual([]);
    expect((await image.make("w")).bundle.rootfs).toSatisfy((path: string) => existsSync(join(path, "a")));
  });

  test("70 layers, each changing what the one below did", async () => {
    const layers = Array.from({ length: 70 }, (_, index): readonly Member[] => [
      { name: `only-${index}`, data: `${index}` },
      { name: "all", data: `${index}` },
      { name: `.wh.only-${index - 3}` },
    ]);
    await using image = await given(...layers);
    const plain = join(image.path, "plain");
    mkdirSync(plain);
    await unpackLayers(image.image.layers, plain);
    const { bundle, kind } = await image.make("x");
    expect([kind, compareRootfs(plain, bundle.rootfs)]).toEqual(["overlay", []]);
    expect(await pruneSnapshots({ snapshots: image.snapshots, keep: new Set() })).toMatchObject({
      removed: [],
    });
    unmount(bundle.rootfs);
    const copied = await image.make("y", { copy: true });
    expect([copied.kind, compareRootfs(plain, copied.bundle.rootfs)]).toEqual(["copied", []]);
  });

  test.each<[string, Member]>([
    ["a device 0:0", { name: "white", type: "3", major: 0, minor: 0 }],
    ["an attribute of overlayfs", { name: "d/", pax: { "SCHILY.xattr.trusted.overlay.opaque": "y" } }],
  ])("%s makes the rootfs a copy, as it stands", async (_title, member) => {
    await using image = await given(file("a"), [member]);
    const plain = join(image.path, "plain");
    mkdirSync(plain);
    await unpackLayers(image.image.layers, plain);
    const { kind, bundle } = await image.make("x");
    expect([kind, compareRootfs(plain, bundle.rootfs)]).toEqual(["unpacked", []]);
    expect(readdirSync(bundle.path).sort()).toEqual(["config.json", "rootfs"]);
    expect(listChainIds(image.snapshots)).toEqual([image.chain[0]]);
  });

  test("where overlayfs cannot write, the rootfs is a copy", async () => {
    await using image = await given(file("a"), file("b"));
    const [upper, at] = [join(image.path, "upper"), join(image.path, "at")];
    for (const path of [upper, join(image.path, "work"), at]) mkdirSync(path);
    const data = `lowerdir=${image.path}/layout,upperdir=${upper},workdir=${image.path}/work`;
    mount(at, { type: "overlay", data });
    try {
      expect(await image.make("cold", { parent: at })).toMatchObject({ kind: "unpacked" });
      await image.make("elsewhere");
      const warm = await image.make("warm", { parent: at });
      expect(warm).toMatchObject({ kind: "copied", reused: 2 });
      expect(readdirSync(warm.bundle.path).sort()).toEqual(["config.json", "rootfs"]);
    } finally {
      unmount(at);
    }
  });

  test("--copy of unpacked layers copies them, and else unpacks without keeping anything", async () => {
    await using image = await given(file("a"), file("b"));
    expect(await image.make("x", { copy: true })).toMatchObject({ kind: "unpacked" });
    expect(listChainIds(image.snapshots)).toEqual([]);
    await image.make("y");
    expect(await image.make("z", { copy: true })).toMatchObject({ kind: "copied", reused: 2 });
  });

  test("a layer that is not what the image promises leaves nothing, and those below it stay", async () => {
    await using image = await given(file("a"), file("b"), file("c"));
    const [first, second, third] = image.image.layers;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no layers");
    const layers = [first, { ...second, diffId: third.diffId }, third];
    const made = createBundle({ ...image.image, layers }, join(image.path, "x"), {
      rootfs: { snapshots: image.snapshots, copy: false },
    });
    await expect(made).rejects.toMatchObject({ code: "layer.digest-mismatch" });
    expect(listChainIds(image.snapshots)).toEqual([image.chain[0]]);
    expect(readdirSync(image.path).filter((name) => name.startsWith(".ocilab"))).toEqual([]);
    expect(readdirSync(image.snapshots).filter((name) => name.startsWith(".ocilab"))).toEqual([]);
  });

  test("limits count layers that were unpacked before", async () => {
    await using image = await given(file("a"), file("b"));
    const limited = (name: string) =>
      createBundle(image.image, join(image.path, name), {
        rootfs: { snapshots: image.snapshots, copy: false },
        limits: { entries: 1 },
      });
    await expect(limited("x")).rejects.toMatchObject({ code: "layer.limit" });
    await image.make("y");
    await expect(limited("z")).rejects.toMatchObject({ code: "layer.limit" });
    expect(readdirSync(image.path)).not.toContain("z");
  });

  test("a damaged snapshot is made anew", async () => {
    await using image = await given(file("a"));
    const { bundle } = await image.make("x");
    unmount(bundle.rootfs);
    const [snapshot] = readChain(image.snapshots, image.chain);
    writeFileSync(join(snapshot?.fs ?? "", "../snapshot.json"), "{");
    rmSync(join(snapshot?.fs ?? "", "a"));
    expect(await image.make("y")).toMatchObject({ kind: "overlay", reused: 0 });
    expect(readFileSync(join(image.path, "y/rootfs/a"), "utf8")).toBe("a");
  });
});

describeWith(["root"], "removing snapshots", () => {
  const none = new Set<never>();

  test("those of a bundle stay, mounted or not, until it is removed", async () => {
    await using image = await given(file("a"), file("b"));
    const { snapshots, chain } = image;
    const home = image.path;
    await image.make("x");
    expect(await pruneSnapshots({ snapshots, keep: none })).toMatchObject({ removed: [] });
    const ocilab = ocilabIn(home);
    expect(await ocilab(["umount", join(home, "x")])).toMatchObject({ exitCode: 0 });
    expect(await pruneSnapshots({ snapshots, keep: none })).toMatchObject({ removed: [] });
    expect(await ocilab(["umount", "--delete", join(home, "x")])).toMatchObject({ exitCode: 0 });
    const kept = new Set(chain.slice(0, 1));
    expect(await pruneSnapshots({ snapshots, keep: kept })).toMatchObject({ removed: [chain[1]] });
    const { removed, bytes } = await pruneSnapshots({ snapshots, keep: none });
    expect([removed, listChainIds(snapshots)]).toEqual([[chain[0]], []]);
    expect(bytes).toBeGreaterThan(0);
    expect(readdirSync(snapshots).sort()).toEqual(["lock", "uses"]);
  });

  test("it waits for whoever uses the store, or for the signal", async () => {
    await using image = await given(file("a"));
    const { snapshots } = image;
    await image.make("x");
    using _store = await openSnapshots(snapshots);
    const signal = AbortSignal.timeout(50);
    await expect(pruneSnapshots({ snapshots, keep: none, signal })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(listChainIds(snapshots)).toHaveLength(1);
  });

  test("a store that is not there has none", async () => {
    expect(await pruneSnapshots({ snapshots: "/nowhere/at/all", keep: none })).toEqual({
      removed: [],
      bytes: 0,
    });
  });
});
