import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { recogniseReference } from "../../../src/image/recognise.ts";
import { writeTar } from "../../../src/image/sources/tar-writer.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { readRegistryName } from "../../../src/oci/registry-name.ts";
import { textMember, writeDockerArchive } from "../../support/docker-archive-writer.ts";
import { newLayout, smallImage } from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";

/** A directory with one of each: `layout`, `oci.tar`, `docker.tar`, `both.tar`, packed ones, a bundle, and what is none. */
function furnish(directory: string): void {
  const at = (name: string) => join(directory, name);
  const layout = newLayout(at("layout"));
  layout.index([smallImage(layout)]);
  newLayout(at("with:colon")).index([smallImage(newLayout(at("with:colon")))]);
  writeDockerArchive(at("docker.tar"));
  writeDockerArchive(at("both.tar"), ({ members }) => {
    members.push(textMember("oci-layout", "{}"), textMember("index.json", "{}"));
  });
  writeFileSync(
    at("oci.tar"),
    writeTar([textMember("./index.json", "{}"), textMember("./oci-layout", "{}")], { mtime: 0 }),
  );
  writeFileSync(at("oci.tar.zst"), zstdCompressSync(readFileSync(at("oci.tar"))));
  writeFileSync(at("docker.tar.gz"), gzipSync(readFileSync(at("docker.tar"))));
  writeFileSync(at("plain.tar"), writeTar([textMember("etc/passwd", "")], { mtime: 0 }));
  for (const path of ["bundle/rootfs", "skopeo-dir", "empty"]) mkdirSync(at(path), { recursive: true });
  writeFileSync(at("bundle/config.json"), "{}");
  for (const name of ["manifest.json", "version"]) writeFileSync(at(`skopeo-dir/${name}`), "{}");
}

