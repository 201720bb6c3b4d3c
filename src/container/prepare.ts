import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { log } from "../base/log.ts";
import { makeStore } from "../base/store.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { readSpecContext } from "../bundle/context.ts";
import { createBundle, refuseInvalid, writeConfig } from "../bundle/create.ts";
import { rootIsAnother } from "../bundle/preflight.ts";
import { isDirectory, readBundle, readConfigText, rootfsOf } from "../bundle/read.ts";
import { removeBundle } from "../bundle/removal.ts";
import { usingImage } from "../image/open.ts";
import type { ImageReference } from "../oci/image.ts";
import { parseSpec } from "../oci/parse.ts";
import type { ContainerId, Spec } from "../oci/spec.ts";
import { inOrder, type SpecContext, type SpecOption } from "../spec/context.ts";
import { withRootPath } from "../spec/options/root.ts";
import { wishesOf, withOwnCgroup } from "./rootless.ts";
import type { OnStep, RunOptions } from "./steps.ts";

/** Where the bundle of a run comes from. `temporary`: it is made below HOME/bundles and goes with the container. */
export type BundlePlan = { readonly directory: string; readonly temporary: boolean } & (
  | { readonly from: "image"; readonly reference: string }
  | { readonly from: "bundle" | "bundle-changed" | "bundle-without-rootfs"; readonly given: string }
);

export type PrepareOptions = Pick<
  RunOptions,
  "signal" | "configuration" | "platform" | "registry" | "store" | "rootless" | "copy" | "limits"
> & {
  readonly id: ContainerId;
  readonly specOptions: readonly SpecOption[];
  readonly onStep: OnStep;
};

/**
 * Decide where the bundle comes from: a directory with a config.json is a bundle, everything else is an image. A bundle runs where
 * it is, unless options change its config. One of config.json alone (as in bundles/) gets the built-in image's rootfs.
 */
export function planBundle(
  reference: string,
  options: Pick<PrepareOptions, "configuration" | "id" | "specOptions" | "rootless">,
): BundlePlan {
  const directory = join(options.configuration.bundles, options.id);
  const given = resolve(reference);
  if (!existsSync(join(given, "config.json")))
    return { from: "image", reference, directory, temporary: true };
  if (lacksRootfs(given)) return { from: "bundle-without-rootfs", given, directory, temporary: true };
  const changes = options.specOptions.length > 0 || options.rootless?.asked === true;
  if (changes) return { from: "bundle-changed", given, directory, temporary: true };
  return { from: "bundle", given, directory: given, temporary: false };
}

/** Carry the plan out, as the holder of the id's record: what lies in the way of a temporary bundle belongs to nobody. Errors: those of openImage, createBundle and readBundle. */
export async function prepareBundle(plan: BundlePlan, options: PrepareOptions): Promise<Bundle> {
  const { home, bundles } = options.configuration;
  options.signal?.throwIfAborted();
  makeStore(bundles);
  if (plan.temporary) removeBundle(plan.directory);
  const bundle = await makeBundle(plan, options);
  if (plan.temporary && rootIsAnother(bundle.spec, process.geteuid?.() ?? 0))
    for (const place of [home, bundles]) letThrough(place);
  return bundle;
}

async function makeBundle(plan: BundlePlan, options: PrepareOptions): Promise<Bundle> {
  switch (plan.from) {
    case "image":
      return bundleOfImage(plan.reference, plan.directory, options);
    case "bundle":
      return readBundle(plan.directory);
    case "bundle-changed":
      return changedBundle(plan.given, plan.directory, options);
    case "bundle-without-rootfs":
      return filledBundle(plan.given, plan.directory, options);
  }
}

/** The root of a user namespace is somebody else, who must pass through our directories to the rootfs. Others than these stay closed. */
function letThrough(directory: string): void {
  const { mode } = statSync(directory);
  if ((mode & 0o011) !== 0o011) chmodSync(directory, (mode & 0o7777) | 0o011);
}

/** Only config.json, perhaps a README: no directory that could be meant as rootfs. */
function lacksRootfs(directory: string): boolean {
  const { root } = parseSpec(readConfigText(directory), { name: join(directory, "config.json") });
  if (isDirectory(resolve(directory, root?.path ?? "rootfs"))) return false;
  return !readdirSync(directory).some((name) => isDirectory(join(directory, name)));
}

async function bundleOfImage(
  reference: string | ImageReference,
  directory: string,
  options: PrepareOptions & { readonly makeSpec?: (context: SpecContext) => Spec },
): Promise<Bundle> {
  const { signal, configuration, platform, registry, store, onStep, id, makeSpec } = options;
  const { images } = configuration;
  const opening = { signal, platform, registry, store, images };
  return await usingImage(reference, opening, async (image) => {
    await onStep({ kind: "reference", reference: image.reference });
    await onStep({ kind: "image", image });
    const began = performance.now();
    return await createBundle(image, directory, {
      signal,
      specOptions: withOwnCgroup(options),
      rootless: options.rootless?.maps,
      hostname: id.slice(0, 12),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      rootfs: { snapshots: configuration.snapshots, copy: options.copy ?? false },
      ...(makeSpec === undefined ? {} : { makeSpec }),
      onUnpacked: (result) => onStep({ kind: "unpacked", result, milliseconds: performance.now() - began }),
    });
  });
}

function filledBundle(given: string, directory: string, options: PrepareOptions): Promise<Bundle> {
  const spec = parseSpec(readConfigText(given), { name: join(given, "config.json") });
  log.info("the bundle has no rootfs: taking the built-in busybox image's", { bundle: given });
  const change = [withRootPath("rootfs"), ...wishesOf(options)];
  const makeSpec = (context: SpecContext): Spec =>
    apply({ ...spec, root: { ...spec.root, path: "rootfs" } }, change, context);
  return bundleOfImage({ kind: "builtin", name: "busybox" }, directory, { ...options, makeSpec });
}

/** The rootfs stays where it is; only config.json is another. */
function changedBundle(given: string, directory: string, options: PrepareOptions): Bundle {
  const bundle = readBundle(given);
  const rootfs = rootfsOf(given, bundle.spec);
  const context = readSpecContext(rootfs, { rootPath: rootfs });
  const wishes = options.rootless?.asked === true ? wishesOf(options) : options.specOptions;
  const spec = apply(bundle.spec, [withRootPath(rootfs), ...wishes], context);
  refuseInvalid(spec, directory);
  makeStore(directory);
  return { path: directory, rootfs, spec, configText: writeConfig(directory, spec) };
}

function apply(spec: Spec, options: readonly SpecOption[], context: SpecContext): Spec {
  return inOrder(options).reduce((made, option) => option(made, context), spec);
}
