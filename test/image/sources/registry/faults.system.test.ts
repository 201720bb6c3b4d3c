import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../../src/base/temporary.ts";
import { openImage } from "../../../../src/image/open.ts";
import { type Timeouts, usualTimeouts } from "../../../../src/image/sources/registry/timeouts.ts";
import type { Descriptor } from "../../../../src/oci/image.ts";
import { platformOf } from "../../../../src/oci/platform.ts";
import { type Fault, type Seen, startFaultProxy } from "../../../support/fault-proxy.ts";
import { leavingOnce } from "../../../support/leaving-relay.ts";
import { describeWith } from "../../../support/needs.ts";
import { type Registry, startRegistry } from "../../../support/registry.ts";
import { fillRegistry } from "../../../support/registry-images.ts";
import { scratch } from "../../../support/scratch.ts";
import { collect, hasty, isWhole, named, opened, sourceOf } from "./support.ts";

const isBlob = ({ url }: Seen): boolean => url.includes("/blobs/");
const isManifest = ({ url }: Seen): boolean => url.includes("/manifests/");

describeWith(["docker-registry", "skopeo"], "a registry behind a line that does damage", () => {
  let place: TemporaryDirectory;
  let registry: Registry;
  let layer: Descriptor;
  beforeAll(async () => {
    place = scratch();
    registry = await startRegistry(place.path);
    await fillRegistry(registry.host, place.path);
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    layer = (await opened(source, `${registry.host}/lab/app:1`)).layer;
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** What a quiet server is given in tests about silence; in others a busy machine shall not count as one. */
  const short = { connect: 5000, silence: 300 };

  type Wish = { readonly offset?: number; readonly timeouts?: Timeouts };

  /** Fetch the layer through a proxy with these faults at its blobs. */
  async function fetched(
    fault: (count: number, seen: Seen) => Fault | undefined,
    { offset = 0, timeouts = usualTimeouts }: Wish = {},
  ) {
    await using proxy = await startFaultProxy(registry.host, (seen, count) =>
      isBlob(seen) ? fault(count, seen) : undefined,
    );
    await using source = sourceOf(`${proxy.host}/lab/app:1`, { timeouts });
    const bytes = await collect(await source.fetch(layer, { offset }));
    return { bytes, ranges: proxy.seen.map(({ headers }) => headers.range) };
  }

  test("a blob whose connection is cut again and again is taken up where it was", async () => {
    const { bytes, ranges } = await fetched((count) =>
      count < 6 ? { kind: "cut", after: 100_000 } : undefined,
    );
    expect(isWhole(bytes, layer)).toBe(true);
    expect(ranges).toEqual([undefined, ...[1, 2, 3, 4, 5, 6].map((times) => `bytes=${times * 100_000}-`)]);
  });

  test("a server that goes away in the middle of a blob, and comes back, is asked again", async () => {
    await using relay = await leavingOnce(registry.port, { after: 70_000, away: 300 });
    const patience = { ...hasty, tries: 8, pause: 200, longest: 1000 };
    await using source = sourceOf(`127.0.0.1:${relay.port}/lab/app:1`, { patience });
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
  });

  test("a cut after an offset is taken up after that offset", async () => {
    const { bytes, ranges } = await fetched(
      (count) => (count === 0 ? { kind: "cut", after: 10 } : undefined),
      { offset: 500 },
    );
    expect(bytes.length).toBe(layer.size - 500);
    expect(ranges).toEqual(["bytes=500-", "bytes=510-"]);
  });

  test("a server that does not heed Range is read from the start, and what is known is skipped", async () => {
    const { bytes, ranges } = await fetched((count) =>
      count === 0 ? { kind: "cut", after: 70_000 } : { kind: "no-range" },
    );
    expect(isWhole(bytes, layer)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=70000-"]);
  });

  test("a blob that ends early, as if that were all, is taken up too", async () => {
    const { bytes } = await fetched((count) => (count === 0 ? { kind: "short", after: 1000 } : undefined));
    expect(isWhole(bytes, layer)).toBe(true);
  });

  test.each([
    ["before the head", { kind: "hang", after: -1 }],
    ["before the first byte", { kind: "hang", after: 0 }],
    ["in the middle", { kind: "hang", after: 50_000 }],
  ] satisfies [string, Fault][])(
    "a server that goes quiet %s is given up and asked again",
    async (_when, fault) => {
      const { bytes } = await fetched((count) => (count === 0 ? fault : undefined), { timeouts: short });
      expect(isWhole(bytes, layer)).toBe(true);
    },
  );

  test("a server that is always quiet is an error, not a wait without end", async () => {
    await expect(fetched(() => ({ kind: "hang", after: -1 }), { timeouts: short })).rejects.toMatchObject({
      code: "registry.unreachable",
      got: expect.stringContaining("did not answer in time"),
    });
  });

  test("a reader that takes its time is no silence", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`, {
      timeouts: { connect: 5000, silence: 150 },
    });
    let length = 0;
    for await (const chunk of (await source.fetch(layer)) as AsyncIterable<Buffer>) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 400));
      length += chunk.length;
    }
    expect(length).toBe(layer.size);
  });

  test("cuts without a new byte end after a few tries, with what broke", async () => {
    let tries = 0;
    const refused = fetched(() => {
      tries++;
      return { kind: "refuse" };
    });
    await expect(refused).rejects.toMatchObject({
      code: "registry.unreachable",
      message: expect.stringContaining(layer.digest),
    });
    expect(tries).toBe(4);
  });

  test.each([
    ["429 with Retry-After in seconds", { status: 429, headers: { "retry-after": "1" } }],
    ["429 with a date", { status: 429, headers: { "retry-after": new Date().toUTCString() } }],
    ["429 alone", { status: 429 }],
    ["500", { status: 500 }],
    ["502", { status: 502 }],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "0" } }],
    ["504", { status: 504 }],
  ])("%s is waited for", async (_what, answer) => {
    const { bytes, ranges } = await fetched((count) =>
      count < 2 ? { kind: "status", ...answer } : undefined,
    );
    expect(isWhole(bytes, layer)).toBe(true);
    expect(ranges.length).toBe(3);
  });

  test("Retry-After is obeyed", async () => {
    const times: number[] = [];
    await fetched((count) => {
      times.push(performance.now());
      return count === 0 ? { kind: "status", status: 429, headers: { "retry-after": "1" } } : undefined;
    });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("a Retry-After of an hour is not waited for, but told", async () => {
    const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}';
    const headers = { "retry-after": "3600", "content-type": "application/json" };
    const refused = fetched(() => ({ kind: "status", status: 429, headers, body }));
    await expect(refused).rejects.toMatchObject({
      code: "registry.rate-limited",
      got: expect.stringMatching(/\(429, try again in 3600 s\): TOOMANYREQUESTS "pull rate limit"$/),
    });
  });

  test.each([401, 403, 404, 410, 501])("%d is not tried again", async (status) => {
    let tries = 0;
    const headers = { "www-authenticate": 'Basic realm="x"' };
    const refused = fetched(() => {
      tries++;
      return { kind: "status", status, headers };
    });
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^(registry|image)\./) });
    expect(tries).toBe(1);
  });

  test.each([1, -1, 1000])(
    "a length that is wrong by %d is an error that names digest and lengths",
    async (by) => {
      const wrong = fetched(() => ({ kind: "length", by }));
      await expect(wrong).rejects.toMatchObject({
        code: "image.wrong-size",
        message: expect.stringMatching(
          new RegExp(`${layer.digest}.*${layer.size} bytes.*${layer.size + by}`),
        ),
      });
    },
  );

  test("a part that is not the one that was asked for is an error", async () => {
    await expect(fetched(() => ({ kind: "wrong-range" }), { offset: 500 })).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringContaining('asked for the bytes from 500 on and sends "bytes 1-2/'),
    });
  });

  test("wrong bytes are not hidden: the length is right, and the digest tells the reader", async () => {
    const { bytes } = await fetched(() => ({ kind: "flip" }));
    expect(bytes.length).toBe(layer.size);
    expect(isWhole(bytes, layer)).toBe(false);
  });

  test("an abort ends a download at once, in a pause too", async () => {
    await using proxy = await startFaultProxy(registry.host, (seen) =>
      isBlob(seen) ? { kind: "status", status: 503, headers: { "retry-after": "3" } } : undefined,
    );
    await using source = sourceOf(`${proxy.host}/lab/app:1`);
    const stop = new AbortController();
    const waiting = source.fetch(layer, { signal: stop.signal });
    while (!proxy.seen.some(isBlob)) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(proxy.seen.length).toBe(1);
  });

  /** What `describe` and `resolve` say with these faults at the manifests. */
  async function resolved(
    fault: (seen: Seen, count: number) => Fault | undefined,
    timeouts: Timeouts = usualTimeouts,
  ) {
    await using proxy = await startFaultProxy(registry.host, (seen, count) =>
      isManifest(seen) ? fault(seen, count) : undefined,
    );
    const text = `${proxy.host}/lab/app:1`;
    await using source = sourceOf(text, { timeouts });
    const { descriptor } = await opened(source, text);
    return { descriptor, methods: proxy.seen.map(({ method }) => method) };
  }

  test.each([
    ["503", { kind: "status", status: 503 }],
    ["a cut before the answer", { kind: "refuse" }],
    ["silence", { kind: "hang", after: -1 }],
  ] satisfies [string, Fault][])("a manifest is asked for again after %s", async (_what, fault) => {
    const { methods } = await resolved(
      (_seen, count) => (count === 0 ? fault : undefined),
      fault.kind === "hang" ? short : usualTimeouts,
    );
    expect(methods.filter((method) => method === "GET").length).toBe(2);
  });

  test("a manifest with wrong bytes is an error with both digests, and not asked for again and again", async () => {
    let gets = 0;
    const wrong = resolved(({ method }) => {
      if (method === "HEAD") return undefined;
      gets++;
      return { kind: "flip" };
    });
    await expect(wrong).rejects.toMatchObject({
      code: "image.wrong-digest",
      message: expect.stringMatching(/its bytes have the digest sha256:[0-9a-f]{64}.*it should be sha256:/),
    });
    expect(gets).toBe(1);
  });

  test.each([
    [
      "does not know HEAD",
      ({ method }: Seen): Fault | undefined =>
        method === "HEAD" ? { kind: "status", status: 405 } : undefined,
    ],
    [
      "gives no Docker-Content-Digest",
      (): Fault => ({ kind: "headers", headers: { "docker-content-digest": undefined } }),
    ],
    [
      "calls a manifest text/plain",
      (): Fault => ({ kind: "headers", headers: { "content-type": "text/plain" } }),
    ],
  ])("a registry that %s is read by GET", async (_what, fault) => {
    const { descriptor } = await resolved((seen) => fault(seen));
    expect(descriptor).toEqual((await resolved(() => undefined)).descriptor);
  });

  test("a Docker-Content-Digest that is not the bytes' is an error", async () => {
    const lie = { "docker-content-digest": `sha256:${"1".repeat(64)}` };
    const wrong = resolved(({ method }) =>
      method === "HEAD" ? { kind: "status", status: 404 } : { kind: "headers", headers: lie },
    );
    await expect(wrong).rejects.toMatchObject({
      code: "image.wrong-digest",
      message: expect.stringContaining(`calls it sha256:${"1".repeat(64)}`),
    });
  });

  test("what is no registry is told so", async () => {
    const page = {
      kind: "status",
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>",
    } as const;
    await expect(resolved(() => page)).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringMatching(
        /sends no manifest: its content type is "text\/html", it begins with "<html>"/,
      ),
    });
  });

  test("docker's schema 1 is called what it is", async () => {
    await using proxy = await startFaultProxy(registry.host, () => ({
      kind: "status",
      status: 200,
      headers: { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" },
      body: '{"schemaVersion":1,"fsLayers":[]}',
    }));
    const opening = openImage(`${proxy.host}/lab/app:1`, { images: place.path });
    await expect(opening).rejects.toMatchObject({ code: "image.schema-1" });
  });

  test("a blob that is redirected to another host comes from there, each time anew after a cut", async () => {
    await using store = await startFaultProxy(registry.host, (_seen, count) =>
      count === 0 ? { kind: "cut", after: 1000 } : undefined,
    );
    const { bytes } = await fetched((_count, { url }) => ({
      kind: "status",
      status: 307,
      headers: { location: `http://${store.host}${url}` },
    }));
    expect(isWhole(bytes, layer)).toBe(true);
    expect(store.seen.map(({ headers }) => headers.range)).toEqual([undefined, "bytes=1000-"]);
  });

  test.each([
    ["itself without end", (url: string) => url, "redirects more than 10 times"],
    ["a file", () => "file:///etc/passwd", "no http or https URL"],
    ["nonsense", () => "http://", "no http or https URL"],
  ])("a redirect to %s is an error", async (_where, location, got) => {
    const wrong = fetched((_count, { url }) => ({
      kind: "status",
      status: 302,
      headers: { location: location(url) },
    }));
    await expect(wrong).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringContaining(got),
    });
  });

  test("mirrors are asked first, in their order, and the registry when they fail", async () => {
    await using dead = await startFaultProxy(registry.host, () => ({ kind: "status", status: 500 }));
    await using cut = await startFaultProxy(registry.host, (seen, count) =>
      isBlob(seen) ? (count === 0 ? { kind: "cut", after: 5000 } : { kind: "refuse" }) : undefined,
    );
    await using upstream = await startFaultProxy(registry.host);
    const text = `${upstream.host}/lab/app:1`;
    const mirrors = [
      `${upstream.host}=http://${dead.host}`,
      `${upstream.host}=http://${cut.host}`,
      "docker.io=other:1",
    ];
    await using source = sourceOf(text, { mirrors });
    await source.resolve(named(text), platformOf(process.arch));
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
    expect(dead.seen.length).toBeGreaterThan(0);
    expect(cut.seen.some(isManifest)).toBe(true);
    expect(
      upstream.seen.map(({ url, headers }) => [isBlob({ ...upstream.seen[0], url } as Seen), headers.range]),
    ).toEqual([[true, "bytes=5000-"]]);
  });

  test("when all fail the registry's own error is told, with those of its mirrors", async () => {
    await using mirror = await startFaultProxy(registry.host, () => ({ kind: "status", status: 403 }));
    const text = `${registry.host}/lab/app:9`;
    await using source = sourceOf(text, { mirrors: [`${registry.host}=http://${mirror.host}`] });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.not-found",
      got: expect.stringContaining(`; before that its mirror "${mirror.host}" refuses (403)`),
      facts: { mirrors: [{ mirror: mirror.host, error: expect.stringContaining("refuses (403)") }] },
    });
  });
});
