import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
afterAll(() => place[Symbol.asyncDispose]());
const config = '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}';

function directory(
  name: string,
  files: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
): string {
  const path = join(place.path, name);
  for (const folder of ["", ...folders]) mkdirSync(join(path, folder), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe("reading a bundle", () => {
  test("gives its paths, its spec and the text", () => {
    const path = directory("good", { "config.json": config }, ["rootfs"]);
    expect(readBundle(path)).toMatchObject({ path, rootfs: join(path, "rootfs"), configText: config });
  });

  test("an absolute root.path is taken as it is", () => {
    const rootfs = directory("elsewhere", {});
    const path = directory("absolute", {
      "config.json": `{"ociVersion":"1.0.2","root":{"path":"${rootfs}"}}`,
    });
    expect(readBundle(path).rootfs).toBe(rootfs);
  });

  test.each<[string, string, object]>([
    [
      "no config.json, one below",
      directory("above", { "b/config.json": config }, ["b"]),
      { code: "bundle.no-config", hint: expect.stringContaining("above/b") },
    ],
    [
      "no config.json, one above",
      join(directory("up", { "config.json": config }, ["rootfs"]), "rootfs"),
      { code: "bundle.no-config", hint: expect.stringContaining("up") },
    ],
    [
      "no such directory",
      join(place.path, "nothing/here"),
      { code: "bundle.no-config", got: "there is no such directory" },
    ],
    [
      "JSON with a fault",
      directory("json", { "config.json": '{\n  "ociVersion": "1.0.2",\n}' }),
      { code: "spec.bad-json", message: expect.stringMatching(/line 3/) },
    ],
    [
      "against the schema",
      directory("schema", { "config.json": '{"ociVersion":1}' }),
      { code: "spec.invalid" },
    ],
    [
      "no rootfs",
      directory("rootless", { "config.json": config }),
      { code: "bundle.no-rootfs", hint: expect.stringMatching(/ocilab run.*ocilab bundle/) },
    ],
    [
      "rootfs of another name",
      directory("renamed", { "config.json": config }, ["root"]),
      { code: "bundle.no-rootfs", hint: expect.stringContaining('"root"') },
    ],
  ])("%s", (_title, path, error) => {
    expect(() => readBundle(path)).toThrow(expect.objectContaining(error));
  });
});
