import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { OcilabError } from "../../../src/base/errors.ts";
import { openImage } from "../../../src/image/open.ts";
import { chooseVersion, parseVersion } from "../../../src/image/sources/daemon/api.ts";
import { formatEndpoint, parseEndpoint } from "../../../src/image/sources/daemon/endpoint.ts";
import { daemonPlaces } from "../../../src/image/sources/daemon/places.ts";
import { writeDockerArchive } from "../../support/docker-archive-writer.ts";
import { tarOf } from "../../support/layers.ts";
import { scratch } from "../../support/scratch.ts";

afterEach(() => vi.unstubAllEnvs());

describe("the address of a daemon", () => {
  test.each([
    ["unix:///var/run/docker.sock", { kind: "unix", path: "/var/run/docker.sock" }],
    ["unix://relative", { kind: "unix", path: "relative" }],
    ["tcp://10.0.0.1", { kind: "tcp", host: "10.0.0.1", port: 2375, base: "" }],
    ["tcp://h.example:99/pre/fix/", { kind: "tcp", host: "h.example", port: 99, base: "/pre/fix" }],
    ["tcp://[::1]:1234", { kind: "tcp", host: "::1", port: 1234, base: "" }],
    ["tcp://h:80", { kind: "tcp", host: "h", port: 80, base: "" }],
    ["http://h", { kind: "tcp", host: "h", port: 2375, base: "" }],
    ["https://h", { kind: "tcp", host: "h", port: 2376, base: "", tls: { verify: true } }],
    ["localhost:4000", { kind: "tcp", host: "localhost", port: 4000, base: "" }],
  ])("%s", (text, endpoint) => {
    expect(parseEndpoint(text, { from: "DOCKER_HOST" })).toEqual(endpoint);
  });

  test.each([
    ["ssh://me@host", '"ssh://" is not spoken here', "ssh -nNT -L"],
    ["npipe:////./pipe/docker", '"npipe://" is not spoken here', "unix://PATH or tcp://"],
    ["unix://", "it names no socket", "unix:///var/run/docker.sock"],
    ["/var/run/docker.sock", "it is a path", "unix:///var/run/docker.sock"],
    ["tcp://", "it is no address", "tcp://HOST:PORT"],
    ["tcp://h:99999", "it is no address", "tcp://HOST:PORT"],
    ["tcp://h/?x", "it is no address", "tcp://HOST:PORT"],
  ])("%s is refused", (text, got, hint) => {
    const error = caught(() => parseEndpoint(text, { from: "DOCKER_HOST" }));
    expect(error).toMatchObject({ code: "image.daemon-address", got });
    expect(error.hint).toContain(hint);
  });
});

