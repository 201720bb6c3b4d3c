// How fast an image becomes a bundle with a root filesystem of plain files: whole commands, everything on /dev/shm. Needs root, umoci,
// mmdebstrap, tar, igzip and zstd; bsdtar joins where it is installed (libarchive-tools). `npm run build` first: bin/ocilab runs dist/.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openImage } from "../src/image/open.ts";
import { type Member, tarOf } from "../test/support/layers.ts";
import { debianTar, imageOf, type Stored, umoci } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";
import { compareAll, type Side } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");
await using place = scratch();
const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
const target = join(place.path, "target");
const hasBsdtar = spawnSync("bsdtar", ["--version"]).status === 0;

/** `count` files of up to 2 KB, a hundred to a directory. */
function smallFiles(count: number, top = "tree"): Buffer {
  const members: Member[] = [];
  for (let at = 0; at < count; at++) {
    const directory = `${top}/d${Math.floor(at / 100)}`;
    if (at % 100 === 0) members.push({ name: `${directory}/`, type: "5", mode: 0o755 });
    members.push({
      name: `${directory}/file-${at}.txt`,
      data: `${at} `.repeat((at * 37) % 300),
      mode: 0o644,
    });
  }
  return tarOf(members);
}

/** Run a program that has to succeed; the CPU time of it and its children, in milliseconds. */
function run(program: string, args: readonly string[]): number {
  const script = '"$@" > /dev/null || exit; times';
  const done = spawnSync("sh", ["-c", script, "sh", program, ...args], { env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
  const [, children = ""] = done.stdout.split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

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
    files.reduce((sum, file) => sum + run(program, ["-C", target, ...args, file]), 0);
  const compression = layers[0]?.compression ?? "gzip";
  const by = { gzip: ["-I", "igzip"], zstd: ["-I", "zstd"], none: [] }[compression];
  await compareAll(`unpack ${name}, ${compression === "none" ? "plain" : compression}`, {
    ours: side("ocilab", () => run(ocilab, ["bundle", "--copy", reference, join(target, "bundle")])),
    peers: [
      side("umoci unpack", () => run(umoci, ["unpack", "--image", layout, join(target, "bundle")])),
      side("umoci raw unpack", () =>
        run(umoci, ["raw", "unpack", "--image", layout, join(target, "rootfs")]),
      ),
      ...(hasBsdtar ? [side("bsdtar -xpzf", each("bsdtar", ["-xpf"]))] : []),
      side(`tar ${[...by, "-xf"].join(" ")}`, each("tar", [...by, "-xf"])),
    ],
    rounds,
  });
}

/** What one run says of itself at `--log-level debug`: the helper's memory, and its time for each entry. */
function growth(): void {
  for (const count of [10_000, 50_000, 200_000]) {
    const directory = join(place.path, `grown-${count}`);
    mkdirSync(directory);
    const reference = imageOf(directory, [{ tar: smallFiles(count) }]);
    const times = [0, 1, 2].map(() => {
      prepare();
      return run(ocilab, ["bundle", "--copy", reference, join(target, "bundle")]);
    });
    const time = times.toSorted((a, b) => a - b)[1] ?? Number.NaN;
    const peak = spawnSync(
      "sh",
      [
        "-c",
        `rm -rf "$2" && /usr/bin/time -f %M "$0" bundle --copy "$1" "$2"`,
        ocilab,
        reference,
        join(target, "bundle"),
      ],
      { env, encoding: "utf8" },
    );
    console.log(
      `unpack ${count} files: ${((1000 * time) / count).toFixed(1)} µs of CPU time a file, ${(Number(peak.stderr) / 1024).toFixed(0)} MiB of memory at most`,
    );
    rmSync(directory, { recursive: true });
  }
}

const debian = await debianTar();
const small = smallFiles(50_000);
for (const compression of ["gzip", "zstd", "none"] as const) {
  await compareImage("debian", [{ tar: debian, compression }], 5);
  await compareImage("50,000 files", [{ tar: small, compression }], 3);
}
const more = ["a", "b", "c", "d"].map((top) => ({ tar: smallFiles(2_000, top) }));
await compareImage("five layers", [{ tar: debian }, ...more], 3);
growth();
