import { lstatSync, mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareRootfs, countFiles, type Difference } from "../../../scripts/compare-rootfs.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { dockerImages } from "../../support/docker-images.ts";
import { type Dockerd, startDockerd } from "../../support/dockerd.ts";
import { must } from "../../support/images.ts";
import { describeWith, missing } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** What `docker create` makes in every container: docs/rootfs-equality.md. */
const dockersOwn: Readonly<Record<string, "empty file" | "directory" | "link to /proc/mounts">> = {
  ".dockerenv": "empty file",
  "dev/console": "empty file",
  "dev/pts": "directory",
  "dev/shm": "directory",
  "etc/hostname": "empty file",
  "etc/hosts": "empty file",
  "etc/mtab": "link to /proc/mounts",
  "etc/resolv.conf": "empty file",
  proc: "directory",
  sys: "directory",
};

describeWith(["root", "dockerd", "setpriv", "unshare"], "docker create and docker export", () => {
  const place = scratch();
  let daemon: Dockerd;
  beforeAll(async () => {
    daemon = await startDockerd(place.path, "overlay2");
    process.env["DOCKER_HOST"] = `unix://${daemon.socket}`;
  });
  afterAll(async () => {
    delete process.env["DOCKER_HOST"];
    await daemon[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  for (const image of dockerImages) {
    const lacks = image.needs.filter((need) => missing(need) !== undefined);
    describe.skipIf(lacks.length > 0)(
      lacks.length === 0 ? image.name : `${image.name} (needs ${lacks})`,
      () => {
        test("equals docker-daemon: but for what docker itself makes, and docker-container: without exception", async () => {
          await using here = scratch();
          const [ours, theirs, export_] = ["ours", "theirs", "container"].map((name) =>
            join(here.path, name),
          );
          const name = await image.into(daemon, here.path);
          const started = Math.floor(Date.now() / 1000);
          const id = (await daemon.docker("create", name, "sh")).trim();
          await exported(id, theirs ?? "");
          await unpack(`docker-daemon:${name}`, ours ?? "");
          const differences = compareRootfs(ours ?? "", theirs ?? "");
          expect(differences.filter((difference) => !isDockers(difference, started))).toEqual([]);
          expect(differences.map(({ path }) => path)).toContain(".dockerenv");
          for (const [path, kind] of Object.entries(dockersOwn))
            expect([path, kindOf(join(theirs ?? "", path))]).toEqual([path, kind]);
          if (image.large) return expect(countFiles(ours ?? "")).toBeGreaterThan(8000);
          await unpack(`docker-container:${id}`, export_ ?? "");
          const [root, ...others] = compareRootfs(export_ ?? "", theirs ?? "");
          expect([root?.path, root?.what, root?.a, others]).toEqual([".", "mtime", "0.000000000", []]);
        });
      },
    );
  }

  /** What the recipe in runc's README does, with what GNU tar needs to keep everything. */
  async function exported(id: string, target: string): Promise<void> {
    mkdirSync(target);
    const archive = `${target}.tar`;
    await daemon.docker("export", "-o", archive, id);
    const keep = ["--xattrs", "--xattrs-include=*", "--numeric-owner"];
    await must("tar", ["-xpf", archive, ...keep, "-C", target]);
  }

  async function unpack(reference: string, target: string): Promise<void> {
    mkdirSync(target);
    await using image = await openImage(reference, { images: join(place.path, "images") });
    await unpackLayers(image.layers, target);
  }
});

/** Whether docker's export differs here for a reason that docs/rootfs-equality.md names. */
function isDockers({ path, what, a, b }: Difference, started: number): boolean {
  if (Object.hasOwn(dockersOwn, path)) return true;
  if (["dev", "etc"].includes(path) && what === "presence") return a === undefined && b === "directory";
  if (what.startsWith("attribute ")) return b === undefined && what !== "attribute security.capability";
  if (what !== "mtime") return false;
  const seconds = Number(a?.split(".")[0]);
  const isClock = Number(b) >= started - 60;
  return isClock || Number(b) === Math.max(0, seconds);
}

function kindOf(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  return stat.isDirectory() ? "directory" : stat.size === 0 ? "empty file" : "file";
}