describe("where a daemon is looked for", () => {
  const look = (env: Record<string, string>, files: Record<string, string> = {}, uid = 0) =>
    daemonPlaces({ env: { HOME: "/h", ...env }, uid, read: (path) => files[path] }).map(
      ({ from, endpoint }) => [from, formatEndpoint(endpoint)],
    );
  const folder = createHash("sha256").update("lab").digest("hex");
  const context = (Host: string, more = {}) => ({
    [`/h/.docker/contexts/meta/${folder}/meta.json`]: JSON.stringify({
      Name: "lab",
      Endpoints: { docker: { Host, ...more } },
    }),
  });

  test("with nothing set: the sockets of docker and podman, also those of a user", () => {
    expect(look({}, {}, 1000)).toEqual([
      ["dockerd", "unix:///var/run/docker.sock"],
      ["rootless dockerd", "unix:///run/user/1000/docker.sock"],
      ["rootless podman", "unix:///run/user/1000/podman/podman.sock"],
      ["podman", "unix:///run/podman/podman.sock"],
    ]);
    expect(look({ XDG_RUNTIME_DIR: "/r" })[1]).toEqual(["rootless dockerd", "unix:///r/docker.sock"]);
  });

  test("DOCKER_HOST comes before every context", () => {
    const config = { "/h/.docker/config.json": '{"currentContext":"lab"}', ...context("unix:///c") };
    expect(look({ DOCKER_HOST: "unix:///a", DOCKER_CONTEXT: "lab" }, config)).toEqual([
      ["DOCKER_HOST", "unix:///a"],
    ]);
  });

  test('DOCKER_CONTEXT comes before the current context, and "default" means none', () => {
    const config = { "/h/.docker/config.json": '{"currentContext":"lab"}', ...context("unix:///c") };
    expect(look({}, config)).toEqual([
      ["context lab, currentContext in /h/.docker/config.json", "unix:///c"],
    ]);
    expect(look({ DOCKER_CONTEXT: "lab" }, context("unix:///c"))).toEqual([
      ["context lab, DOCKER_CONTEXT", "unix:///c"],
    ]);
    expect(look({ DOCKER_CONTEXT: "default" }, config)).toHaveLength(4);
  });

  test("a context that is not there is an error", () => {
    const error = caught(() => look({ DOCKER_CONTEXT: "lab" }));
    expect(error).toMatchObject({
      code: "image.daemon-address",
      got: expect.stringContaining("there is no context in"),
    });
  });

  test("certificates: DOCKER_CERT_PATH, or those of the context", () => {
    const files = { "/c/ca.pem": "CA", "/c/key.pem": "KEY" };
    const places = (env: Record<string, string>, more = {}) =>
      daemonPlaces({ env: { HOME: "/h", ...env }, uid: 0, read: (path) => ({ ...files, ...more })[path] });
    const env = { DOCKER_HOST: "tcp://h", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/c" };
    expect(places(env)[0]?.endpoint).toMatchObject({
      port: 2376,
      tls: { verify: true, ca: "CA", key: "KEY" },
    });
    const unverified = context("tcp://h", { SkipTLSVerify: true });
    expect(places({ DOCKER_CONTEXT: "lab" }, unverified)[0]?.endpoint).toMatchObject({
      port: 2376,
      tls: { verify: false },
    });
    const own = { ...context("tcp://h"), [`/h/.docker/contexts/tls/${folder}/docker/ca.pem`]: "OWN" };
    expect(places({ DOCKER_CONTEXT: "lab" }, own)[0]?.endpoint).toMatchObject({
      tls: { verify: true, ca: "OWN" },
    });
  });

  test("a config.json that is no JSON is an error that names it", () => {
    const error = caught(() => look({}, { "/h/.docker/config.json": "{" }));
    expect(error.message).toContain("/h/.docker/config.json");
  });
});

describe("the version of the API", () => {
  const daemon = (oldest: string, newest: string) => {
    const version = parseVersion({ ApiVersion: newest, MinAPIVersion: oldest, Version: "29.0.0" });
    if (version === undefined) throw new Error("not parsed");
    return version;
  };
  test.each([
    ["1.44", "1.52", undefined, "1.51"],
    ["1.24", "1.41", undefined, "1.41"],
    ["1.24", "1.51", "1.30", "1.30"],
    ["1.12", "1.24", undefined, "1.24"],
  ])("%s to %s, DOCKER_API_VERSION %s: %s", (oldest, newest, pinned, chosen) => {
    expect(chooseVersion(daemon(oldest, newest), { at: "x", pinned })).toBe(chosen);
  });
  test.each([
    ["1.52", "1.60", undefined, "ocilab speaks 1.24 to 1.51"],
    ["1.10", "1.23", undefined, "ocilab speaks 1.24 to 1.51"],
    ["1.44", "1.52", "1.32", 'DOCKER_API_VERSION asks for "1.32"'],
    ["1.44", "1.52", "1.99", 'DOCKER_API_VERSION asks for "1.99"'],
    ["1.44", "1.52", "x", 'DOCKER_API_VERSION asks for "x"'],
  ])("%s to %s, DOCKER_API_VERSION %s: both ranges are said", (oldest, newest, pinned, ours) => {
    const error = caught(() => chooseVersion(daemon(oldest, newest), { at: "x", pinned }));
    expect(error).toMatchObject({ code: "image.daemon-version" });
    expect(error.got).toContain(`it speaks "${oldest}" to "${newest}"`);
    expect(error.got).toContain(ours);
  });
  test.each([[{}], [null], [{ ApiVersion: 1 }], [{ ApiVersion: "1.2.3" }], [{ ApiVersion: "nonsense" }]])(
    "%j is no answer of a daemon",
    (value) => {
      expect(parseVersion(value)).toBeUndefined();
    },
  );
});

const id = `sha256:${"a".repeat(64)}`;
const version = { ApiVersion: "1.45", MinAPIVersion: "1.24", Version: "x", Os: "linux", Arch: "amd64" };
const list = [
  { RepoTags: ["busybox:1.36", "<none>:<none>"] },
  { RepoTags: null },
  { RepoTags: ["app:latest"] },
];

/** A daemon that says what a test wants; unanswered paths get 404. */
async function fakeDaemon(directory: string, answers: Record<string, unknown | RequestListener>) {
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? "").replace(/^\/v[\d.]+/, "")];
    if (typeof answer === "function") return void (answer as RequestListener)(request, response);
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: "no such thing" }));
  });
  return await listening(server, directory);
}

