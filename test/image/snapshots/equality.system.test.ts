import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs, countFiles, type Difference } from "../../../scripts/compare-rootfs.ts";
import { createBundle } from "../../../src/bundle/create.ts";
import type { Image } from "../../../src/image/image.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { openSnapshots } from "../../../src/image/snapshots/store.ts";
import { handMade } from "../../support/hand-made.ts";
import { imageMakers } from "../../support/images.ts";
import { type Member, tarOf } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { debianTar, imageOf } from "../../support/rootfs.ts";
import { scratch } from "../../support/scratch.ts";

/** What an overlay mount shows, and what a copy of the snapshots has, that unpacking into one directory would not give; and how many files there are. */
async function compareAll(make: (directory: string) => Promise<string> | string) {
  await using place = scratch();
  const reference = await make(place.path);
  await using image = await openImage(reference, { images: join(place.path, "images") });
  const plain = join(place.path, "plain");
  mkdirSync(plain);
  await unpackLayers(image.layers, plain);
  const store = join(place.path, "snapshots");
  await fillHalf(image, store);
  const kinds: string[] = [];
  const differences: Difference[] = [];
  for (const [name, copy] of [
    ["mounted", false],
    ["copied", true],
  ] as const) {
    const bundle = await createBundle(image, join(place.path, name), {
      rootfs: { snapshots: store, copy },
      onUnpacked: ({ kind }) => void kinds.push(kind),
    });
    differences.push(...compareRootfs(plain, bundle.rootfs));
  }
  return { kinds, differences, files: countFiles(plain) };
}

/** Have the lower half of the layers there already, so that the others are applied above what another process made. */
async function fillHalf({ layers }: Image, snapshots: string): Promise<void> {
  using store = await openSnapshots(snapshots);
  await store.make(layers.slice(0, layers.length >> 1), {});
}

const alike = { kinds: ["overlay", "copied"], differences: [] };

for (const maker of imageMakers.filter(({ name }) => /^umoci layout|docker-archive|zstd/.test(name))) {
  describeWith(maker.needs, `snapshots: ${maker.name}`, () => {
    test("equals what is unpacked into one directory", async () => {
      expect(await compareAll(maker.make)).toMatchObject(alike);
    });
  });
}

describeWith(["root", "mmdebstrap"], "snapshots: Debian by mmdebstrap", () => {
  test("equals what is unpacked into one directory", async () => {
    const tar = await debianTar();
    const found = await compareAll((directory) => imageOf(directory, [{ tar, compression: "none" }]));
    expect(found).toMatchObject(alike);
    expect(found.files).toBeGreaterThan(8000);
  });
});

describeWith(["root"], "snapshots: made by hand", () => {
  test.each([...handMade(), ...stacked()])(
    "$name: equals what is unpacked into one directory",
    async ({ layers }) => {
      expect(await compareAll((directory) => imageOf(directory, layers))).toMatchObject(alike);
    },
  );
});

/** What is hard for layers that are kept apart. */
function stacked(): readonly {
  readonly name: string;
  readonly layers: readonly { readonly tar: Buffer }[];
}[] {
  const of = (name: string, ...layers: readonly (readonly Member[])[]) => ({
    name,
    layers: layers.map((members) => ({ tar: tarOf(members) })),
  });
  const acl = { "SCHILY.xattr.system.posix_acl_default": defaultAcl };
  return [
    of(
      "parents that a layer does not list keep what they had",
      [
        { name: "./", mode: 0o711, mtime: 7, uid: 5, gid: 6, pax: { "SCHILY.xattr.user.root": "r" } },
        { name: "a/", mode: 0o2751, uid: 3, gid: 4, mtime: 11, pax: { "SCHILY.xattr.user.note": "n" } },
        { name: "a/b/", mode: 0o1700, uid: 8, mtime: 12 },
        { name: "a/b/old", data: "old" },
      ],
      [{ name: "a/b/new", data: "new" }],
      [{ name: "a/b/.wh.old" }],
      [{ name: "a/c/d/e", data: "deep" }],
    ),
    of(
      "hard links whose names come and go",
      [
        { name: "d/", mtime: 1 },
        { name: "d/one", data: "1", mode: 0o4755, uid: 9, pax: { "SCHILY.xattr.user.x": "y" } },
        { name: "d/two", type: "1", link: "d/one" },
        { name: "three", type: "1", link: "d/one" },
        { name: "l", type: "2", link: "d" },
        { name: "m", type: "1", link: "l" },
        { name: "p", type: "6" },
        { name: "q", type: "1", link: "p" },
        { name: "alone", data: "a" },
        { name: "pair", data: "p" },
        { name: "pair2", type: "1", link: "pair" },
      ],
      [
        { name: "d/four", type: "1", link: "three" },
        { name: "beside", type: "1", link: "alone" },
        { name: ".wh.m" },
        { name: "r", type: "1", link: "q" },
      ],
      [{ name: "d/.wh.one" }, { name: "l/.wh.four" }, { name: "d/two", data: "another" }, { name: ".wh.p" }],
      [
        { name: "late", type: "1", link: "pair2" },
        { name: "pair", data: "new" },
        { name: "more", type: "1", link: "pair" },
      ],
    ),
    of(
      "directories that go and come back",
      [
        { name: "d/", mtime: 1 },
        { name: "d/sub/", mtime: 2, mode: 0o700 },
        { name: "d/sub/a", data: "a" },
        { name: "e/", mtime: 3 },
        { name: "e/a", data: "a" },
      ],
      [{ name: ".wh.d" }, { name: "e", data: "a file" }],
      [
        { name: "d/", mtime: 5 },
        { name: "d/sub/" },
        { name: "d/sub/b", data: "b" },
        { name: "e/" },
        { name: "e/b" },
      ],
      [
        { name: "d/sub/.wh..wh..opq" },
        { name: "d/sub/c", data: "c" },
        { name: "d/.wh..wh..opq" },
        { name: "e/.wh.b" },
      ],
    ),
    of(
      "default ACLs below, not inherited",
      [{ name: "acl/", pax: acl }],
      [{ name: "acl/file", data: "x" }, { name: "acl/dir/" }, { name: "acl/l", type: "2", link: "x" }],
    ),
    of("sparse files", [
      {
        name: "x",
        data: Buffer.concat([Buffer.from("2\n0\n3\n10000000\n1\n".padEnd(512, "\0")), Buffer.from("abcd")]),
        pax: {
          "GNU.sparse.major": "1",
          "GNU.sparse.minor": "0",
          "GNU.sparse.realsize": "10000001",
          "GNU.sparse.name": "holes",
        },
      },
    ]),
    of("nothing in a layer", [{ name: "a", data: "a" }], [], [{ name: "b", data: "b" }]),
  ];
}

/** user::rwx, user:1000:rwx, group::r-x, mask::rwx, other::r-x (linux/posix_acl_xattr.h) */
const defaultAcl = Buffer.from(
  "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff",
  "hex",
);
