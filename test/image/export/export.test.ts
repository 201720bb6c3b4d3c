import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { exportContent } from "../../../src/image/export/export.ts";
import { contentOf } from "../../../src/image/export/parts.ts";
import { parseTarget } from "../../../src/image/export/target.ts";
import { openImage } from "../../../src/image/open.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { newLayout, smallImage } from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";

const platform = parsePlatform("linux/amd64");
const tagged = { "org.opencontainers.image.ref.name": "v1" };

/** A layout with one image, "v1"; exports it to TARGET below the directory. */
async function exporting(
  directory: string,
  target: string,
  options: { readonly stdout?: Writable; readonly signal?: AbortSignal } = {},
) {
  const layout = join(directory, "layout");
  if (!existsSync(layout)) {
    const writer = newLayout(layout);
    writer.index([{ ...smallImage(writer), annotations: tagged }]);
  }
  await using image = await openImage(`oci:${layout}:v1`, { images: join(directory, "images"), platform });
  const wish = parseTarget(target);
  const path = wish.path === "-" ? "-" : join(directory, wish.path);
  const { stdout = new PassThrough(), signal } = options;
  const done = await exportContent(contentOf(image), { ...wish, path }, { stdout, signal });
  return { ...done, manifest: image.manifestDescriptor.digest };
}

const reopen = async (directory: string, reference: string) => {
  await using image = await openImage(reference, { images: join(directory, "images"), platform });
  return image.manifestDescriptor.digest;
};

test.each([
  ["oci:out:v2", "oci:OUT:v2"],
  ["oci-archive:out:v2", "oci-archive:OUT:v2"],
  ["docker-archive:out:app:2", "oci-archive:OUT:2"],
  ["out", "OUT"],
])("%s is the same image", async (target, reference) => {
  await using place = scratch();
  const { manifest, bytes } = await exporting(place.path, target);
  expect(await reopen(place.path, reference.replace("OUT", join(place.path, "out")))).toBe(manifest);
  expect(bytes).toBeGreaterThan(1000);
  expect(readdirSync(place.path).toSorted()).toEqual(["layout", "out"]);
});

test("a docker archive is found by its name as well", async () => {
  await using place = scratch();
  await exporting(place.path, "docker-archive:out:app:2");
  await using image = await openImage(`docker-archive:${join(place.path, "out")}:app:2`, {
    images: place.path,
    platform,
  });
  expect(image.layers.length).toBe(1);
});

test("twice the same bytes, on standard output as in the file", async () => {
  await using place = scratch();
  const pieces: Buffer[] = [];
  const stdout = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  await exporting(place.path, "docker-archive:a:app:2");
  await exporting(place.path, "docker-archive:b:app:2");
  await exporting(place.path, "docker-archive:-:app:2", { stdout });
  const a = readFileSync(join(place.path, "a"));
  expect(readFileSync(join(place.path, "b"))).toEqual(a);
  expect(Buffer.concat(pieces)).toEqual(a);
});

test("a layout that is there gets one image more, or another under the same tag", async () => {
  await using place = scratch();
  await exporting(place.path, "oci:out:v2");
  const { manifest } = await exporting(place.path, "oci:out:v3");
  await exporting(place.path, "oci:out:v3");
  const index = JSON.parse(readFileSync(join(place.path, "out/index.json"), "utf8"));
  expect(
    index.manifests.map((one: { annotations: Record<string, string> }) => Object.values(one.annotations)),
  ).toEqual([["v2"], ["v3"]]);
  expect(await reopen(place.path, `oci:${join(place.path, "out")}:v3`)).toBe(manifest);
});

test("a directory of something else stays as it is", async () => {
  await using place = scratch();
  mkdirSync(join(place.path, "out"));
  writeFileSync(join(place.path, "out/mine"), "");
  await expect(exporting(place.path, "oci:out")).rejects.toMatchObject({ code: "image.not-exported" });
  expect(readdirSync(join(place.path, "out"))).toEqual(["mine"]);
});

test.each(["oci-archive:out", "docker-archive:out", "oci:out"])(
  "%s of a damaged image leaves nothing, and what was there stays",
  async (target) => {
    await using place = scratch();
    await exporting(place.path, "oci-archive:other");
    const blobs = join(place.path, "layout/blobs/sha256");
    for (const name of readdirSync(blobs)) {
      const bytes = readFileSync(join(blobs, name));
      if (bytes.length > 1024) writeFileSync(join(blobs, name), Buffer.alloc(bytes.length));
    }
    if (target !== "oci:out") writeFileSync(join(place.path, "out"), "before");
    await expect(exporting(place.path, target)).rejects.toMatchObject({ code: "image.wrong-digest" });
    expect(readdirSync(place.path).toSorted()).toEqual(
      target === "oci:out" ? ["layout", "other"] : ["layout", "other", "out"],
    );
    if (target !== "oci:out") expect(readFileSync(join(place.path, "out"), "utf8")).toBe("before");
  },
);

test("a place that cannot be written is an error that says so", async () => {
  await using place = scratch();
  await expect(exporting(place.path, "oci-archive:none/out")).rejects.toMatchObject({
    code: "image.not-exported",
    got: "there is no such directory (ENOENT)",
  });
  const stdout = new Writable({
    write: (_piece, _encoding, done) => done(Object.assign(new Error("gone"), { code: "EPIPE" })),
  });
  stdout.on("error", () => {});
  await expect(exporting(place.path, "oci-archive:-", { stdout })).rejects.toMatchObject({
    code: "image.not-exported",
  });
});

test("files have the usual mode", async () => {
  await using place = scratch();
  await exporting(place.path, "oci-archive:out");
  expect(statSync(join(place.path, "out")).mode & 0o777).toBe(0o644);
});

describe("targets", () => {
  test.each([
    ["oci:dir:v1", { kind: "oci", path: "dir", name: "v1" }],
    ["oci-archive:f", { kind: "oci-archive", path: "f", name: undefined }],
    ["docker-archive:f:app", { kind: "docker-archive", path: "f", name: "docker.io/library/app:latest" }],
    ["docker-archive:-:ghcr.io/a/b:1", { kind: "docker-archive", path: "-", name: "ghcr.io/a/b:1" }],
    ["-", { kind: "oci-archive", path: "-", name: undefined }],
    ["new/", { kind: "oci", path: "new/", name: undefined }],
    ["/tmp", { kind: "oci", path: "/tmp", name: undefined }],
    ["./dir:x", { kind: "oci-archive", path: "./dir:x", name: undefined }],
    ["file.tar", { kind: "oci-archive", path: "file.tar", name: undefined }],
  ])("%s", (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test.each([
    ["", "it is empty"],
    ["oci:", "nothing follows oci:"],
    ["oci:-", "takes an archive"],
    ["docker-archve:f", "did you mean docker-archive:"],
    ["docker-daemon:app", 'nothing is written to "docker-daemon:"'],
    ["oci:d:a b", '"a b" is no tag'],
    ["docker-archive:f:App", "upper-case"],
    [`docker-archive:f:a@sha256:${"0".repeat(64)}`, "no digest"],
  ])("%j is refused: %s", (text, says) => {
    expect(() => parseTarget(text)).toThrow(says);
  });
});