async function listening(server: Server | ReturnType<typeof createTcpServer>, directory: string) {
  const socket = join(directory, "socket");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  return {
    async [Symbol.asyncDispose]() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Open an image that cannot be opened; nothing stays below `images`. */
async function failure(directory: string, reference: string): Promise<OcilabError> {
  const images = join(directory, "images");
  mkdirSync(images, { recursive: true });
  const error = await openImage(reference, { images, platform: { os: "linux", architecture: "amd64" } }).then(
    () => new Error("opened"),
    (reason: unknown) => reason,
  );
  expect(readdirSync(images)).toEqual([]);
  if (error instanceof OcilabError) return error;
  throw error;
}

describe("a daemon that fails", () => {
  const real = ["/var/run/docker.sock", "/run/podman/podman.sock"].some((path) => existsSync(path));
  test.skipIf(real)("no daemon at all: each place, and what happened there", async () => {
    await using place = scratch();
    vi.stubEnv("DOCKER_HOST", "");
    vi.stubEnv("DOCKER_CONTEXT", "");
    vi.stubEnv("DOCKER_CONFIG", place.path);
    vi.stubEnv("XDG_RUNTIME_DIR", place.path);
    writeFileSync(join(place.path, "docker.sock"), "no socket");
    const error = await failure(place.path, "docker-daemon:app");
    expect(error.code).toBe("image.daemon-unreachable");
    expect(error.got).toContain(`unix://${place.path}/docker.sock (rootless dockerd): nobody listens there`);
    expect(error.got).toContain(`podman/podman.sock (rootless podman): there is no such socket`);
    expect(error.facts["places"]).toHaveLength(4);
    expect(error.hint).toContain("DOCKER_HOST");
  });

  test("DOCKER_HOST is the only place when it is set", async () => {
    await using place = scratch();
    vi.stubEnv("DOCKER_HOST", `unix://${place.path}/none`);
    const error = await failure(place.path, "docker-daemon:app");
    expect(error.got).toBe(
      `no Docker daemon answers at unix://${place.path}/none (DOCKER_HOST): there is no such socket`,
    );
  });

  test("what listens is no daemon", async () => {
    await using place = scratch();
    const server = createTcpServer(
      (socket) =>
        void socket
          .on("error", () => {})
          .resume()
          .end("SSH-2.0-OpenSSH_9.2\r\n"),
    );
    await using _server = await listening(server, place.path);
    const error = await failure(place.path, "docker-daemon:app");
    expect(error.got).toContain("what listens there does not speak HTTP");
  });

  test.each([
    [
      "another program",
      { "/version": { hello: 1 } },
      "image.daemon-unreachable",
      "what it answers is not a Docker daemon's",
    ],
    [
      "one that is too new",
      { "/version": { ...version, MinAPIVersion: "1.99", ApiVersion: "2.0" } },
      "image.daemon-version",
      '"1.99" to "2.0"',
    ],
    [
      "no such image",
      { "/version": version, "/images/json": list },
      "image.not-in-daemon",
      "there are busybox:1.36, app:latest",
    ],
    [
      "no id",
      { "/version": version, "/images/ap/json": { Id: "../x" } },
      "image.daemon-broken",
      "it gives no id",
    ],
    [
      "no archive",
      { "/version": version, "/images/ap/json": { Id: id }, [`/images/${id}/get`]: {} },
      "image.bad-archive",
      "no tar file",
    ],
  ])("%s", async (_name, answers, code, says) => {
    await using place = scratch();
    await using _daemon = await fakeDaemon(place.path, answers);
    const error = await failure(place.path, "docker-daemon:ap");
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(says)]);
  });

  test.each([
    ["ap", 'did you mean "app"?'],
    ["busybox", 'did you mean "busybox:1.36"?'],
    ["busybox:1.37", 'did you mean "busybox:1.36"?'],
    ["quite/other", "bring it there first: docker pull quite/other"],
  ])("of an image that is not there: docker-daemon:%s, %s", async (name, hint) => {
    await using place = scratch();
    await using _daemon = await fakeDaemon(place.path, { "/version": version, "/images/json": list });
    expect((await failure(place.path, `docker-daemon:${name}`)).hint).toBe(hint);
  });

  const cut: RequestListener = (_request, response) => {
    response.writeHead(200);
    response.write(Buffer.alloc(100_000), () => response.destroy());
  };
  const refusing: RequestListener = (_request, response) => {
    response.writeHead(500).end('{"message":"no space left on device"}');
  };
  const rows: readonly (readonly [string, string, RequestListener, string, string])[] = [
    ["an image is cut off", "docker-daemon:ap", cut, "image.daemon-broken", "the connection ended too soon"],
    [
      "a container is cut off",
      "docker-container:ap",
      cut,
      "image.daemon-broken",
      "the connection ended too soon",
    ],
    [
      "an image is refused",
      "docker-daemon:ap",
      refusing,
      "image.daemon-refused",
      'it answered 500: "no space left on device"',
    ],
    [
      "a container is refused",
      "docker-container:ap",
      refusing,
      "image.daemon-refused",
      "no space left on device",
    ],
    [
      "an export stops without an end",
      "docker-container:ap",
      (_request, response) => void response.end(tarOf([{ name: "a", data: "x" }]).subarray(0, -1024)),
      "image.daemon-broken",
      "the export stops in the middle",
    ],
    [
      "an export ends with an error",
      "docker-container:ap",
      (_request, response) => void response.end(Buffer.concat([tarOf([{ name: "a" }]), Buffer.from("{}")])),
      "image.daemon-broken",
      "the export stops in the middle",
    ],
  ];
  test.each(rows)("in the middle: %s", async (_name, reference, answer, code, says) => {
    await using place = scratch();
    await using _daemon = await fakeDaemon(place.path, {
      "/version": version,
      "/images/ap/json": { Id: id },
      [`/images/${id}/get`]: answer,
      "/containers/ap/json": { Config: {} },
      "/containers/ap/export": answer,
    });
    const error = await failure(place.path, reference);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(says)]);
  });

  test("an abort in the middle is the abort's reason, and leaves nothing", async () => {
    await using place = scratch();
    const abort = new AbortController();
    await using _daemon = await fakeDaemon(place.path, {
      "/version": version,
      "/images/ap/json": { Id: id },
      [`/images/${id}/get`]: ((_request, response) => {
        response.writeHead(200);
        response.write(Buffer.alloc(1000), () => abort.abort(new Error("enough")));
      }) satisfies RequestListener,
    });
    const images = join(place.path, "images");
    await expect(openImage("docker-daemon:ap", { images, signal: abort.signal })).rejects.toThrow("enough");
    expect(readdirSync(images)).toEqual([]);
  });
});

