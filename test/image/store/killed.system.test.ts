import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { storeBlob } from "../../../src/image/store/blobs.ts";
import { pruneStore } from "../../../src/image/store/garbage.ts";
import { readImages } from "../../../src/image/store/names.ts";
import { storeAt } from "../../../src/image/store/store.ts";
import { must } from "../../support/images.ts";
import { newLayout, ociTypes, sha256 } from "../../support/layout-writer.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";
import { checkedBlobs, memoryImage, partials, pieces } from "./support.ts";

/** An OCI layout with an image of four layers of 4 MB each, of bytes that nobody looks into; its path. */
function bigLayout(directory: string): string {
  const layout = newLayout(join(directory, "big"));
  const contents = [1, 2, 3, 4].map(() => randomBytes(4_000_000));
  const manifest = layout.json(ociTypes.manifest, {
    schemaVersion: 2,
    mediaType: ociTypes.manifest,
    config: layout.json(ociTypes.config, {
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: contents.map((bytes) => `sha256:${sha256(bytes)}`) },
    }),
    layers: contents.map((bytes) => layout.blob(ociTypes.layer, bytes)),
  });
  layout.index([manifest]);
  return layout.path;
}

function startPull(home: string, layout: string) {
  return spawn(join(repository, "bin/ocilab"), ["pull", "--parallel", "2", `oci:${layout}`], {
    env: { ...process.env, OCILAB_HOME: home },
    stdio: "ignore",
  });
}

describeWith([], "a pull that is killed", () => {
  test("at any of 50 moments leaves whole blobs only, and the next pull succeeds", {
    timeout: 120_000,
  }, async () => {
    await using place = scratch();
    const layout = bigLayout(place.path);
    const store = storeAt(join(place.path, "store"));
    mkdirSync(store.path);
    const ocilab = ocilabIn(place.path);
    const began = performance.now();
    await once(startPull(place.path, layout), "close");
    const usual = performance.now() - began;
    await pruneStore(store, { all: true });
    let midway = 0;
    for (let time = 0; time < 50; time++) {
      const child = startPull(place.path, layout);
      const ended = once(child, "close");
      await delay((usual * (time + Math.random())) / 50);
      child.kill("SIGKILL");
      await ended;
      if (checkedBlobs(store).length > 0 && readImages(store).length === 0) midway += 1;
      // Half of the times the next one begins where this one was.
      if (time % 2 === 0) await pruneStore(store, { all: true });
    }
    expect(midway).toBeGreaterThan(0);
    const after = await ocilab(["pull", "--json", `oci:${layout}`]);
    expect(after).toMatchObject({ exitCode: 0, stderr: "" });
    expect(checkedBlobs(store).length).toBe(6);
    await pruneStore(store);
    expect(checkedBlobs(store).length).toBe(6);
    expect([partials(store), readdirSync(join(store.path, "leases"))]).toEqual([[], []]);
    expect(readdirSync(store.path).toSorted()).toEqual([
      "blobs",
      "index.json",
      "leases",
      "lock",
      "oci-layout",
      "partial",
    ]);
  });

  test("pulls of several processes at once share one store", { timeout: 60_000 }, async () => {
    await using place = scratch();
    const layout = bigLayout(place.path);
    const children = [1, 2, 3].map(() => startPull(place.path, layout));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "close"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    const store = storeAt(join(place.path, "store"));
    expect(checkedBlobs(store).length).toBe(6);
    expect(readImages(store).length).toBe(1);
    expect(partials(store)).toEqual([]);
  });
});

describeWith(["root"], "a disc that is full", () => {
  test("is said, leaves no half blob, and what was there stays", { timeout: 60_000 }, async () => {
    await using place = scratch();
    const layout = bigLayout(place.path);
    const home = join(place.path, "small");
    mkdirSync(home);
    await must("mount", ["-t", "tmpfs", "-o", "size=12m", "none", home]);
    try {
      const ocilab = ocilabIn(home);
      expect((await ocilab(["pull", "busybox"])).exitCode).toBe(0);
      const store = storeAt(join(home, "store"));
      const full = await ocilab(["pull", `oci:${layout}`]);
      expect(full).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("code: image.store-full") });
      expect(full.stderr).toContain("there is room for");
      // Room that vanishes while it is written.
      const image = memoryImage({ sizes: [16_000_000] });
      const fetch = async () => pieces(image.bytes.get(image.layers[0]?.digest ?? "") ?? Buffer.alloc(0));
      const writing = storeBlob(store, image.layers[0] ?? image.manifest, {
        fetch: async () => Readable.from(await fetch()),
      });
      await expect(writing).rejects.toMatchObject({ code: "image.store-full", facts: { errno: "ENOSPC" } });
      expect(partials(store)).toEqual([]);
      expect(readImages(store).map(({ name }) => name)).toEqual(["localhost/busybox:latest"]);
      expect(checkedBlobs(store).length).toBe(5);
    } finally {
      await must("umount", [home]);
    }
  });
});
