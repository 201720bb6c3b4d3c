import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { layerIn, tarOf } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** As stored more than the 16 MB from which on a thread of its own reads a layer. */
const data = Buffer.alloc(40 * 2 ** 20, "0123456789abcdef");

describeWith(["root"], "a layer that a thread reads", () => {
  test.each([
    { fed: true, name: "fed" },
    { fed: false, name: "in a file" },
  ])(
    "$name: refused at its first entry, it ends, and the layer after it is as good as any",
    async ({ fed }) => {
      await using place = scratch();
      const target = join(place.path, "target");
      mkdirSync(target);
      const bad = tarOf([{ name: "../out" }, { name: "f", data }]);
      const good = tarOf([{ name: "f", data }, { name: "last" }]);
      const layer = (name: string, tar: Buffer) => layerIn(join(place.path, name), tar, { stored: tar, fed });
      await expect(unpackLayers([layer("bad", bad)], target)).rejects.toMatchObject({
        code: "layer.refused-entry",
      });
      expect(readdirSync(target)).toEqual([]);
      const { layers } = await unpackLayers([layer("one", good), layer("two", good)], target);
      expect(layers.map(({ entries, bytes }) => [entries, bytes])).toEqual(Array(2).fill([2, good.length]));
      expect(readdirSync(target).sort()).toEqual(["f", "last"]);
    },
  );
});
