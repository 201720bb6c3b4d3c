import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../../src/base/temporary.ts";
import type { Digest } from "../../../../src/oci/image.ts";
import { makeAuthority } from "../../../support/certificates.ts";
import { type Fault, startFaultProxy } from "../../../support/fault-proxy.ts";
import { newLayout, smallImage } from "../../../support/layout-writer.ts";
import { describeWith } from "../../../support/needs.ts";
import { ocilabIn } from "../../../support/ocilab.ts";
import { ada, htpasswd, push, type Registry, startRegistry } from "../../../support/registry.ts";
import { scratch } from "../../../support/scratch.ts";
import { identityToken, startTokenServer, type TokenServer } from "../../../support/token-server.ts";
import { bare, collect, isWhole, opened, sourceOf } from "./support.ts";

const creds = `${ada.user}:${ada.password}`;
const auth = Buffer.from(creds).toString("base64");

/** An OCI layout with one small image, as skopeo names it. */
function layoutIn(directory: string): string {
  const layout = newLayout(join(directory, "layout"));
  layout.index([smallImage(layout)]);
  return `oci:${layout.path}`;
}

/** An environment whose docker configuration says this. */
function environmentWith(directory: string, config: object): NodeJS.ProcessEnv {
  const docker = join(directory, `docker-${Math.random().toString(36).slice(2)}`);
  mkdirSync(docker);
  writeFileSync(join(docker, "config.json"), JSON.stringify(config));
  return { ...bare, DOCKER_CONFIG: docker };
}

