import { existsSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import { OcilabError } from "../../../src/base/errors.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { attacks } from "../../support/hostile/all.ts";
import type { Attack } from "../../support/hostile/attack.ts";
import { layerIn } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** Every attack's path inside is made of the same name, so that the table can be made before the directory. */
const names = attacks("/ocilab-canary/canary").map(({ name }) => name);
const mostMemory = 150 * 2 ** 20;

describeWith(["root"], "hostile layers", () => {
  test("there are enough, and no two of the same name", () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(100);
  });

  test.concurrent.each(names)("%s", async (name) => {
    await using place = scratch();
    const canary = newCanary(place.path, "canary");
    newCanary(place.path, "untouched");
    const target = join(place.path, "target");
    mkdirSync(target);
    const attack = attacks(canary).find((one) => one.name === name);
    if (attack === undefined) throw new Error("no such attack");
    await attempt(attack, place.path, target);
    expect(compareRootfs(canary, join(place.path, "untouched"))).toEqual([]);
    expect(readdirSync(place.path).sort()).toEqual(["blobs", "canary", "target", "untouched"]);
  });
});

async function attempt(attack: Attack, directory: string, target: string): Promise<void> {
  const layers = attack.layers.map(({ tar, ...options }, at) =>
    layerIn(join(directory, `blobs/${at}`), tar, options),
  );
  const unpacked = unpackLayers(layers, target, { limits: attack.limits ?? {} });
  if ("harmless" in attack) {
    expect((await unpacked).peakMemory).toBeLessThan(mostMemory);
    for (const [path, type] of Object.entries(attack.harmless))
      expect([path, typeAt(target, path)]).toEqual([path, type]);
    return;
  }
  const error = await unpacked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OcilabError)) throw new Error(`it was not refused: ${error}`);
  expect(error.message).toMatch(attack.says);
  expect(error.code).toBe(attack.refused);
  expect(error.message).toMatch(/^unpack layer \d of \d \(sha256:[0-9a-f]{64}\): /);
  expect(Number(error.facts["peakMemory"] ?? 0)).toBeLessThan(mostMemory);
  expect(readdirSync(target)).toEqual([]);
}

function newCanary(directory: string, name: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, "sub"), { recursive: true });
  writeFileSync(join(path, "secret"), "secret\n");
  for (const one of ["secret", "sub", "."]) utimesSync(join(path, one), 1, 1);
  return path;
}

function typeAt(root: string, path: string): string {
  const whole = join(root, path);
  if (!existsSync(root)) return "no root";
  try {
    const stat = lstatSync(whole);
    if (stat.isDirectory()) return "directory";
    if (stat.isSymbolicLink()) return "symlink";
    return stat.isBlockDevice() ? "block" : "file";
  } catch {
    return "absent";
  }
}
