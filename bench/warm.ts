// How fast an image becomes a bundle when its layers are unpacked already: whole commands, everything on /dev/shm. Needs root, umoci, mmdebstrap.
// `npm run build` first: bin/ocilab runs dist/.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeBundle } from "../src/bundle/removal.ts";
import { type Member, tarOf } from "../test/support/layers.ts";
import { debianTar, imageOf, type Stored, umoci } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";
import { compareAll, type Side } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");
await using place = scratch();
const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
const target = join(place.path, "target");

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
}

/** Files of up to 2 KB, a hundred to a directory. */
function smallFiles(count: number): Buffer {
  const members = Array.from({ length: count }, (_, at): readonly Member[] => {
    const directory = `tree/d${Math.floor(at / 100)}`;
    const file = { name: `${directory}/file-${at}`, data: `${at} `.repeat((at * 37) % 300) };
    return at % 100 === 0 ? [{ name: `${directory}/` }, file] : [file];
  });
  return tarOf(members.flat());
}

async function compareImage(name: string, layers: readonly Stored[]): Promise<void> {
  const directory = join(place.path, "image");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const reference = imageOf(directory, layers);
  const layout = reference.slice("oci:".length);
  const kept = join(place.path, "kept");
  run(ocilab, "bundle", reference, kept, "/bin/true");
  const side = (label: string, program: string, ...args: readonly string[]): Side => ({
    name: label,
    prepare: () => removeBundle(target),
    run: () => run(program, ...args),
  });
  const start = side("ocilab --version", ocilab, "--version");
  const theirs = side("umoci unpack", umoci, "unpack", "--image", layout, target);
  const bundle = ["bundle", reference, target, "/bin/true"];
  await compareAll(`warm bundle, ${name}`, {
    ours: side("ours", ocilab, ...bundle),
    peers: [theirs, start],
    rounds: 5,
  });
  await compareAll(`warm bundle --copy, ${name}`, {
    ours: side("ours", ocilab, "bundle", "--copy", ...bundle.slice(1)),
    peers: [side("cp -a", "cp", "-a", join(kept, "rootfs"), target)],
    rounds: 3,
  });
  for (const path of [target, kept]) removeBundle(path);
}

const debian = await debianTar();
await compareImage("Debian", [{ tar: debian }]);
await compareImage("50,000 files", [{ tar: smallFiles(50_000) }]);
await compareImage(
  "60 layers",
  Array.from({ length: 60 }, (_, index) => ({ tar: tarOf([{ name: `f${index}`, data: "x" }]) })),
);
