import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { configDifferences, differencesOf } from "../../../src/image/contents/differences.ts";
import { layersOf } from "../../../src/image/contents/layers.ts";
import { readLayerInto } from "../../../src/image/contents/read.ts";
import { Tree } from "../../../src/image/contents/tree.ts";
import { historyOf } from "../../../src/image/history.ts";
import type { Image, LayerBlob } from "../../../src/image/image.ts";
import { defaultLimits } from "../../../src/image/layer/limits.ts";
import type { ImageConfig } from "../../../src/oci/image.ts";
import { layerIn, type Member, tarOf } from "../../support/layers.ts";
import { scratch } from "../../support/scratch.ts";

const config = {
  os: "linux",
  architecture: "amd64",
  rootfs: { type: "layers", diff_ids: [] },
} as ImageConfig;

/** An image of layers with these members; `fed` ones do not lie in a file. */
function imageOf(
  directory: string,
  layers: readonly (readonly Member[])[],
  options: { readonly fed?: boolean } = {},
): Image {
  const blobs = layers.map((members, at) =>
    layerIn(join(directory, `${Math.random()}-${at}`), tarOf(members), options),
  );
  return { config, layers: blobs } as unknown as Image;
}

async function told(layers: readonly (readonly Member[])[]): Promise<readonly string[]> {
  await using place = scratch();
  const read = await layersOf(imageOf(place.path, layers), { temporary: place.path, keep: true });
  return read.map(({ changes, wasted }) =>
    [
      ...changes.map(
        ({ kind, path, size }) => `${{ added: "+", changed: "~", deleted: "-" }[kind]}${path}:${size}`,
      ),
      `w${wasted}`,
    ].join(" "),
  );
}

const file = (name: string, data: string): Member => ({ name, data });
const link = (name: string, to: string): Member => ({ name, type: "2", link: to });

describe("what layers do", () => {
  const rows: readonly (readonly [string, readonly (readonly Member[])[], readonly string[]])[] = [
    ["adds", [[{ name: "d/" }, file("d/a", "12345")]], ["+d:0 +d/a:5 w0"]],
    [
      "changes, and wastes what was there",
      [[file("a", "12345")], [file("a", "123")]],
      ["+a:5 w5", "~a:3 w0"],
    ],
    ["deletes by whiteout", [[file("a", "12345")], [file(".wh.a", "")]], ["+a:5 w5", "-a:5 w0"]],
    [
      "deletes a directory with all in it",
      [[{ name: "d/" }, file("d/a", "12"), file("d/b", "3")], [file(".wh.d", "")]],
      ["+d:0 +d/a:2 +d/b:1 w3", "-d/a:2 -d/b:1 -d:0 w0"],
    ],
    [
      "an opaque whiteout spares the same layer",
      [
        [{ name: "d/" }, file("d/a", "12")],
        [{ name: "d/" }, file("d/b", "3"), file("d/.wh..wh..opq", "")],
      ],
      ["+d:0 +d/a:2 w2", "+d/b:1 -d/a:2 w0"],
    ],
    [
      "a whiteout of what is not there is nothing",
      [[file("a", "1")], [file(".wh.b", "")]],
      ["+a:1 w0", "w0"],
    ],
    [
      "a directory that stays as it was is not told",
      [[{ name: "d/" }], [{ name: "d/" }, file("d/a", "1")]],
      ["+d:0 w0", "+d/a:1 w0"],
    ],
    [
      "a directory of another mode is",
      [[{ name: "d/", mode: 0o755 }], [{ name: "d/", mode: 0o700 }]],
      ["+d:0 w0", "~d:0 w0"],
    ],
    [
      "a file in the place of a directory",
      [[{ name: "d/" }, file("d/a", "12")], [file("d", "x")]],
      ["+d:0 +d/a:2 w2", "-d/a:2 ~d:1 w0"],
    ],
    [
      "parents that are links are followed",
      [[{ name: "run/" }, link("var", "/run")], [file("var/pid", "12")], [file("run/.wh.pid", "")]],
      ["+run:0 +var:0 w0", "+run/pid:2 w2", "-run/pid:2 w0"],
    ],
    ["parents that are missing are made", [[file("a/b/c", "1")]], ["+a:0 +a/b:0 +a/b/c:1 w0"]],
    [
      "a hard link has no bytes of its own",
      [[file("a", "123"), { name: "b", type: "1", link: "a" }], [file(".wh.a", "")], [file(".wh.b", "")]],
      ["+a:3 +b:0 w3", "-a:0 w0", "-b:3 w0"],
    ],
    [
      "links in a circle end",
      [[link("a", "b"), link("b", "a"), file("a/x", "1")]],
      ["+a:0 +b:0 +a:0 +a/x:1 w0"],
    ],
  ];
  test.each(rows)("%s", async (_what, layers, expected) => {
    expect(await told(layers)).toEqual(expected);
  });

  test("the largest files come first, ten at most", async () => {
    await using place = scratch();
    const members = Array.from({ length: 15 }, (_, at) => file(`f${at}`, "x".repeat(at)));
    const [layer] = await layersOf(imageOf(place.path, [members]), { temporary: place.path, keep: false });
    expect(layer?.largest.map(({ path }) => path)).toEqual(
      [14, 13, 12, 11, 10, 9, 8, 7, 6, 5].map((at) => `f${at}`),
    );
    expect(layer?.changes).toEqual([]);
  });

  test("a layer that does not lie in a file is written out and removed again", async () => {
    await using place = scratch();
    const image = imageOf(place.path, [[file("a", "1")]], { fed: true });
    const temporary = join(place.path, "temporary");
    const [layer] = await layersOf(image, { temporary, keep: true });
    expect(layer?.added).toEqual({ paths: 1, bytes: 1 });
  });
});