describeWith(["docker-registry", "skopeo"], "a registry with Basic authentication", () => {
  let place: TemporaryDirectory;
  let registry: Registry;
  beforeAll(async () => {
    place = scratch();
    const path = join(place.path, "htpasswd");
    writeFileSync(path, htpasswd);
    registry = await startRegistry(place.path, { auth: { htpasswd: { realm: "lab", path } } });
    const flags = ["--dest-creds", creds];
    await push(layoutIn(place.path), `${registry.host}/lab/app:1`, { directory: place.path, flags });
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  const text = () => `${registry.host}/lab/app:1`;

  test("an image is pulled with --creds; the first request goes without", async () => {
    await using proxy = await startFaultProxy(registry.host);
    const name = `${proxy.host}/lab/app:1`;
    await using source = sourceOf(name, { creds });
    const { layer } = await opened(source, name);
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
    const sent = proxy.seen.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, ...sent.slice(1).map(() => `Basic ${auth}`)]);
    expect(sent.length).toBe(4);
  });

  test("without credentials it is refused, with the registry's words and what to do", async () => {
    await using source = sourceOf(text());
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.unauthorized",
      got: expect.stringContaining('(401): UNAUTHORIZED "authentication required"'),
    });
  });

  test("wrong credentials are refused once, not again and again", async () => {
    await using proxy = await startFaultProxy(registry.host);
    await using source = sourceOf(`${proxy.host}/lab/app:1`, { creds: "ada:babbage" });
    await expect(source.describe()).rejects.toMatchObject({ code: "registry.unauthorized" });
    expect(proxy.seen.length).toBeLessThanOrEqual(3);
  });

  test("docker's config.json is used: auths with auth, or with username and password", async () => {
    for (const entry of [{ auth }, { username: ada.user, password: ada.password }]) {
      for (const key of [registry.host, `https://${registry.host}/v1/`, `${registry.host}/lab`]) {
        const env = environmentWith(place.path, {
          auths: { [key]: entry, "other.example": { auth: "eDp5" } },
        });
        await using source = sourceOf(text(), { env });
        await expect(source.describe()).resolves.toBeDefined();
      }
    }
  });

  test("REGISTRY_AUTH_FILE counts alone, and has to be there", async () => {
    const path = join(place.path, "auth.json");
    writeFileSync(path, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    await using source = sourceOf(text(), { env: { ...bare, REGISTRY_AUTH_FILE: path } });
    await expect(source.describe()).resolves.toBeDefined();
    const missing = join(place.path, "nowhere.json");
    const docker = environmentWith(place.path, { auths: { [registry.host]: { auth } } });
    await using lost = sourceOf(text(), { env: { ...docker, REGISTRY_AUTH_FILE: missing } });
    await expect(lost.describe()).rejects.toMatchObject({
      code: "registry.bad-credentials",
      message: expect.stringContaining("nowhere.json"),
    });
  });

  test("credential helpers are asked, one of a registry's own before the store, and a missing one is named", async () => {
    const programs = join(place.path, "bin");
    mkdirSync(programs);
    const helper = join(programs, "docker-credential-lab");
    const answer = JSON.stringify({ Username: ada.user, Secret: ada.password });
    const script = `#!/bin/sh\n[ "$1" = get ] || exit 9\nread -r server\necho "$server" >> ${helper}.log\n`;
    writeFileSync(
      helper,
      `${script}[ "$server" = ${registry.host} ] && echo '${answer}' && exit 0\necho "credentials not found in native keychain"; exit 1\n`,
    );
    chmodSync(helper, 0o755);
    const path = `${programs}:${process.env["PATH"] ?? ""}`;
    for (const config of [
      { credsStore: "lab" },
      { credsStore: "none", credHelpers: { [registry.host]: "lab" } },
    ]) {
      const env = { ...environmentWith(place.path, config), PATH: path };
      await using source = sourceOf(text(), { env });
      await expect(source.describe()).resolves.toBeDefined();
    }
    const env = { ...environmentWith(place.path, { credsStore: "missing" }), PATH: path };
    await using source = sourceOf(text(), { env });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.bad-credentials",
      message: expect.stringMatching(/"docker-credential-missing".*config\.json.*no such program/),
      hint: expect.stringContaining("--creds"),
    });
    const elsewhere = { ...environmentWith(place.path, { credsStore: "lab" }), PATH: path };
    await using other = sourceOf(`localhost:${registry.port}/lab/app:1`, { env: elsewhere });
    await expect(other.describe()).rejects.toMatchObject({ code: "registry.unauthorized" });
  });

  test("a broken config.json is named, and its secrets are not shown", async () => {
    const secret = Buffer.from("hunter2").toString("base64");
    const env = environmentWith(place.path, { auths: { [registry.host]: { auth: secret } } });
    await using source = sourceOf(text(), { env });
    const error = await source.describe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "registry.bad-credentials",
      message: expect.stringContaining("config.json"),
    });
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(String(error)).not.toMatch(/hunter2/);
  });

  test("a blob that is redirected to another host takes no credentials there, nor a token", async () => {
    await using store = await startFaultProxy(
      "127.0.0.1:1",
      (): Fault => ({ kind: "status", status: 200, body: "x" }),
    );
    await using proxy = await startFaultProxy(registry.host, ({ url, headers }) =>
      url.includes("/blobs/") && headers.authorization !== undefined
        ? { kind: "status", status: 307, headers: { location: `http://${store.host}/signed?key=1` } }
        : undefined,
    );
    const name = `${proxy.host}/lab/app:1`;
    await using source = sourceOf(name, { creds });
    const { layer } = await opened(source, name);
    await expect(source.fetch(layer).then(collect)).rejects.toMatchObject({ code: "registry.unreachable" });
    expect(proxy.seen.at(-1)?.headers.authorization).toBe(`Basic ${auth}`);
    expect(store.seen.length).toBeGreaterThan(0);
    for (const { headers } of store.seen) {
      expect(headers.authorization).toBeUndefined();
      expect(headers.cookie).toBeUndefined();
    }
  });

  test("a host that is redirected to gets no answer to its 401", async () => {
    const challenge = { "www-authenticate": 'Basic realm="give me"' };
    await using store = await startFaultProxy("127.0.0.1:1", () => ({
      kind: "status",
      status: 401,
      headers: challenge,
    }));
    await using proxy = await startFaultProxy(registry.host, ({ url, headers }) =>
      url.includes("/blobs/") && headers.authorization !== undefined
        ? { kind: "status", status: 302, headers: { location: `http://${store.host}${url}` } }
        : undefined,
    );
    const name = `${proxy.host}/lab/app:1`;
    await using source = sourceOf(name, { creds });
    const { layer } = await opened(source, name);
    await expect(source.fetch(layer)).rejects.toMatchObject({ code: "registry.unauthorized" });
    expect(store.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("--creds are for the registry, not for its mirrors", async () => {
    await using mirror = await startFaultProxy(registry.host);
    await using source = sourceOf(text(), { creds, mirrors: [`${registry.host}=http://${mirror.host}`] });
    await expect(source.describe()).resolves.toBeDefined();
    expect(mirror.seen.length).toBeGreaterThan(0);
    expect(mirror.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test("the command line takes --creds, and a password from the environment", async () => {
    const ocilab = ocilabIn(place.path);
    const words = ["image", "inspect", "--json", "--creds", creds, text()];
    expect(JSON.parse((await ocilab(words)).stdout)).toMatchObject({ reference: text() });
    const without = await ocilab(["image", "inspect", "--creds", "ada", `${registry.host}/lab/other:1`]);
    expect(without.exitCode).toBe(2);
    expect(without.stderr).toContain("OCILAB_PASSWORD");
    expect(without.stderr).not.toContain(ada.password);
  });
});

describeWith(["docker-registry", "skopeo", "openssl"], "a registry with a token server", () => {
  let place: TemporaryDirectory;
  beforeAll(() => {
    place = scratch();
  });
  afterAll(async () => await place[Symbol.asyncDispose]());

  type Lab = AsyncDisposable & { readonly registry: Registry; readonly tokens: TokenServer };

  /** A registry with public/app:1 and private/app:1; in each test anew, for the tokens' lives differ. */
  async function startLab(options: Parameters<typeof startTokenServer>[1] = {}): Promise<Lab> {
    const directory = join(place.path, Math.random().toString(36).slice(2));
    mkdirSync(directory);
    const certificate = await makeAuthority(directory, "tokens");
    const filling = await startTokenServer(certificate);
    const from = layoutIn(directory);
    const first = await startRegistry(directory, { auth: filling.auth });
    for (const name of ["public/app:1", "private/app:1"])
      await push(from, `${first.host}/${name}`, { directory, flags: ["--dest-creds", creds] });
    await first[Symbol.asyncDispose]();
    await filling[Symbol.asyncDispose]();
    const tokens = await startTokenServer(certificate, options);
    const registry = await startRegistry(directory, { auth: tokens.auth });
    return {
      registry,
      tokens,
      [Symbol.asyncDispose]: async () => {
        await registry[Symbol.asyncDispose]();
        await tokens[Symbol.asyncDispose]();
      },
    };
  }

  test("a public image is pulled with an anonymous token, one for all requests", async () => {
    await using lab = await startLab({ field: "access_token" });
    const text = `${lab.registry.host}/public/app:1`;
    await using source = sourceOf(text);
    const { layer } = await opened(source, text);
    const all = await Promise.all([1, 2, 3, 4].map(async () => collect(await source.fetch(layer))));
    expect(all.every((bytes) => isWhole(bytes, layer))).toBe(true);
    expect(lab.tokens.seen.map(({ method, authorization }) => [method, authorization])).toEqual([
      ["GET", undefined],
    ]);
    const [{ parameters } = { parameters: new URLSearchParams() }] = lab.tokens.seen;
    expect(parameters.get("service")).toBe("lab registry");
    expect(parameters.getAll("scope")).toEqual(["repository:public/app:pull"]);
  });

  test("a private image is pulled with a password, which only the token server sees", async () => {
    await using lab = await startLab();
    await using proxy = await startFaultProxy(lab.registry.host);
    const text = `${proxy.host}/private/app:1`;
    await using source = sourceOf(text, { creds });
    const { layer } = await opened(source, text);
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
    expect(lab.tokens.seen.map(({ authorization }) => authorization)).toEqual([`Basic ${auth}`]);
    expect(lab.tokens.seen[0]?.parameters.get("account")).toBe("ada");
    const sent = proxy.seen.map(({ headers }) => headers.authorization?.split(" ", 1)[0]);
    expect([...new Set(sent)]).toEqual([undefined, "Bearer"]);
  });

  test("an identity token is exchanged by POST, from auths or from a helper's <token>", async () => {
    await using lab = await startLab();
    const text = `${lab.registry.host}/private/app:1`;
    const entry = {
      auth: Buffer.from("00000000-0000-0000-0000-000000000000:").toString("base64"),
      identitytoken: identityToken,
    };
    const env = environmentWith(place.path, { auths: { [lab.registry.host]: entry } });
    await using source = sourceOf(text, { env });
    await expect(source.describe()).resolves.toBeDefined();
    expect(lab.tokens.seen.map(({ method, authorization }) => [method, authorization])).toEqual([
      ["POST", undefined],
    ]);
    expect(Object.fromEntries(lab.tokens.seen[0]?.parameters ?? [])).toEqual({
      grant_type: "refresh_token",
      service: "lab registry",
      client_id: "ocilab",
      scope: "repository:private/app:pull",
      refresh_token: identityToken,
    });
  });

  test("a token that has expired is replaced, also between two parts of a blob", async () => {
    await using lab = await startLab({ lifetime: 1 });
    const text = `${lab.registry.host}/private/app:1`;
    await using source = sourceOf(text, { creds });
    const { layer } = await opened(source, text);
    const before = lab.tokens.seen.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const all = await Promise.all([1, 2, 3].map(async () => collect(await source.fetch(layer))));
    expect(all.every((bytes) => isWhole(bytes, layer))).toBe(true);
    // One is enough; on a busy machine that one may have expired before the last asks.
    expect(lab.tokens.seen.length).toBeGreaterThan(before);
    expect(lab.tokens.seen.length, "parallel requests share the new one").toBeLessThan(before + 3);
  });

  test.each([
    ["nobody", undefined, /not these credentials \(401\)|no token/],
    [
      "somebody with a wrong password",
      "ada:babbage",
      /gives no token for the user "ada".*"incorrect username or password"/,
    ],
  ])("a private image is refused to %s", async (_who, given, got) => {
    await using lab = await startLab();
    await using source = sourceOf(`${lab.registry.host}/private/app:1`, { creds: given });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.unauthorized",
      got: expect.stringMatching(got),
    });
  });

  test("who waits for a token that another asked for is not aborted with it", async () => {
    await using lab = await startLab();
    await using slow = await startFaultProxy("127.0.0.1:1", (_seen, count) =>
      count === 0 ? { kind: "hang", after: -1 } : { kind: "status", status: 200, body: '{"token":"x"}' },
    );
    const challenge = { "www-authenticate": `Bearer realm="http://${slow.host}/token"` };
    await using proxy = await startFaultProxy(lab.registry.host, ({ headers }) =>
      headers.authorization === undefined
        ? { kind: "status", status: 401, headers: challenge }
        : { kind: "status", status: 200, body: "ok" },
    );
    await using source = sourceOf(`${proxy.host}/private/app:1`);
    const target = {
      mediaType: "application/octet-stream",
      digest: `sha256:${createHash("sha256").update("ok").digest("hex")}` as Digest,
      size: 2,
    };
    const stop = new AbortController();
    const first = source.fetch(target, { signal: stop.signal });
    while (slow.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = source.fetch(target);
    while (proxy.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect((await collect(await second)).toString()).toBe("ok");
  });

  test("an identity token is not sent on when the token server redirects", async () => {
    await using lab = await startLab();
    await using thief = await startFaultProxy("127.0.0.1:1", () => ({
      kind: "status",
      status: 200,
      body: "{}",
    }));
    const location = `http://${thief.host}/token`;
    await using moved = await startFaultProxy("127.0.0.1:1", () => ({
      kind: "status",
      status: 307,
      headers: { location },
    }));
    const challenge = { "www-authenticate": `Bearer realm="http://${moved.host}/token"` };
    await using proxy = await startFaultProxy(lab.registry.host, () => ({
      kind: "status",
      status: 401,
      headers: challenge,
    }));
    const entry = { identitytoken: identityToken };
    const env = environmentWith(place.path, { auths: { [proxy.host]: entry } });
    await using source = sourceOf(`${proxy.host}/private/app:1`, { env });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringContaining("answers 307"),
    });
    expect([moved.seen.length, thief.seen.length]).toEqual([1, 0]);
  });

  test("the token server that a host names which was redirected to gets nothing", async () => {
    await using lab = await startLab();
    await using thief = await startFaultProxy("127.0.0.1:1", () => ({
      kind: "status",
      status: 200,
      body: "{}",
    }));
    const challenge = { "www-authenticate": `Bearer realm="http://${thief.host}/token"` };
    await using store = await startFaultProxy("127.0.0.1:1", () => ({
      kind: "status",
      status: 401,
      headers: challenge,
    }));
    await using proxy = await startFaultProxy(lab.registry.host, ({ url }) =>
      url.includes("/blobs/")
        ? { kind: "status", status: 307, headers: { location: `http://${store.host}/` } }
        : undefined,
    );
    const text = `${proxy.host}/public/app:1`;
    await using source = sourceOf(text, { creds });
    const { layer } = await opened(source, text);
    await expect(source.fetch(layer)).rejects.toMatchObject({ code: "registry.unauthorized" });
    expect([store.seen.length, thief.seen.length]).toEqual([1, 0]);
  });

  test("a token server that fails is asked again, then its failure is told", async () => {
    await using lab = await startLab({ status: 503 });
    await using source = sourceOf(`${lab.registry.host}/public/app:1`);
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.failed",
      got: expect.stringContaining("503"),
    });
    expect(lab.tokens.seen.length).toBe(4);
  });
});
