import { describe, expect, test } from "vitest";
import { imageFor, imagesMeant, type StoredImage, withImage } from "../../../src/image/store/names.ts";
import { nameFor, parseImageName } from "../../../src/image/store/naming.ts";
import type { Digest, ImageReference } from "../../../src/oci/image.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest;
const image = (name: string | undefined, letter: string, platform = "linux/amd64"): StoredImage => ({
  name,
  manifest: { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: digest(letter), size: 1 },
  config: `sha256:${letter.repeat(32)}${"0".repeat(32)}` as Digest,
  platform: parsePlatform(platform),
  pulled: "2026-01-01T00:00:00Z",
});
const images = [
  image("docker.io/library/alpine:3.20", "a"),
  image("docker.io/library/alpine:3.20", "b", "linux/arm64"),
  image("docker.io/library/alpine:latest", "a"),
  image("localhost/app:1", "c"),
  image("ghcr.io/o/app:1", "d"),
  image(undefined, "e"),
];

describe("what a text means", () => {
  test.each([
    ["alpine:3.20", "name", ["a", "b"]],
    ["docker.io/library/alpine:3.20", "name", ["a", "b"]],
    ["library/alpine", "name", ["a"]],
    ["alpine", "name", ["a"]],
    ["app:1", "name", ["c"]],
    ["localhost/app:1", "name", ["c"]],
    ["ghcr.io/o/app:1", "name", ["d"]],
    ["o/app:1", "digest", []],
    [`alpine@${digest("b")}`, "name", ["b"]],
    [`ghcr.io/o/app@${digest("b")}`, "digest", []],
    [digest("d"), "digest", ["d"]],
    ["eeeeee", "digest", ["e"]],
    ["eeeee", "digest", []],
    [`${"c".repeat(32)}000`, "digest", ["c"]],
    ["aaaaaaaaaaaa", "digest", ["a", "a"]],
    ["alpin", "digest", []],
  ])("%s", (text, by, letters) => {
    const meant = imagesMeant(images, text);
    expect([meant.by, meant.found.map(({ manifest }) => manifest.digest[7])]).toEqual([by, letters]);
  });
});

test("of one name the platform's image is chosen", () => {
  const two = images.slice(0, 2);
  expect(imageFor(two, parsePlatform("linux/arm64"))?.manifest.digest).toBe(digest("b"));
  expect(imageFor(two, parsePlatform("linux/s390x"))).toBeUndefined();
});

test("a name moves for its platform alone; an image without names is kept once", () => {
  const moved = withImage(images.slice(0, 2), image("docker.io/library/alpine:3.20", "f"));
  expect(moved.map(({ name, manifest }) => [name === undefined, manifest.digest[7]])).toEqual([
    [true, "a"],
    [false, "b"],
    [false, "f"],
  ]);
  const back = withImage(moved, image("docker.io/library/alpine:3.20", "a"));
  expect(back.map(({ name, manifest }) => [name === undefined, manifest.digest[7]])).toEqual([
    [false, "b"],
    [true, "f"],
    [false, "a"],
  ]);
});

describe("the name that a pulled image gets", () => {
  const rows: readonly (readonly [ImageReference, string])[] = [
    [
      { kind: "registry", host: "docker.io", repository: "library/alpine", tag: "3" },
      "docker.io/library/alpine:3",
    ],
    [{ kind: "builtin", name: "busybox" }, "localhost/busybox:latest"],
    [{ kind: "oci", path: "/x/My Layout", tag: "v1" }, "localhost/my-layout:v1"],
    [{ kind: "oci", path: "/x/lay", tag: "ghcr.io/o/app:2" }, "ghcr.io/o/app:2"],
    [{ kind: "oci", path: "/x/lay", tag: `@${digest("a")}` }, "localhost/lay:latest"],
    [{ kind: "oci-archive", path: "app.tar.gz" }, "localhost/app:latest"],
    [{ kind: "docker-archive", path: "/x/a.tar", tag: "app:1" }, "docker.io/library/app:1"],
    [{ kind: "docker-archive", path: "/x/a.tar", tag: "@0" }, "localhost/a:latest"],
    [{ kind: "docker-daemon", name: "app:1" }, "docker.io/library/app:1"],
    [{ kind: "docker-daemon", name: "app" }, "docker.io/library/app:latest"],
    [{ kind: "docker-daemon", name: "0123456789ab" }, "localhost/0123456789ab:latest"],
    [{ kind: "dir", path: "/" }, "localhost/image:latest"],
    [{ kind: "rootfs-tar", path: "-" }, "localhost/image:latest"],
  ];
  test.each(rows)("%j: %s", (reference, name) => {
    expect(nameFor(reference)).toBe(name);
  });

  test("one that the user chooses is a name as docker has them", () => {
    expect(parseImageName("app")).toBe("docker.io/library/app:latest");
    expect(() => parseImageName("App")).toThrow("upper-case");
    expect(() => parseImageName(`app@${digest("a")}`)).toThrow("a digest is no name");
  });
});