describe("damaged layers", () => {
  const read = async (make: (directory: string) => LayerBlob) => {
    await using place = scratch();
    return await readLayerInto(new Tree(), make(place.path), {
      index: 0,
      temporary: place.path,
      contents: true,
      limits: defaultLimits,
      usage: { bytes: 0, entries: 0 },
    });
  };
  const tar = tarOf([file("a", "1")]);
  test.each([
    [
      "layer.digest-mismatch",
      (at: string) => layerIn(join(at, "l"), tar, { diffId: `sha256:${"0".repeat(64)}` }),
    ],
    [
      "layer.broken-compression",
      (at: string) => layerIn(join(at, "l"), tar, { stored: gzipSync(tar).subarray(0, -9) }),
    ],
    ["layer.refused-entry", (at: string) => layerIn(join(at, "l"), tarOf([file("../x", "1")]))],
    [
      "layer.refused-entry",
      (at: string) => layerIn(join(at, "l"), tarOf([{ name: "b", type: "1", link: "none" }])),
    ],
    ["layer.malformed-archive", (at: string) => layerIn(join(at, "l"), tar.subarray(0, 700))],
  ])("%s", async (code, make) => {
    await expect(read(make)).rejects.toMatchObject({ code, doing: expect.stringContaining("read layer 1") });
  });
});

describe("differences", () => {
  const differ = async (
    a: readonly (readonly Member[])[],
    b: readonly (readonly Member[])[],
    times = false,
  ) => {
    await using place = scratch();
    const found = await differencesOf(imageOf(place.path, a), imageOf(place.path, b), {
      temporary: place.path,
      times,
    });
    return found.map(
      ({ kind, path, what, before, after }) => `${kind} ${path} ${before} ${after} ${what.join()}`,
    );
  };
  const base: readonly Member[] = [{ name: "etc/" }, file("etc/a", "one"), link("l", "etc")];
  const rows: readonly (readonly [string, readonly Member[], readonly string[]])[] = [
    ["nothing", [], []],
    ["a file more", [file("b", "12")], ["added b null 2 "]],
    ["a file less", [file("etc/.wh.a", "")], ["deleted etc/a 3 null "]],
    ["other bytes of one length", [file("etc/a", "two")], ["changed etc/a 3 3 content"]],
    ["the same bytes again", [file("etc/a", "one")], []],
    [
      "mode and owner",
      [{ name: "etc/a", data: "one", mode: 0o4755, uid: 5 }],
      ["changed etc/a 3 3 mode,owner"],
    ],
    ["a link elsewhere", [link("l", "usr")], ["changed l null null target"]],
    ["another type", [{ name: "l", type: "6" }], ["changed l null null type,target"]],
    ["a device", [{ name: "d", type: "3", major: 1, minor: 3 }], ["added d null null "]],
    [
      "attributes",
      [{ name: "etc/a", data: "one", pax: { "SCHILY.xattr.user.a": "b" } }],
      ["changed etc/a 3 3 attributes"],
    ],
  ];
  test.each(rows)("%s", async (_what, layer, expected) => {
    expect(await differ([base], [base, layer])).toEqual(expected);
  });

  test("it does not matter how the files are spread over layers", async () => {
    expect(await differ([base, [file("x", "1")]], [[file("x", "1")], base])).toEqual([]);
    expect(await differ([base], [base.slice(0, 2), base.slice(2)])).toEqual([]);
  });

  test("times count only when they are asked for", async () => {
    const layer = [{ name: "etc/a", data: "one", mtime: 99 }];
    expect(await differ([base], [base, layer])).toEqual([]);
    expect(await differ([base], [base, layer], true)).toEqual(["changed etc/a 3 3 time"]);
  });

  test("configurations, by pointer, variables by name", () => {
    const a = {
      ...config,
      config: { Env: ["PATH=/bin", "A=1"], Cmd: ["sh"], Labels: { "a/b": "1" } },
    } as ImageConfig;
    const b = {
      ...config,
      config: { Env: ["A=2", "PATH=/bin"], Cmd: ["sh", "-c"], User: "5" },
    } as ImageConfig;
    expect(configDifferences(a, b)).toEqual([
      { at: "/config/Cmd", before: ["sh"], after: ["sh", "-c"] },
      { at: "/config/Env/A", before: "A=1", after: "A=2" },
      { at: "/config/Labels/a~1b", before: "1", after: undefined },
      { at: "/config/User", before: undefined, after: "5" },
    ]);
    expect(configDifferences(a, a)).toEqual([]);
  });
});

test("a history with its layers, also where it tells of more or fewer", async () => {
  await using place = scratch();
  const { layers } = imageOf(place.path, [[file("a", "1")], [file("b", "1")]]);
  const of = (history: unknown) =>
    historyOf({ config: { ...config, history } as ImageConfig, layers }).map(
      ({ createdBy, layer }) => `${createdBy}:${layer?.index}`,
    );
  expect(
    of([{ created_by: "ADD" }, { created_by: "ENV", empty_layer: true }, { created_by: "RUN" }]),
  ).toEqual(["ADD:0", "ENV:undefined", "RUN:1"]);
  expect(of([{ created_by: "ADD" }])).toEqual(["ADD:0", ":1"]);
  expect(of([{ created_by: "A" }, { created_by: "B" }, { created_by: "C" }])).toEqual([
    "A:0",
    "B:1",
    "C:undefined",
  ]);
  expect(of(undefined)).toEqual([":0", ":1"]);
});
