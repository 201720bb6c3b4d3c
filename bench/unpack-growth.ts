// Whether unpacking takes the same time and memory for each file, however many there are. As bench/unpack.ts, with 10,000 to 200,000 files.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { smallFiles } from "../test/support/many-files.ts";
import { imageOf } from "../test/support/rootfs.ts";
import { scratch } from "../test/support/scratch.ts";
import { cpuOf } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");
await using place = scratch();
const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
const target = join(place.path, "bundle");

for (const count of [10_000, 50_000, 200_000]) {
  const directory = join(place.path, "image");
  mkdirSync(directory);
  const words = ["bundle", "--copy", imageOf(directory, [{ tar: smallFiles(count) }]), target];
  const times = [0, 1, 2].map(() => {
    rmSync(target, { recursive: true, force: true });
    return cpuOf(ocilab, words, env);
  });
  const time = times.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  rmSync(target, { recursive: true });
  const { stderr } = spawnSync("/usr/bin/time", ["-f", "%M", ocilab, ...words], { env, encoding: "utf8" });
  const memory = Number(stderr.trim().split("\n").at(-1)) / 1024;
  console.log(
    `unpack ${count} files: ${((1000 * time) / count).toFixed(1)} µs of CPU time a file, at most ${memory.toFixed(0)} MiB of memory in one process`,
  );
  rmSync(target, { recursive: true });
  rmSync(directory, { recursive: true });
}
