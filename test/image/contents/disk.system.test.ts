import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLayerInto } from "../../../src/image/contents/read.ts";
import { type Node, Tree } from "../../../src/image/contents/tree.ts";
import { defaultLimits } from "../../../src/image/layer/limits.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { umociLayout } from "../../support/images.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** Every path with what it is, as text. */
function onDisk(root: string, path = ""): readonly string[] {
  return readdirSync(join(root, path), { encoding: "latin1" })
    .toSorted()
    .flatMap((name) => {
      const at = path === "" ? name : `${path}/${name}`;
      const stat = lstatSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(at, "latin1")]));
      const size = stat.isFile() ? stat.size : 0;
      const line = `${at} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${size} ${stat.isDirectory() ? 1 : stat.nlink}`;
      return [line, ...(stat.isDirectory() ? onDisk(root, at) : [])];
    });
}

function inTree({ children }: Node, path = ""): readonly string[] {
  return [...(children ?? [])]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, node]) => {
      const at = path === "" ? name : `${path}/${name}`;
      const { type, mode, uid, gid, size, links } = node.inode;
      const bits = type === "symlink" ? 0o777 : mode;
      const line = `${at} ${bits.toString(8)} ${uid}:${gid} ${type === "file" ? size : 0} ${type === "directory" ? 1 : links}`;
      return [line, ...inTree(node, at)];
    });
}

describeWith(["root", "umoci"], "the tree in memory", () => {
  test("has what unpacking puts on the disk", { timeout: 60_000 }, async () => {
    await using place = scratch();
    const images = join(place.path, "images");
    await using image = await openImage(`oci:${await umociLayout(place.path)}:three`, { images });
    const target = join(place.path, "rootfs");
    mkdirSync(target);
    await unpackLayers(image.layers, target);
    const tree = new Tree();
    const usage = { bytes: 0, entries: 0 };
    for (const [index, layer] of image.layers.entries())
      await readLayerInto(tree, layer, {
        index,
        temporary: images,
        contents: true,
        limits: defaultLimits,
        usage,
      });
    expect(inTree(tree.root)).toEqual(onDisk(target));
    expect(inTree(tree.copy().root)).toEqual(onDisk(target));
    expect(tree.size).toBe(onDisk(target).length);
  });
});
