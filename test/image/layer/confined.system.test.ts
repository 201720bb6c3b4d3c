import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import { Rootfs } from "../../../src/image/layer/apply.ts";
import type { LayerJob } from "../../../src/image/layer/job.ts";
import { applyLayer, measure } from "../../../src/image/layer/layer.ts";
import { defaultLimits } from "../../../src/image/layer/limits.ts";
import type { Digest } from "../../../src/oci/image.ts";
import type { Attack } from "../../support/hostile/attack.ts";
import { linkAttacks } from "../../support/hostile/links.ts";
import { nameAttacks } from "../../support/hostile/names.ts";
import { whiteoutAttacks } from "../../support/hostile/whiteouts.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

const attacksOn = (canary: string): readonly Attack[] => [
  ...linkAttacks(canary),
  ...nameAttacks(canary),
  ...whiteoutAttacks(canary),
];

/** The helper chroots, which hides any mistake in how parents are resolved. Here there is no chroot: they must hold alone. */
describeWith(["root"], "hostile layers without the chroot", () => {
  let umask = 0;
  beforeAll(() => {
    umask = process.umask(0);
  });
  afterAll(() => {
    process.umask(umask);
  });

  test.each(attacksOn("/ocilab-canary/canary").map(({ name }) => name))("%s", async (name) => {
    await using place = scratch();
    const canary = newCanary(place.path, "canary");
    newCanary(place.path, "untouched");
    const target = join(place.path, "target");
    mkdirSync(target);
    const attack = attacksOn(canary).find((one) => one.name === name);
    const apply = (): void => applyAll(attack?.layers.map(({ tar }) => tar) ?? [], target);
    if (attack !== undefined && "refused" in attack) expect(apply).toThrow();
    else apply();
    expect(compareRootfs(canary, join(place.path, "untouched"))).toEqual([]);
    expect(readdirSync(place.path).sort()).toEqual(["canary", "target", "untouched"]);
  });
});

function applyAll(archives: readonly Buffer[], target: string): void {
  const rootfs = new Rootfs(target, defaultLimits);
  const options = { limits: defaultLimits, usage: { bytes: 0, entries: 0 } };
  const job: LayerJob = {
    digest: "sha256:none" as Digest,
    diffId: "sha256:none" as Digest,
    size: 1e9,
    from: { kind: "fed", fd: 0 },
  };
  for (const archive of archives) {
    const pieces = [archive];
    const next = (): Buffer => pieces.pop() ?? Buffer.alloc(0);
    applyLayer(rootfs, measure(next, job, options), options);
  }
}

function newCanary(directory: string, name: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, "sub"), { recursive: true });
  writeFileSync(join(path, "secret"), "secret\n");
  for (const one of ["secret", "sub", "."]) utimesSync(join(path, one), 1, 1);
  return path;
}
