import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ImageSource } from "../../../src/image/image.ts";
import type { Descriptor, ImageManifest, ImageReference } from "../../../src/oci/image.ts";
import { documentKind } from "../../../src/oci/media-types.ts";
import { platformOf } from "../../../src/oci/platform.ts";

/** A source to try, a reference that it can resolve for this machine's platform, and one that it cannot. */
export type SourceCase = AsyncDisposable & {
  readonly source: ImageSource;
  readonly reference: ImageReference;
  readonly unknown: ImageReference | undefined;
};

/** What every `ImageSource` promises. Call it inside a `describe`; `open` is called afresh for each test. */
export function sourceContract(open: () => Promise<SourceCase>): void {
  const platform = platformOf(process.arch);

  test("resolve names a manifest, and the same one again", async () => {
    await using opened = await open();
    const first = await opened.source.resolve(opened.reference, platform);
    expect(documentKind(first.mediaType)).toBe("manifest");
    expect(await opened.source.resolve(opened.reference, platform)).toEqual(first);
  });

  test("fetch gives the bytes that the digest names, for manifest, configuration and layers, each time", async () => {
    await using opened = await open();
    for (const target of await everyBlob(opened)) {
      for (let time = 0; time < 2; time++) {
        const bytes = await collect(await opened.source.fetch(target));
        expect(bytes.length).toBe(target.size);
        expect(digestOf(bytes, target)).toBe(target.digest);
      }
    }
  });

  test("two fetches at once do not disturb each other", async () => {
    await using opened = await open();
    const blobs = await everyBlob(opened);
    const all = await Promise.all(
      [...blobs, ...blobs].map(async (target) =>
        digestOf(await collect(await opened.source.fetch(target)), target),
      ),
    );
    expect(all).toEqual([...blobs, ...blobs].map(({ digest }) => digest));
  });

  test("locate, where there is one, points to the same bytes", async () => {
    await using opened = await open();
    for (const target of await everyBlob(opened)) {
      const span = await opened.source.locate?.(target);
      if (span === undefined) continue;
      expect(span.length).toBe(target.size);
      expect(isAbsolute(span.path)).toBe(true);
      const bytes = readFileSync(span.path).subarray(span.offset, span.offset + span.length);
      expect(digestOf(bytes, target)).toBe(target.digest);
    }
  });

  test("a blob that is not there is missed by its digest", async () => {
    await using opened = await open();
    const target = await opened.source.resolve(opened.reference, platform);
    const absent: Descriptor = { ...target, digest: `sha256:${"0".repeat(64)}` as Descriptor["digest"] };
    await expect(opened.source.fetch(absent)).rejects.toMatchObject({ code: "image.blob-missing" });
    expect(await opened.source.locate?.(absent)).toBeUndefined();
  });

  test("a tag that is not there is an error that lists the others", async () => {
    await using opened = await open();
    if (opened.unknown === undefined) return;
    await expect(opened.source.resolve(opened.unknown, platform)).rejects.toMatchObject({
      code: "image.no-such-tag",
    });
  });

  test("an aborted signal ends resolve or fetch with its reason", async () => {
    await using opened = await open();
    const target = await opened.source.resolve(opened.reference, platform);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(opened.source.fetch(target, { signal })).rejects.toThrow("enough");
  });

  test("disposing twice is harmless", async () => {
    await using opened = await open();
    await opened.source[Symbol.asyncDispose]();
    await opened.source[Symbol.asyncDispose]();
  });

  async function everyBlob({ source, reference }: SourceCase): Promise<readonly Descriptor[]> {
    const target = await source.resolve(reference, platform);
    const manifest = JSON.parse((await collect(await source.fetch(target))).toString()) as ImageManifest;
    return [target, manifest.config, ...manifest.layers];
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function digestOf(bytes: Uint8Array, { digest }: Descriptor): string {
  const algorithm = digest.slice(0, digest.indexOf(":"));
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
