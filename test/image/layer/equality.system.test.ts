import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs, countFiles, type Difference } from "../../../scripts/compare-rootfs.ts";
import { handMade } from "../../support/hand-made.ts";
import { imageMakers } from "../../support/images.ts";
import { paxData, tarOf } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { debianTar, imageOf, umoci, unpackOurs, unpackTheirs } from "../../support/rootfs.ts";
import { scratch } from "../../support/scratch.ts";

const version = spawnSync(umoci, ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0];
const makers = [
  "umoci layout",
  "skopeo docker-archive",
  "skopeo zstd layout",
  "buildah docker-archive",
  "buildah oci-archive",
];

/** Unpack an image with both; what differs, and how many files there are. */
async function compareBoth(
  make: (directory: string) => Promise<string> | string,
): Promise<{ readonly differences: readonly Difference[]; readonly files: number }> {
  await using place = scratch();
  const reference = await make(place.path);
  await unpackOurs(reference, place.path);
  await unpackTheirs(reference, place.path);
  const [ours, theirs] = [join(place.path, "ours"), join(place.path, "theirs")];
  return { differences: compareRootfs(ours, theirs), files: countFiles(ours) };
}

for (const maker of imageMakers.filter(({ name }) => makers.includes(name))) {
  describeWith([...maker.needs, "skopeo", "umoci"], `rootfs equality: ${maker.name}`, () => {
    test(`equals ${version}`, async () => {
      const { differences, files } = await compareBoth((directory) => maker.make(directory));
      expect(differences).toEqual([]);
      expect(files).toBeGreaterThan(15);
    });
  });
}

describeWith(["root", "umoci", "mmdebstrap"], "rootfs equality: Debian by mmdebstrap", () => {
  test(`equals ${version}`, async () => {
    const tar = await debianTar();
    const { differences, files } = await compareBoth((directory) => imageOf(directory, [{ tar }]));
    expect(differences).toEqual([]);
    expect(files).toBeGreaterThan(8000);
  });
});

describeWith(["root", "umoci"], "rootfs equality: made by hand", () => {
  test.each(handMade())(`$name equals ${version}`, async ({ layers }) => {
    const { differences } = await compareBoth((directory) => imageOf(directory, layers));
    expect(differences).toEqual([]);
  });
});

/** docs/rootfs-equality.md says why; what is not named here is equal. */
describeWith(["root", "umoci"], "where umoci does otherwise, and nowhere else", () => {
  test("it dates directories that no layer lists, and those they are made in, by the clock", async () => {
    const tar = tarOf([{ name: "b/c/" }, { name: "b/c/d" }, { name: "e/", mtime: 9 }, { name: "e/f/g" }]);
    const { differences } = await compareBoth((directory) => imageOf(directory, [{ tar }]));
    expect(differences.map(({ path, what, a }) => [path, what, a])).toEqual([
      [".", "mtime", "0.000000000"],
      ["b", "mtime", "0.000000000"],
      ["e", "mtime", "9.000000000"],
      ["e/f", "mtime", "0.000000000"],
    ]);
    for (const { b } of differences) expect(Number(b)).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  test("it dates directories below an opaque one by the clock when their contents go", async () => {
    const layers = [
      [{ name: "a/" }, { name: "a/b/", mtime: 5 }, { name: "a/b/old" }],
      [{ name: "a/b/new" }, { name: "a/.wh..wh..opq" }],
    ].map((members) => ({ tar: tarOf(members) }));
    const { differences } = await compareBoth((directory) => imageOf(directory, layers));
    expect(differences.map(({ path, what, a }) => [path, what, a])).toEqual([
      ["a/b", "mtime", "5.000000000"],
    ]);
  });

  test("it drops attributes that only libarchive's records name", async () => {
    const tar = tarOf([{ name: "f", pax: { "LIBARCHIVE.xattr.user.caf%C3%A9": "aGVsbG8" } }]);
    const { differences } = await compareBoth((directory) => imageOf(directory, [{ tar }]));
    expect(differences).toEqual([
      {
        path: "f",
        what: "attribute user.caf\xc3\xa9",
        a: Buffer.from("hello").toString("hex"),
        b: undefined,
      },
    ]);
  });

  test("it unpacks AUFS's own files", async () => {
    const tar = tarOf([
      { name: "./" },
      { name: ".wh..wh.plnk/" },
      { name: ".wh..wh.plnk/1.2", data: "x" },
      { name: "a" },
    ]);
    const { differences } = await compareBoth((directory) => imageOf(directory, [{ tar }]));
    expect(differences.map(({ path, what }) => [path, what])).toEqual([
      [".", "mtime"],
      [".wh..wh.plnk", "presence"],
      [".wh..wh.plnk/1.2", "presence"],
    ]);
  });

  test("it knows neither the old GNU form of sparse files nor global PAX headers", async () => {
    const gnu = { name: "s", type: "S", magic: "ustar  \0", data: "ab", raw: oldSparse };
    const global = { name: "g", type: "g", data: paxData({ comment: "of git archive" }) };
    for (const member of [gnu, global]) {
      const both = compareBoth((directory) => imageOf(directory, [{ tar: tarOf([member, { name: "f" }]) }]));
      await expect(both).rejects.toThrow("unknown typeflag");
    }
  });
});

const oldSparse = {
  386: Buffer.from("00000000000\x0000000000001\x0000000001000\x0000000000001\x00", "latin1"),
  483: Buffer.from("00000001001\x00", "latin1"),
};
