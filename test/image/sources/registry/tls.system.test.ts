import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../../src/base/temporary.ts";
import { type Certificate, makeAuthority, makeCertificate } from "../../../support/certificates.ts";
import { startFaultProxy } from "../../../support/fault-proxy.ts";
import { newLayout, smallImage } from "../../../support/layout-writer.ts";
import { describeWith } from "../../../support/needs.ts";
import { push, type Registry, startRegistry } from "../../../support/registry.ts";
import { scratch } from "../../../support/scratch.ts";
import { bare, collect, isWhole, opened, sourceOf } from "./support.ts";

/** A name that resolves to this machine and that nobody takes for it: only localhost and 127.0.0.0/8 may do without TLS. */
const there = "[::ffff:127.0.0.1]";

describeWith(["docker-registry", "skopeo", "openssl"], "a registry with TLS", () => {
  let place: TemporaryDirectory;
  let registry: Registry;
  let authority: Certificate;
  let server: Certificate;
  beforeAll(async () => {
    place = scratch();
    authority = await makeAuthority(place.path, "lab");
    const names = ["DNS:localhost", "IP:127.0.0.1", "IP:::ffff:127.0.0.1"];
    server = await makeCertificate(authority, "server", { names });
    registry = await startRegistry(place.path, { tls: { certificate: server.crt, key: server.key } });
    const layout = newLayout(join(place.path, "layout"));
    layout.index([smallImage(layout)]);
    await push(`oci:${layout.path}`, `${registry.host}/lab/app:1`, { directory: place.path });
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  const name = () => `${there}:${registry.port}/lab/app:1`;

  /** A directory as certs.d/HOST: these files under these names. */
  function certificates(files: Readonly<Record<string, string>>): string {
    const directory = join(place.path, `certs-${Math.random().toString(36).slice(2)}`);
    mkdirSync(directory);
    for (const [to, from] of Object.entries(files)) copyFileSync(from, join(directory, to));
    return directory;
  }

  test("with its authority in --cert-dir an image is pulled", async () => {
    await using source = sourceOf(name(), { certDirectory: certificates({ "ca.crt": authority.crt }) });
    const { layer } = await opened(source, name());
    expect(isWhole(await collect(await source.fetch(layer)), layer)).toBe(true);
  });

  test("without it is refused, with what to do", async () => {
    await using source = sourceOf(name());
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.tls",
      got: expect.stringContaining("is not accepted: unable to verify the first certificate"),
      hint: expect.stringMatching(/certs\.d\/.*ca\.crt or --cert-dir/),
    });
  });

  test("--insecure takes any certificate", async () => {
    await using source = sourceOf(name(), { insecure: true });
    await expect(source.describe()).resolves.toBeDefined();
  });

  test("on this machine, as 127.0.0.1, any certificate will do, as with docker", async () => {
    await using source = sourceOf(`${registry.host}/lab/app:1`);
    await expect(source.describe()).resolves.toBeDefined();
  });

  test("a certificate for another name is refused", async () => {
    const other = await makeCertificate(authority, "other", { names: ["DNS:other.example"] });
    const directory = certificates({});
    await using wrong = await startRegistry(directory, { tls: { certificate: other.crt, key: other.key } });
    const text = `${there}:${wrong.port}/lab/app:1`;
    await using source = sourceOf(text, { certDirectory: certificates({ "ca.crt": authority.crt }) });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.tls",
      got: expect.stringContaining("Hostname/IP does not match"),
    });
  });

  test("a registry that wants our certificate gets it, and says so when there is none", async () => {
    const client = await makeCertificate(authority, "client");
    const directory = certificates({});
    const tls = { certificate: server.crt, key: server.key, clientcas: [authority.crt] };
    await using strict = await startRegistry(directory, { tls });
    const text = `${there}:${strict.port}/lab/app:1`;
    const ours = { "ca.crt": authority.crt, "ocilab.cert": client.crt, "ocilab.key": client.key };
    await using source = sourceOf(text, { certDirectory: certificates(ours) });
    await expect(source.describe()).rejects.toMatchObject({ code: "registry.not-found" });
    await using without = sourceOf(text, { certDirectory: certificates({ "ca.crt": authority.crt }) });
    await expect(without.describe()).rejects.toMatchObject({
      code: expect.stringMatching(/^registry\.(tls|unreachable)$/),
    });
  });

  test.each([
    [
      "a certificate without its key",
      () => certificates({ "ocilab.cert": authority.crt }),
      'there is no key "',
    ],
    ["a directory that is not there", () => join(place.path, "nowhere"), "ENOENT"],
  ])("--cert-dir with %s is told", async (_what, directory, got) => {
    await using source = sourceOf(name(), { certDirectory: directory() });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.bad-settings",
      got: expect.stringContaining(got),
    });
  });

  test("a registry without TLS is told from one with it, and --insecure reads it", async () => {
    await using plain = await startFaultProxy(registry.host, () => ({ kind: "status", status: 404 }));
    const port = plain.host.split(":")[1];
    const text = `${there}:${port}/lab/app:1`;
    await using source = sourceOf(text);
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.tls",
      got: expect.stringContaining("does not speak TLS as we do"),
      hint: "if it is a registry without TLS, give --insecure",
    });
    await using insecure = sourceOf(text, { insecure: true });
    await expect(insecure.describe()).rejects.toMatchObject({ code: "registry.not-found" });
  });

  /** A server with the registry's certificate that answers everything so. */
  async function secureServer(status: number, headers: Readonly<Record<string, string>>) {
    const keys = { cert: readFileSync(server.crt), key: readFileSync(server.key) };
    const listening = createSecureServer(
      keys,
      (_request, response) => void response.writeHead(status, headers).end(),
    );
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return {
      name: `${there}:${(listening.address() as AddressInfo).port}/lab/app:1`,
      [Symbol.asyncDispose]: async () => {
        listening.closeAllConnections();
        await new Promise((resolve) => listening.close(resolve));
      },
    };
  }

  test("a redirect from https to http is not followed", async () => {
    await using plain = await startFaultProxy(registry.host);
    await using secure = await secureServer(307, { location: `http://${plain.host}/` });
    await using source = sourceOf(secure.name, { certDirectory: certificates({ "ca.crt": authority.crt }) });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringContaining("without TLS"),
    });
    expect(plain.seen).toEqual([]);
  });

  test("credentials for a registry with TLS do not go to a token server without", async () => {
    await using plain = await startFaultProxy(registry.host);
    await using secure = await secureServer(401, {
      "www-authenticate": `Bearer realm="http://${plain.host}/"`,
    });
    const certDirectory = certificates({ "ca.crt": authority.crt });
    await using source = sourceOf(secure.name, { certDirectory, creds: "ada:lovelace" });
    await expect(source.describe()).rejects.toMatchObject({
      code: "registry.bad-answer",
      got: expect.stringContaining("wants credentials sent unencrypted"),
    });
    expect(plain.seen).toEqual([]);
  });

  test("HTTPS_PROXY is asked to connect, NO_PROXY is not", async () => {
    const { createServer } = await import("node:http");
    const asked: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const HTTPS_PROXY = `http://127.0.0.1:${port}`;
    await using source = sourceOf("registry.example/lab/app:1", { env: { ...bare, HTTPS_PROXY } });
    await expect(source.describe()).rejects.toMatchObject({ code: "registry.unreachable" });
    expect(asked).toEqual(["registry.example:443"]);
    const env = {
      ...bare,
      HTTPS_PROXY,
      NO_PROXY: "[::ffff:7f00:1],::ffff:7f00:1,[::ffff:127.0.0.1],127.0.0.1,localhost",
    };
    await using direct = sourceOf(`localhost:${registry.port}/lab/app:1`, { env });
    await expect(direct.describe()).resolves.toBeDefined();
    expect(asked.length).toBe(1);
    await new Promise((resolve) => proxy.close(resolve));
  });
});
