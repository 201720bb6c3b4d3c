// `node scripts/runtimes.ts`: runs the contract (test/runtime/contract) on every runtime of the tests and writes docs/runtimes.json, from which
// `npm run docs` prints docs/runtimes.md. Items that need cgroup v2 run in one boot of our machine. Needs root; takes about ten minutes.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createBundle } from "../src/bundle/create.ts";
import { openImage } from "../src/image/open.ts";
import { openRuntime } from "../src/runtime/runtime.ts";
import { attemptItem, contract, machine } from "../test/runtime/contract/suite.ts";
import { runtimes } from "../test/runtime/support.ts";
import { missing } from "../test/support/needs.ts";
import { scratch } from "../test/support/scratch.ts";
import type { Measured, MeasuredItem } from "./runtimes-document.ts";

const repository = join(import.meta.dirname, "..");
const file = join(repository, "docs/runtimes.json");
const inside = process.argv.includes("--inside");
const only = process.argv
  .find((word) => word.startsWith("--only="))
  ?.slice("--only=".length)
  .split(",");

const here = await measure(inside ? "v2" : undefined);
if (inside) process.stdout.write(`\n===${JSON.stringify(here)}\n`);
else writeFileSync(file, `${JSON.stringify(merge(here, inMachine()), undefined, 2)}\n`);
if (!inside)
  spawnSync(join(repository, "node_modules/.bin/biome"), ["format", "--write", file], { stdio: "inherit" });

async function measure(where: "v2" | undefined): Promise<Measured> {
  await using place = scratch();
  await using image = await openImage("busybox", { images: join(place.path, "images") });
  const base = await createBundle(image, join(place.path, "base"));
  spawnSync("chmod", ["711", place.path, base.path]);
  const there = runtimes.filter(({ needs }) => needs.every((need) => missing(need) === undefined));
  const versions = await Promise.all(
    there.map(async ({ runtime }) => (await openRuntime({ runtime })).version),
  );
  const items: MeasuredItem[] = [];
  for (const item of contract.filter((one) => one.where === where && (only?.includes(one.id) ?? true))) {
    const results = [];
    for (const { runtime, more } of there) results.push(await attemptItem(item, { runtime, more, base }));
    const { id, title, area, statements = [], field } = item;
    items.push({
      id,
      title,
      area,
      statements,
      ...(field === undefined ? {} : { field }),
      where: where ?? "host",
      results,
    });
    console.error(`${id}: ${results.map(({ result }) => result).join(" ")}`);
  }
  const named = versions.map(({ kind, version }) => ({ kind, version: version.replace(/\+.*$/, "") }));
  return { runtimes: named, machines: { [where ?? "host"]: machine() }, items };
}

function inMachine(): Measured {
  const words = [
    "vm",
    "--memory",
    "3g",
    "--timeout",
    "20m",
    "--",
    process.execPath,
    import.meta.filename,
    ...process.argv.slice(2),
    "--inside",
  ];
  const { stdout, status } = spawnSync(join(repository, "bin/ocilab"), words, {
    ...{ cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 },
  });
  const line = stdout.split("\n").find((text) => text.startsWith("==="));
  if (status !== 0 || line === undefined) throw new Error(`the machine ended with ${status}`);
  return JSON.parse(line.slice(3)) as Measured;
}

/** What was measured now replaces what the file has of the same items, which has to be of the same versions. */
function merge(host: Measured, v2: Measured): Measured {
  const before: Measured | undefined =
    only === undefined || !existsSync(file) ? undefined : JSON.parse(readFileSync(file, "utf8"));
  if (before !== undefined && JSON.stringify(before.runtimes) !== JSON.stringify(host.runtimes))
    throw new Error("docs/runtimes.json is of other versions: measure all items");
  const all = [...(before?.items ?? []), ...host.items, ...v2.items];
  const latest = new Map(all.map((item) => [item.id, item]));
  const items = contract.flatMap(({ id }) => latest.get(id) ?? []);
  return { runtimes: host.runtimes, machines: { ...host.machines, ...v2.machines }, items };
}
