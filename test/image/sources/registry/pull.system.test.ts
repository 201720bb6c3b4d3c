import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../../src/base/temporary.ts";
import { openImage } from "../../../../src/image/open.ts";
import type { Descriptor } from "../../../../src/oci/image.ts";
import { mediaTypes } from "../../../../src/oci/media-types.ts";
import { parsePlatform, platformOf } from "../../../../src/oci/platform.ts";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";
import { describeWith } from "../../../support/needs.ts";
import { ocilabIn } from "../../../support/ocilab.ts";
import { type Registry, startRegistry } from "../../../support/registry.ts";
import { fillRegistry } from "../../../support/registry-images.ts";
import { scratch } from "../../../support/scratch.ts";
import { sourceContract } from "../contract.ts";
import { bare, collect, isWhole, named, opened, sourceOf } from "./support.ts";

const platform = platformOf(process.arch);

describeWith(["docker-registry", "skopeo"], "a registry without authentication", () => {
  let place: TemporaryDirectory;
  let registry: Registry;
  let proxy: FaultProxy;
  beforeAll(async () => {
    place = scratch();
    registry = await startRegistry(place.path);
    proxy = await startFaultProxy(registry.host);
    await fillRegistry(registry.host, place.path);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  sourceContract(async () => {
    const text = `${registry.host}/lab/app:1`;
    const source = sourceOf(text);
    return {
      source,
      reference: named(text),
      unknown: undefined,
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  });

  test("a manifest is asked for by tag with HEAD, and nothing is downloaded", async () => {
    const before = proxy.seen.length;
    await using source = sourceOf(`${proxy.host}/lab/app:1`);
    const root = await source.describe();
    const asked = proxy.seen.slice(before);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(["HEAD /v2/lab/app/manifests/1"]);
    expect(root).toMatchObject({ mediaType: mediaTypes.manifest, digest: expect.stringMatching(/^sha256:/) });
  });

  test("Accept names index and manifest of OCI and of docker, for HEAD and for GET", async () => {
    const before = proxy.seen.length;
    await using source = sourceOf(`${proxy.host}/lab/app:2`);
    await opened(source, `${proxy.host}/lab/app:2`);
    const asked = proxy.seen.slice(before).filter(({ url }) => url.includes("/manifests/"));
    expect(asked.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
    for (const { headers } of asked)
      for (const type of [
        mediaTypes.index,
        mediaTypes.manifest,
        mediaTypes.dockerIndex,
        mediaTypes.dockerManifest,
      ])
        expect(headers.accept).toContain(type);
  });

  test("a tag resolves to a manifest whose bytes have its digest and size", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    const root = await source.describe();
    expect(isWhole(await collect(await source.fetch(root)), root)).toBe(true);
  });

  test("a manifest is got by digest, and a tag beside a digest does not count", async () => {
    await using byTag = sourceOf(`${registry.host}/lab/app:1`);
    const root = await byTag.describe();
    for (const text of [`lab/app@${root.digest}`, `lab/app:there-is-none@${root.digest}`]) {
      await using source = sourceOf(`${registry.host}/${text}`);
      expect(await source.describe()).toEqual(root);
    }
  });

  test("a manifest by a digest that is not there is an error 404", async () => {
    const text = `${registry.host}/lab/app@sha256:${"0".repeat(64)}`;
    await using source = sourceOf(text);
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.not-found",
      facts: { status: 404 },
    });
  });

  test("a tag that is not there is an error that names the tags that are, and the nearest", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:3`);
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.not-found",
      got: expect.stringMatching(/MANIFEST_UNKNOWN "manifest unknown"; there are the tags "1", "2"$/),
      hint: 'did you mean the tag "1"?',
      facts: { tags: ["1", "2"] },
    });
  });

  test("a repository that is not there is an error 404 with the registry's own words", async () => {
    await using source = sourceOf(`${registry.host}/lab/nothing:1`);
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.not-found",
      got: expect.stringContaining('does not have it (404): MANIFEST_UNKNOWN "manifest unknown"'),
    });
  });

  test("a blob is got by digest, whole", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    const { layer } = await opened(source, `${registry.host}/lab/app:1`);
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
  });

  test.each([1, 65_536, -1])("a blob is got from byte %d on by a range request", async (offset) => {
    await using source = sourceOf(`${proxy.host}/lab/app:1`);
    const { layer } = await opened(source, `${proxy.host}/lab/app:1`);
    const begin = offset < 0 ? layer.size + offset : offset;
    const whole = await collect(await source.fetch(layer));
    const before = proxy.seen.length;
    const rest = await collect(await source.fetch(layer, { offset: begin }));
    expect(rest.equals(whole.subarray(begin))).toBe(true);
    expect(proxy.seen.slice(before).map(({ headers }) => headers.range)).toEqual([`bytes=${begin}-`]);
  });

  test("of a blob that is there already nothing is asked for", async () => {
    await using source = sourceOf(`${proxy.host}/lab/app:1`);
    const { layer } = await opened(source, `${proxy.host}/lab/app:1`);
    const before = proxy.seen.length;
    expect((await collect(await source.fetch(layer, { offset: layer.size }))).length).toBe(0);
    expect(proxy.seen.length).toBe(before);
  });

  test("a blob that is not there is an error 404 by its digest", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    const { layer } = await opened(source, `${registry.host}/lab/app:1`);
    const absent: Descriptor = { ...layer, digest: `sha256:${"0".repeat(64)}` as Descriptor["digest"] };
    await expect(source.fetch(absent)).rejects.toMatchObject({
      code: "image.blob-missing",
      message: expect.stringMatching(/sha256:0{64}.*BLOB_UNKNOWN "blob unknown to registry"/),
    });
  });

  test("a layer that the manifest only points to elsewhere is called so", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    const { layer } = await opened(source, `${registry.host}/lab/app:1`);
    const digest = `sha256:${"0".repeat(64)}` as Descriptor["digest"];
    const foreign: Descriptor = { ...layer, digest, urls: ["https://other.example/layer"] };
    await expect(source.fetch(foreign)).rejects.toMatchObject({
      code: "image.foreign-layer",
      got: expect.stringContaining("https://other.example/layer"),
    });
  });

  test.each(["linux/amd64", "linux/arm64"])("of an index the manifest for %s is taken", async (text) => {
    const name = `${registry.host}/lab/many:1`;
    await using source = sourceOf(name);
    expect((await source.describe()).mediaType).toBe(mediaTypes.index);
    const found = await source.resolve(named(name), parsePlatform(text));
    expect(found).toMatchObject({ mediaType: mediaTypes.manifest, platform: parsePlatform(text) });
  });

  test("a platform that an index does not have is an error that lists those it has", async () => {
    const name = `${registry.host}/lab/many:1`;
    await using source = sourceOf(name);
    await expect(source.resolve(named(name), parsePlatform("linux/s390x"))).rejects.toMatchObject({
      code: "image.no-such-platform",
      facts: { platforms: ["linux/arm64", "linux/amd64"] },
    });
  });

  test("docker's schema 2 is read like an OCI image", async () => {
    const text = `${registry.host}/lab/old:1`;
    await using image = await openImage(text, {
      images: place.path,
      platform: parsePlatform("linux/amd64"),
      registry: { home: place.path, env: bare },
    });
    expect(image.manifestDescriptor.mediaType).toBe(mediaTypes.dockerManifest);
    const [layer] = image.layers;
    expect(layer?.descriptor.mediaType).toBe(mediaTypes.dockerLayerGzip);
  });

  test("progress tells how many bytes of each blob are there, to the last", async () => {
    const told: number[] = [];
    await using source = sourceOf(`${registry.host}/lab/app:1`, {
      onProgress: ({ target, received }) => void (target.size > 1e6 && told.push(received)),
    });
    const { layer } = await opened(source, `${registry.host}/lab/app:1`);
    await collect(await source.fetch(layer, { offset: 1000 }));
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told[0]).toBeGreaterThan(1000);
    expect(told.at(-1)).toBe(layer.size);
  });

  test("a reader that leaves early, or aborts, leaves nothing open", async () => {
    const source = sourceOf(`${registry.host}/lab/app:1`);
    const { layer } = await opened(source, `${registry.host}/lab/app:1`);
    for await (const chunk of await source.fetch(layer)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const stop = new AbortController();
    const stream = await source.fetch(layer, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(collect(stream)).rejects.toThrow("enough");
    await source[Symbol.asyncDispose]();
  });

  test("a registry where nothing listens is named with what the system says", async () => {
    const gone = await startFaultProxy(registry.host);
    await gone[Symbol.asyncDispose]();
    await using source = sourceOf(`${gone.host}/lab/app:1`);
    await expect(source.resolve(named(`${gone.host}/lab/app:1`), platform)).rejects.toMatchObject({
      code: "registry.unreachable",
      got: `"${gone.host}" cannot be reached: nothing listens there (ECONNREFUSED)`,
    });
  });

  test("the command line opens an image by its name", async () => {
    const ocilab = ocilabIn(place.path);
    const words = ["image", "inspect", "--json", "--platform", "linux/arm64", `${registry.host}/lab/many:1`];
    const shown = await ocilab(words);
    expect(shown.stderr).toBe("");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      reference: `${registry.host}/lab/many:1`,
      platform: { architecture: "arm64" },
    });
    const wrong = await ocilab(["image", "inspect", `${registry.host}/lab/app:3`]);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("registry.not-found");
    const useless = await ocilab(["image", "inspect", "--insecure", "busybox"]);
    expect(useless.exitCode).toBe(2);
    expect(useless.stderr).toContain("--insecure would change nothing");
  });
});
