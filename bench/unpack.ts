// How fast an image becomes a bundle with a root filesystem of plain files: whole commands, everything on /dev/shm. Needs root, umoci,
// mmdebstrap, tar, igzip and zstd; bsdtar joins where it is installed (libarchive-tools). `npm run build` first: bin/ocilab runs dist/.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openImage } from "../src/image/open.ts";
import { smallFiles } from "../test/support/many-files.ts";
import { debianTar, imageOf, type Stored, umoci } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";
import { compareAll, cpuOf, type Side } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");
await using place = scratch();
const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
const target = join(place.path, "target");
/** From libarchive-tools; not everybody has it. */
const bsdtar = "bsdtar";
const hasBsdtar = spawnSync(bsdtar, ["--version"]).status === 0;

function prepare(): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
}

async function compareImage(name: string, layers: readonly Stored[], rounds: number): Promise<void> {
  const directory = join(place.path, "image");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const reference = imageOf(directory, layers);
  await using image = await openImage(reference, { images: directory });
  const files = image.layers.map(({ span }) => span?.path ?? "");
  const layout = reference.slice("oci:".length);
  const side = (program: string, act: () => number): Side => ({ name: program, prepare, run: act });
  const each = (program: string, args: readonly string[]) => () =>
    files.reduce((sum, file) => sum + cpuOf(program, ["-C", target, ...args, file]), 0);
  const compression = layers[0]?.compression ?? "gzip";
  const by = { gzip: ["-I", "igzip"], zstd: ["-I", "zstd"], none: [] }[compression];
  await compareAll(`unpack ${name}, ${compression === "none" ? "plain" : compression}`, {
    ours: side("ocilab", () => cpuOf(ocilab, ["bundle", "--copy", reference, join(target, "bundle")], env)),
    peers: [
      side("umoci unpack", () => cpuOf(umoci, ["unpack", "--image", layout, join(target, "bundle")])),
      side("umoci raw unpack", () =>
        cpuOf(umoci, ["raw", "unpack", "--image", layout, join(target, "rootfs")]),
      ),
      ...(hasBsdtar ? [side("bsdtar -xpf", each(bsdtar, ["-xpf"]))] : []),
      side(`tar ${[...by, "-xf"].join(" ")}`, each("tar", [...by, "-xf"])),
    ],
    rounds,
  });
}

const debian = await debianTar();
const small = smallFiles(50_000);
for (const compression of ["gzip", "zstd", "none"] as const) {
  await compareImage("debian", [{ tar: debian, compression }], 5);
  await compareImage("50,000 files", [{ tar: small, compression }], 3);
}
const more = ["a", "b", "c", "d"].map((top) => ({ tar: smallFiles(2_000, top) }));
await compareImage("five layers", [{ tar: debian }, ...more], 3);
