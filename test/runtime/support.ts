import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Bundle } from "../../src/bundle/bundle.ts";
import { readSpecContext } from "../../src/bundle/context.ts";
import { createBundle, writeConfig } from "../../src/bundle/create.ts";
import { openImage } from "../../src/image/open.ts";
import type { SpecOption } from "../../src/spec/context.ts";
import { withArgs } from "../../src/spec/options/arguments.ts";
import { withRootPath } from "../../src/spec/options/root.ts";
import { newerRuntime } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

/** What a runtime needs before its verb on the machines of the tests. */
const sandbox = ["--network=none", "--overlay2=none"] as const;

/** The runtimes that what stands on runc's command line is tried with: Debian's, and the newest that scripts/runtimes-setup.mjs has unpacked. */
export const mainRuntimes = [
  { title: "runc", runtime: "runc", needs: ["root", "runc"] },
  { title: "crun", runtime: "crun", needs: ["root", "crun"] },
  { title: "newer runc", runtime: newerRuntime("sid", "runc"), needs: ["root", "runtimes of sid"] },
  { title: "newer crun", runtime: newerRuntime("sid", "crun"), needs: ["root", "runtimes of sid"] },
] as const;

/** The runtimes that keep the one contract: Debian's, and those of its next suites that scripts/runtimes-setup.mjs has unpacked. */
export const runtimes = [
  { title: "runc", runtime: "runc", needs: ["root", "runc"], more: [] },
  {
    title: "runc of trixie",
    runtime: newerRuntime("trixie", "runc"),
    needs: ["root", "runtimes of trixie"],
    more: [],
  },
  {
    title: "runc of sid",
    runtime: newerRuntime("sid", "runc"),
    needs: ["root", "runtimes of sid"],
    more: [],
  },
  { title: "crun", runtime: "crun", needs: ["root", "crun"], more: [] },
  {
    title: "crun of trixie",
    runtime: newerRuntime("trixie", "crun"),
    needs: ["root", "runtimes of trixie"],
    more: [],
  },
  {
    title: "crun of sid",
    runtime: newerRuntime("sid", "crun"),
    needs: ["root", "runtimes of sid"],
    more: [],
  },
  {
    title: "runsc",
    runtime: newerRuntime("sid", "runsc"),
    needs: ["root", "runtimes of sid"],
    more: sandbox,
  },
] as const;

export type BundleWish = { readonly args: readonly string[]; readonly options?: readonly SpecOption[] };

/** Makes bundles of the built-in image; they share one rootfs, which goes when the file's tests have ended. */
export function bundleMaker(): (directory: string, wish: BundleWish) => Promise<Bundle> {
  const place = scratch();
  afterAll(() => place[Symbol.asyncDispose]());
  let base: Promise<Bundle> | undefined;
  return async (directory, { args, options = [] }) => {
    base ??= makeBase(place.path);
    const { rootfs, spec } = await base;
    const context = readSpecContext(rootfs);
    const wished = [withRootPath(rootfs), withArgs(args), ...options];
    const changed = wished.reduce((made, option) => option(made, context), spec);
    mkdirSync(directory);
    return { path: directory, rootfs, spec: changed, configText: writeConfig(directory, changed) };
  };
}

async function makeBase(place: string): Promise<Bundle> {
  await using image = await openImage("busybox", { images: join(place, "images") });
  const base = await createBundle(image, join(place, "base"));
  // The root of a user namespace is somebody else, who has to pass.
  for (const directory of [place, base.path]) chmodSync(directory, 0o711);
  return base;
}
