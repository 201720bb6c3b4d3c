import type { Bundle } from "../bundle/bundle.ts";
import type { CreateBundleOptions } from "../bundle/create.ts";
import { createBundle } from "../bundle/create.ts";
import type { RootfsResult } from "../bundle/rootfs.ts";
import type { Image } from "../image/image.ts";
import { usingImage } from "../image/open.ts";
import { formatReference } from "../oci/reference.ts";
import type { Context } from "./command.ts";
import { withContainerOf } from "./config/container.ts";
import type { RootlessValues } from "./config/flags/rootless.ts";
import type { ConfigValues, RootfsValues, SourceValues } from "./config/flags.ts";
import { parseLimits } from "./config/limits.ts";
import { readConfigOptions } from "./config/read.ts";
import { rootlessOf } from "./config/rootless.ts";
import { openOptions } from "./open-options.ts";

/** What `bundle` is asked for. */
export type BundleWish = {
  readonly reference: string;
  readonly directory: string;
  readonly command: readonly string[];
  readonly flags: ConfigValues &
    RootlessValues &
    SourceValues &
    Partial<RootfsValues> & { readonly "as-container": boolean };
};

/** Make a bundle and say what it is made of. Errors: those of openImage, of the flags and of createBundle. */
export async function bundleImage(wish: BundleWish, context: Context) {
  const made = await makeBundle(wish, context);
  const { bundle, image, unpacked } = made;
  return {
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    rootfsKind: unpacked.kind,
    image: formatReference(image.reference),
    manifest: image.manifestDescriptor.digest,
    layers: image.layers.length,
    reused: unpacked.reused,
    entries: unpacked.layers.reduce((sum, layer) => sum + layer.entries, 0),
    bytes: unpacked.layers.reduce((sum, layer) => sum + layer.bytes, 0),
    args: bundle.spec.process?.args ?? [],
  };
}

type Made = { readonly bundle: Bundle; readonly image: Image; readonly unpacked: RootfsResult };

/** The bundle itself; the image is closed again and only its documents may be used. */
export async function makeBundle(wish: BundleWish, context: Context): Promise<Made> {
  const { signal } = context;
  const flags = await withContainerOf(wish.reference, wish.flags, context);
  const specOptions = await readConfigOptions(flags, { command: wish.command, context });
  const limits = parseLimits(wish.flags.limit ?? []);
  let unpacked: RootfsResult | undefined;
  const options: CreateBundleOptions = {
    signal,
    specOptions,
    rootless: rootlessOf(wish.flags)?.maps,
    limits,
    rootfs: { snapshots: context.configuration.snapshots, copy: wish.flags.copy ?? false },
    onUnpacked(result) {
      unpacked = result;
    },
  };
  return await usingImage(wish.reference, openOptions(wish.flags, context), async (image) => {
    const bundle = await createBundle(image, wish.directory, options);
    if (unpacked === undefined) throw new TypeError("createBundle returned without having unpacked");
    return { bundle, image, unpacked };
  });
}
