/**
 * How fast layers become a root filesystem: a Debian image of one gzip layer (about 8,700 entries), unpacked by ocilab, umoci and GNU tar
 * in turn on /dev/shm. Prints medians and `unpack debian: RATIO (ours N ms, umoci N ms)`. Needs root, umoci, mmdebstrap, igzip.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackLayers } from "../src/image/layer/unpack.ts";
import { openImage } from "../src/image/open.ts";
import { must } from "../test/support/images.ts";
import { debianTar, imageOf, umoci } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";

const rounds = Number(process.argv[2] ?? 5);

await using place = scratch();
const reference = imageOf(place.path, [{ tar: await debianTar() }]);
const layout = join(place.path, "layout");
await using image = await openImage(reference, { images: join(place.path, "images") });
const blob = image.layers[0]?.span?.path ?? "";

const ours: number[] = [];
const theirs: number[] = [];
const tars: number[] = [];
for (let round = 0; round < rounds; round++) {
  ours.push(await timed(async (target) => void (await unpackLayers(image.layers, target))));
  theirs.push(
    await timed((target) =>
      must(umoci, ["raw", "unpack", "--image", `${layout}:made`, join(target, "rootfs")]),
    ),
  );
  tars.push(
    await timed((target) =>
      must("tar", [
        "-I",
        "igzip",
        "-C",
        target,
        "--numeric-owner",
        "--xattrs",
        "--xattrs-include=*",
        "-xf",
        blob,
      ]),
    ),
  );
}
const [our, their, tar] = [median(ours), median(theirs), median(tars)];
process.stdout.write(
  `unpack debian, GNU tar with igzip: ${(our / tar).toFixed(2)} (ours ${our} ms, tar ${tar} ms)\n`,
);
process.stdout.write(`unpack debian: ${(our / their).toFixed(2)} (ours ${our} ms, umoci ${their} ms)\n`);

async function timed(unpack: (target: string) => Promise<unknown>): Promise<number> {
  const target = join(place.path, "target");
  mkdirSync(target);
  const start = performance.now();
  await unpack(target);
  const took = Math.round(performance.now() - start);
  if (readdirSync(target).length === 0) throw new Error("nothing was unpacked");
  rmSync(target, { recursive: true });
  return took;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
