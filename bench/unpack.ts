// How fast layers become a root filesystem: a Debian image of one gzip layer (about 8,700 entries) on /dev/shm. Needs root, umoci, mmdebstrap, igzip.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackLayers } from "../src/image/layer/unpack.ts";
import { openImage } from "../src/image/open.ts";
import { must } from "../test/support/images.ts";
import { debianTar, imageOf, umoci } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";
import { compare } from "./ratio.ts";

await using place = scratch();
const reference = imageOf(place.path, [{ tar: await debianTar() }]);
const target = join(place.path, "target");
await using image = await openImage(reference, { images: join(place.path, "images") });
const layer = image.layers[0]?.span?.path ?? "";

const prepare = (): void => {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
};
const ours = { name: "ours", prepare, run: () => unpackLayers(image.layers, target) };
const theirs = ["raw", "unpack", "--image", `${join(place.path, "layout")}:made`, join(target, "rootfs")];
const tar = ["-I", "igzip", "-C", target, "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xf", layer];

await compare("unpack debian, against GNU tar with igzip", {
  ours,
  peer: { name: "tar", prepare, run: () => must("tar", tar) },
  rounds: 5,
});
await compare("unpack debian", {
  ours,
  peer: { name: "umoci", prepare, run: () => must(umoci, theirs) },
  rounds: 5,
});