describe("a daemon that answers", () => {
  test("an image of an archive, fetched by its id", async () => {
    await using place = scratch();
    const archive = readFileSync(writeDockerArchive(join(place.path, "image.tar")));
    await using _daemon = await fakeDaemon(place.path, {
      "/version": version,
      "/images/ap/json": { Id: id },
      [`/images/${id}/get`]: ((_request, response) => void response.end(archive)) satisfies RequestListener,
    });
    const images = join(place.path, "images");
    const platform = { os: "linux", architecture: "amd64" };
    const image = await openImage("docker-daemon:ap", { images, platform });
    expect([image.layers.length, image.reference]).toEqual([1, { kind: "docker-daemon", name: "ap" }]);
    await image[Symbol.asyncDispose]();
    expect(readdirSync(images)).toEqual([]);
  });

  test("a container's configuration is that of its image: what it runs, and for which platform", async () => {
    await using place = scratch();
    await using _daemon = await fakeDaemon(place.path, {
      "/version": version,
      "/containers/web/json": {
        Created: "2026-01-02T03:04:05.6Z",
        Image: id,
        Config: {
          Hostname: "h",
          User: "",
          Env: ["A=b"],
          Cmd: ["run"],
          Entrypoint: null,
          WorkingDir: "/w",
          OnBuild: null,
        },
      },
      [`/images/${id}/json`]: { Os: "linux", Architecture: "arm64", Variant: "v8" },
      "/containers/web/export": ((_request, response) =>
        void response.end(tarOf([{ name: "a" }]))) satisfies RequestListener,
    });
    const images = join(place.path, "images");
    const platform = { os: "linux", architecture: "arm64" };
    await using image = await openImage("docker-container:web", { images, platform });
    expect(image.config).toEqual({
      created: "2026-01-02T03:04:05.6Z",
      os: "linux",
      architecture: "arm64",
      variant: "v8",
      config: { Env: ["A=b"], Cmd: ["run"], WorkingDir: "/w" },
      rootfs: { type: "layers", diff_ids: [image.layers[0]?.diffId] },
    });
  });
});

function caught(action: () => unknown): OcilabError {
  try {
    action();
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
