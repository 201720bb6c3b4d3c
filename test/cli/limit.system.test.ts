import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tarOf } from "../support/layers.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { imageOf } from "../support/rootfs.ts";
import { scratch } from "../support/scratch.ts";

describeWith(["root"], "ocilab bundle --limit", () => {
  test("the error names the limit, which raises it; with an overlay and without", async () => {
    await using place = scratch();
    const [home, bundles] = [join(place.path, "home"), join(place.path, "bundles")];
    for (const path of [home, bundles]) mkdirSync(path);
    const tar = tarOf([{ name: "a" }, { name: "b", pax: { comment: "x".repeat(3000) } }]);
    const reference = imageOf(place.path, [{ tar }]);
    const ocilab = ocilabIn(home);
    const bundle = (...flags: readonly string[]) =>
      ocilab(["bundle", ...flags, reference, join(bundles, "b")]);
    for (const copy of [["--copy"], []]) {
      for (const [name, low, enough] of [
        ["entries", 1, 2],
        ["bytes", 1024, tar.length],
        ["header-bytes", 2999, 4000],
      ] as const) {
        const refused = await bundle(...copy, "--limit", `${name}=${low}`);
        expect(refused.exitCode).toBe(1);
        expect(refused.stderr).toMatch(`--limit ${name}`);
        expect(readdirSync(bundles)).toEqual([]);
        if (copy.length === 0) continue;
        const taken = await bundle(...copy, "--limit", `${name}=${enough}`);
        expect(taken.exitCode, taken.stderr).toBe(0);
        expect((await ocilab(["umount", "--delete", join(bundles, "b")])).exitCode).toBe(0);
      }
    }
  });
});
