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

  test("a limit holds for layers that are unpacked already", async () => {
    await using place = scratch();
    const [home, bundles] = [join(place.path, "home"), join(place.path, "bundles")];
    for (const path of [home, bundles]) mkdirSync(path);
    const reference = imageOf(place.path, [
      { tar: tarOf([{ name: "b", pax: { comment: "x".repeat(3000) } }]) },
    ]);
    const ocilab = ocilabIn(home);
    const bundle = (name: string, ...flags: readonly string[]) =>
      ocilab(["--json", "bundle", ...flags, reference, join(bundles, name)]);
    const kind = ({ stdout }: { readonly stdout: string }) =>
      (JSON.parse(stdout) as { readonly rootfsKind: string }).rootfsKind;
    expect(kind(await bundle("first"))).toBe("overlay");
    for (const flags of [[], ["--copy"]])
      expect((await bundle("b", ...flags, "--limit", "header-bytes=2999")).stderr).toContain("header-bytes");
    expect(readdirSync(bundles)).toEqual(["first"]);
    expect(kind(await bundle("stricter", "--limit", "header-bytes=4000"))).toBe("unpacked");
    expect(kind(await bundle("wider", "--limit", "header-bytes=2m"))).toBe("overlay");
  });

  test("holds for reading without unpacking too, for each image of a comparison", async () => {
    await using place = scratch();
    const tar = tarOf([{ name: "a" }, { name: "b/c/d" }, { name: "e", pax: { comment: "x".repeat(3000) } }]);
    const reference = imageOf(place.path, [{ tar }]);
    const ocilab = ocilabIn(place.path);
    const limits = [
      ["entries", 2, 5],
      ["bytes", 1024, tar.length],
      ["header-bytes", 2999, 4000],
      ["path-length", 4, 5],
      ["ratio", 2, 200, "--limit", "ratio-from=1"],
    ] as const;
    for (const words of [
      ["layers", reference],
      ["diff", reference, reference],
    ]) {
      for (const [name, low, enough, ...more] of limits) {
        const run = (value: number) => ocilab(["image", ...words, "--limit", `${name}=${value}`, ...more]);
        expect(await run(low)).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining(`--limit ${name}`),
        });
        expect(await run(enough), name).toMatchObject({ exitCode: 0, stderr: "" });
      }
    }
  });
});
