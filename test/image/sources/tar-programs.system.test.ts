import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { openArchive } from "../../../src/image/sources/archive.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { writeDockerArchive } from "../../support/docker-archive-writer.ts";
import { newLayout, smallImage } from "../../support/layout-writer.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

const platform = parsePlatform("linux/amd64");

describeWith(["tar"], "archives that GNU tar writes", () => {
  test.each(["v7", "oldgnu", "gnu", "ustar", "posix"])("of the format %s are read", async (format) => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    layout.index([smallImage(layout)]);
    const file = join(place.path, "image.tar");
    execFileSync("tar", [`--format=${format}`, "-cf", file, "-C", layout.path, "."]);
    await using image = await openImage(file, { images: place.path, platform });
    expect(image.reference.kind).toBe("oci-archive");
  });

  test.each(["gnu", "posix"])("with names beyond 100 characters (%s) are read", async (format) => {
    await using place = scratch();
    const name = `${"directory/".repeat(20)}${"n".repeat(200)}`;
    mkdirSync(join(place.path, "tree", "directory/".repeat(20)), { recursive: true });
    writeFileSync(join(place.path, "tree", name), "found");
    execFileSync("tar", [
      `--format=${format}`,
      "-cf",
      join(place.path, "a.tar"),
      "-C",
      join(place.path, "tree"),
      ".",
    ]);
    await using files = await openArchive(join(place.path, "a.tar"), { temporary: place.path });
    expect(files.locate(name)?.length).toBe(5);
  });

  test("with hard links and long targets are read", async () => {
    await using place = scratch();
    const tree = join(place.path, "tree");
    const long = "long/".repeat(30);
    mkdirSync(join(tree, long), { recursive: true });
    writeFileSync(join(tree, long, "a"), "twelve bytes");
    linkSync(join(tree, long, "a"), join(tree, "z"));
    execFileSync("tar", ["--sort=name", "-cf", join(place.path, "a.tar"), "-C", tree, "."]);
    await using files = await openArchive(join(place.path, "a.tar"), { temporary: place.path });
    expect(files.locate("z")).toEqual(files.locate(`${long}a`));
    expect(files.locate("z")?.length).toBe(12);
  });

  test("with layers that are hard links, made again from an unpacked docker archive, are read", async () => {
    await using place = scratch();
    const tree = join(place.path, "tree");
    mkdirSync(tree);
    const file = writeDockerArchive(join(place.path, "image.tar"));
    execFileSync("tar", ["-xf", file, "-C", tree]);
    mkdirSync(join(tree, "A"));
    renameSync(join(tree, "L/layer.tar"), join(tree, "A/layer.tar"));
    linkSync(join(tree, "A/layer.tar"), join(tree, "L/layer.tar"));
    rmSync(file);
    execFileSync("tar", ["--sort=name", "-cf", file, "-C", tree, "."]);
    await using image = await openImage(file, { images: place.path, platform });
    expect(image.layers[0]?.span?.length).toBe(2048);
  });

  test.each(["gnu", "posix"])("with sparse members (%s) have no such file", async (format) => {
    await using place = scratch();
    const tree = join(place.path, "tree");
    mkdirSync(tree);
    writeFileSync(join(tree, "sparse"), "x");
    truncateSync(join(tree, "sparse"), 8 << 20);
    writeFileSync(join(tree, "whole"), "whole");
    execFileSync("tar", [
      `--format=${format}`,
      "-S",
      "--sort=name",
      "-cf",
      join(place.path, "a.tar"),
      "-C",
      tree,
      ".",
    ]);
    await using files = await openArchive(join(place.path, "a.tar"), { temporary: place.path });
    expect(files.locate("sparse")).toBeUndefined();
    expect(files.locate("whole")?.length).toBe(5);
  });
});