describe("a plain path", () => {
  test.each([
    ["layout", { kind: "oci", path: "layout" }],
    ["layout/", { kind: "oci", path: "layout/" }],
    ["layout:v1", { kind: "oci", path: "layout", tag: "v1" }],
    [`layout@sha256:${"a".repeat(64)}`, { kind: "oci", path: "layout", tag: `@sha256:${"a".repeat(64)}` }],
    ["with:colon", { kind: "oci", path: "with:colon" }],
    ["with:colon:v1", { kind: "oci", path: "with:colon", tag: "v1" }],
    ["oci:{}/with:colon:v1", { kind: "oci", path: "with:colon", tag: "v1" }],
    ["oci.tar", { kind: "oci-archive", path: "oci.tar" }],
    ["oci.tar.zst:v1", { kind: "oci-archive", path: "oci.tar.zst", tag: "v1" }],
    ["docker.tar", { kind: "docker-archive", path: "docker.tar" }],
    ["skopeo-dir", { kind: "dir", path: "skopeo-dir" }],
    ["docker.tar.gz", { kind: "docker-archive", path: "docker.tar.gz" }],
    [
      "docker.tar:localhost:5000/a/b:1",
      { kind: "docker-archive", path: "docker.tar", tag: "localhost:5000/a/b:1" },
    ],
    ["both.tar", { kind: "oci-archive", path: "both.tar" }],
    ["docker-archive:{}/both.tar", { kind: "docker-archive", path: "both.tar" }],
  ])("%s is recognised", async (text, expected) => {
    await using place = scratch();
    furnish(place.path);
    const full = text.includes("{}") ? text.replace("{}", place.path) : join(place.path, text);
    expect(await recogniseReference(full)).toEqual({ ...expected, path: join(place.path, expected.path) });
  });

  test.each([
    ["bundle", "image.is-bundle", /a bundle/, undefined],
    ["empty", "image.unrecognised", /no oci-layout/, /index\.json/],
    ["plain.tar", "image.unrecognised", /without index\.json/, /root filesystem/],
    ["bundle/config.json", "image.bad-archive", /it is no tar file/, undefined],
    ["layuot", "image.not-found", /nothing at/, /did you mean ".*\/layout"/],
    ["layuot:v1", "image.not-found", /nothing at/, /did you mean ".*\/layout"/],
    ["dcker.tar", "image.not-found", /nothing at/, /did you mean ".*\/docker\.tar"/],
    ["nothing/like/it", "image.not-found", /nothing at/, undefined],
    ["oci:{}/layuot", "image.not-found", /nothing at/, /did you mean ".*\/layout"/],
    ["oci:{}/oci.tar", "image.unrecognised", /no directory/, /oci-archive:/],
    ["oci-archive:{}/layout", "image.unrecognised", /a directory, not an archive/, /write oci:/],
  ] as const)("%s is explained", async (text, code, message, hint) => {
    await using place = scratch();
    furnish(place.path);
    const full = text.includes("{}") ? text.replace("{}", place.path) : join(place.path, text);
    const expected = {
      code,
      message: expect.stringMatching(message),
      hint: hint === undefined ? undefined : expect.stringMatching(hint),
    };
    if (hint === undefined) Reflect.deleteProperty(expected, "hint");
    await expect(recogniseReference(full)).rejects.toMatchObject(expected);
    await expect(openImage(full, { images: join(place.path, "images") })).rejects.toMatchObject(expected);
  });

  test.each([
    "alpine:3.20",
    "docker.io/library/nginx",
    "ghcr.io/a/b/c:v1.2",
    "localhost:5000/x",
    `quay.io/a/b@sha256:${"0".repeat(64)}`,
  ])("%s is taken for a registry's image", async (text) => {
    const read = readRegistryName(text);
    expect(read.ok && (await recogniseReference(text))).toEqual(read.ok && read.reference);
  });

  test.each(["./alpine", "/alpine", "../alpine", "~/alpine", "image.tar", "Alpine Linux", "Alpine"])(
    "%s is not",
    async (text) => {
      await expect(recogniseReference(text)).rejects.toMatchObject({ code: "image.not-found" });
    },
  );

  test("what is no name either is told why", async () => {
    await expect(recogniseReference("Alpine")).rejects.toMatchObject({
      message: expect.stringMatching(/upper-case letters in "Alpine"/),
    });
    await expect(recogniseReference("image.tar")).rejects.toMatchObject({
      hint: expect.stringMatching(/docker:\/\/image\.tar/),
    });
  });

  test("only the bare name of a built-in image is built in", async () => {
    expect(await recogniseReference("busybox")).toEqual({ kind: "builtin", name: "busybox" });
    for (const text of ["busybox:latest", "docker.io/library/busybox", "docker://busybox"]) {
      expect(await recogniseReference(text)).toEqual({
        kind: "registry",
        host: "docker.io",
        repository: "library/busybox",
        tag: "latest",
      });
    }
  });
});

test("a directory that is no image hides no name with a tag, and says how to mean a registry", async () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const inHub = { kind: "registry", host: "docker.io", repository: "library/src" };
  expect(await recogniseReference("src:1")).toMatchObject({ ...inHub, tag: "1" });
  expect(await recogniseReference(`src@${digest}`)).toMatchObject({ ...inHub, digest });
  await expect(recogniseReference("src")).rejects.toMatchObject({
    hint: expect.stringMatching("docker://src$"),
  });
  await expect(recogniseReference("./src:1")).rejects.toMatchObject({ code: "image.unrecognised" });
});

test("a relative path gives absolute spans", async () => {
  await using place = scratch();
  furnish(place.path);
  for (const name of ["layout", "docker.tar"]) {
    const path = relative(process.cwd(), join(place.path, name));
    await using image = await openImage(path, { images: place.path, platform: parsePlatform("linux/amd64") });
    expect(image.layers.map(({ span }) => isAbsolute(span?.path ?? ""))).toEqual([true]);
  }
});

test("an archive may come through a pipe", async () => {
  await using place = scratch();
  const pipe = join(place.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  const archive = gzipSync(readFileSync(writeDockerArchive(join(place.path, "image.tar"))));
  writeFileSync(join(place.path, "image.tar.gz"), archive);
  const { promise: written, resolve } = Promise.withResolvers<void>();
  import("node:fs").then(({ createWriteStream }) => createWriteStream(pipe).end(archive, () => resolve()));
  const images = join(place.path, "images");
  await using image = await openImage(`docker-archive:${pipe}`, {
    images,
    platform: parsePlatform("linux/amd64"),
  });
  expect(image.layers).toHaveLength(1);
  await written;
});
