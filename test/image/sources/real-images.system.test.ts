import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../src/base/temporary.ts";
import type { LayerBlob } from "../../../src/image/image.ts";
import { openImage } from "../../../src/image/open.ts";
import { findSource } from "../../../src/image/recognise.ts";
import { parseReference } from "../../../src/oci/reference.ts";
import { imageMakers } from "../../support/images.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { sourceContract } from "./contract.ts";

for (const maker of imageMakers) {
  describeWith(maker.needs, `an image made by ${maker.name}`, () => {
    let place: TemporaryDirectory;
    let reference = "";
    beforeAll(async () => {
      place = scratch();
      reference = await maker.make(place.path);
    });
    afterAll(async () => await place[Symbol.asyncDispose]());
    const images = () => join(place.path, "images");

    sourceContract(async () => {
      const { source, reference: located } = await findSource(reference, { images: images() });
      const unknown = { ...located, tag: "there-is-no-such-tag" };
      return {
        source,
        reference: located,
        unknown,
        [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
      };
    });

    test("opens, and every layer has the bytes, digest, size and diff-id that are promised", async () => {
      await using image = await openImage(reference, { images: images() });
      expect(image.layers.length).toBeGreaterThanOrEqual(2);
      expect(image.config.rootfs.diff_ids).toEqual(image.layers.map(({ diffId }) => diffId));
      for (const layer of image.layers) {
        const bytes = bytesOf(layer);
        expect(bytes.length).toBe(layer.descriptor.size);
        expect(sha256(bytes)).toBe(layer.descriptor.digest);
        expect(sha256(unpacked(bytes))).toBe(layer.diffId);
      }
    });

    test("is recognised without its transport", async () => {
      const parsed = parseReference(reference);
      const text = reference.slice(reference.indexOf(":") + 1);
      await using image = await openImage(text, { images: images() });
      expect(image.reference).toMatchObject("path" in parsed ? { path: parsed.path } : {});
      await using explicit = await openImage(reference, { images: images() });
      expect(image.config).toEqual(explicit.config);
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(explicit.layers.map(({ diffId }) => diffId));
    });

    test.runIf(maker.name.startsWith("docker save") && !maker.name.includes("before"))(
      "gets the same manifest by either way into it: docker's own, and the one written from manifest.json",
      async () => {
        const file = reference.split(":")[1] ?? "";
        await using docker = await openImage(`docker-archive:${file}`, { images: images() });
        await using oci = await openImage(`oci-archive:${file}:lab:2`, { images: images() });
        expect(docker.layers.map(({ descriptor }) => descriptor.digest)).toEqual(
          oci.layers.map(({ descriptor }) => descriptor.digest),
        );
        expect(docker.manifest.config.digest).toBe(oci.manifest.config.digest);
      },
    );

    test("leaves nothing behind", () => {
      expect(readdirSync(place.path).includes("images") ? readdirSync(images()) : []).toEqual([]);
    });
  });
}

function bytesOf({ span }: LayerBlob): Buffer {
  if (span === undefined) throw new Error("the layer has no span");
  const bytes = Buffer.alloc(span.length);
  const file = openSync(span.path, "r");
  readSync(file, bytes, 0, span.length, span.offset);
  closeSync(file);
  return bytes;
}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
