import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCredentials, parseCredentials } from "../../../../src/image/sources/registry/credentials.ts";
import { scratch } from "../../../support/scratch.ts";

const pair = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const ada = { kind: "password", user: "ada", password: "a:b" };

/** What is found for a repository with these files below a home. */
async function found(
  files: Readonly<Record<string, unknown>>,
  { host = "quay.io", repository = "org/app", env = {} as Readonly<Record<string, string>> } = {},
) {
  await using place = scratch();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place.path, name)), { recursive: true });
    writeFileSync(join(place.path, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  const moved = Object.entries(env).map(([name, path]) => [name, join(place.path, path)] as const);
  const environment = { HOME: place.path, PATH: "/nonexistent", ...Object.fromEntries(moved) };
  return await findCredentials({ host, repository }, { env: environment });
}

describe("credentials", () => {
  test("none where there are no files", async () => {
    expect(await found({})).toBeUndefined();
  });

  test.each([
    ["auth", pair("ada:a:b"), ada],
    ["auth with a NUL at its end, as old dockers wrote it", pair("ada:a:b\0"), ada],
    ["username and password", { username: "ada", password: "a:b" }, ada],
    ["identitytoken beside auth", { ...pair("x:"), identitytoken: "t" }, { kind: "identity", token: "t" }],
    ["registrytoken", { registrytoken: "t" }, { kind: "bearer", token: "t" }],
    ["an empty entry", {}, undefined],
  ])("%s", async (_what, entry, expected) => {
    expect(await found({ ".docker/config.json": { auths: { "quay.io": entry } } })).toEqual(expected);
  });

  test.each([
    ["quay.io", ["quay.io"]],
    ["https://quay.io", ["quay.io"]],
    ["https://quay.io/v2/", ["quay.io"]],
    ["quay.io/org", ["quay.io"]],
    ["quay.io/org/app", ["quay.io"]],
    ["https://index.docker.io/v1/", ["docker.io"]],
    ["docker.io", ["docker.io"]],
    ["quay.io/or", []],
    ["quay.io/org/app/more", []],
    ["evil-quay.io", []],
    ["quay.io.example", []],
  ])("the key %s is for %j", async (key, hosts) => {
    for (const host of ["quay.io", "docker.io"]) {
      const credentials = await found(
        { ".docker/config.json": { auths: { [key]: pair("ada:a:b") } } },
        { host },
      );
      expect(credentials).toEqual(hosts.includes(host) ? ada : undefined);
    }
  });

  test("the most specific key counts", async () => {
    const auths = {
      "quay.io": pair("all:1"),
      "quay.io/org": pair("org:2"),
      "quay.io/org/app": pair("app:3"),
    };
    const files = { ".docker/config.json": { auths } };
    expect(await found(files)).toMatchObject({ user: "app" });
    expect(await found(files, { repository: "org/other" })).toMatchObject({ user: "org" });
    expect(await found(files, { repository: "other/app" })).toMatchObject({ user: "all" });
  });

  test("files are looked at in podman's order, and the next one where a file has nothing", async () => {
    const auths = (user: string) => ({ auths: { "quay.io": pair(`${user}:x`) } });
    const files = {
      "run/containers/auth.json": auths("runtime"),
      ".config/containers/auth.json": auths("config"),
      ".docker/config.json": auths("docker"),
      "docker/config.json": auths("moved"),
      "named.json": auths("named"),
    };
    const run = { XDG_RUNTIME_DIR: "run" };
    expect(await found(files, { env: { ...run, REGISTRY_AUTH_FILE: "named.json" } })).toMatchObject({
      user: "named",
    });
    expect(await found(files, { env: run })).toMatchObject({ user: "runtime" });
    expect(await found(files)).toMatchObject({ user: "config" });
    const without = { ...files, ".config/containers/auth.json": { auths: {} } };
    expect(await found(without)).toMatchObject({ user: "docker" });
    expect(await found(without, { env: { DOCKER_CONFIG: "docker" } })).toMatchObject({ user: "moved" });
  });

  test.each([
    ["{", /config\.json": it is no JSON object/],
    ["[]", /it is no JSON object/],
    ['{"auths":[]}', /auths or credHelpers is no object/],
    ['{"auths":{"quay.io":{"auth":"####"}}}', /the auth of "quay\.io" is not the base64 of USER:PASS/],
    ['{"credsStore":"../../bin/sh"}', /docker-credential-\.\.\/\.\.\/bin\/sh".*that is no name of a program/],
    ['{"credsStore":"absent"}', /docker-credential-absent".*there is no such program/],
  ])("%s is an error that names the file", async (content, message) => {
    await expect(found({ ".docker/config.json": content })).rejects.toMatchObject({
      code: "registry.bad-credentials",
      message: expect.stringMatching(message),
    });
  });

  test.each(["", " \n"])("an empty file %j is none", async (content) => {
    expect(await found({ ".docker/config.json": content })).toBeUndefined();
  });
});

test.each([
  ["ada:lovelace", {}, { kind: "password", user: "ada", password: "lovelace" }],
  ["ada:a:b", {}, ada],
  ["ada", { OCILAB_PASSWORD: "p" }, { kind: "password", user: "ada", password: "p" }],
])("--creds %s with %j", (text, env, expected) => {
  expect(parseCredentials(text, env)).toEqual(expected);
});

test.each([
  ["", "there is no user in it"],
  [":p", "there is no user in it"],
  ["ada", 'there is no password for "ada"'],
  ["ada:", 'there is no password for "ada"'],
])("--creds %j is refused", (text, got) => {
  expect(() => parseCredentials(text, {})).toThrow(
    expect.objectContaining({ code: "registry.bad-settings", got }),
  );
});
