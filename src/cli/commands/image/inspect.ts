import type { Descriptor, ImageExecution, Platform } from "../../../oci/image.ts";
import { defineCommand } from "../../command.ts";
import { sourceFlags } from "../../config/flags.ts";
import { renderImage } from "../../render/image.ts";
import { imageArgument } from "../shared.ts";

/** What `image inspect` returns: the documents of an image, verified by their digests. */
export type ImageValue = {
  readonly reference: string;
  readonly platform: Platform;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly (Descriptor & { readonly diffId: string })[];
  readonly created: string | null;
  readonly execution: ImageExecution;
};

export const command = defineCommand({
  name: "image inspect",
  group: "image to bundle",
  summary: "show what an image says: manifest, layers and what it runs",
  description:
    "Opens an image, chooses the manifest for the platform, verifies manifest and configuration by their digests, and prints what they say. The layers are verified when they are unpacked, and here with --verify. An image of the store is meant by its name, digest or id; one that is only in a registry is looked at there, and not pulled.",
  arguments: [imageArgument],
  flags: {
    ...sourceFlags,
    verify: { kind: "switch", help: "read the layers too, and compare them with their digests" },
  },
  examples: [
    { line: "ocilab image inspect busybox", says: "the built-in image" },
    { line: "ocilab image inspect ghcr.io/owner/app:1", says: "an image in a registry" },
    { line: "ocilab image inspect --platform linux/arm64 oci:layout:v1", says: "one platform of an index" },
  ],
  async run({ flags, positionals: [reference = ""] }, context): Promise<{ value: ImageValue }> {
    const { openImage } = await import("../../../image/open.ts");
    const { formatReference } = await import("../../../oci/reference.ts");
    const { openOptions } = await import("../../open-options.ts");
    await using image = await openImage(reference, openOptions(flags, context, { keep: false }));
    if (flags.verify) {
      const { verifyLayers } = await import("../../../image/verify.ts");
      await verifyLayers(image, context);
    }
    return {
      value: {
        reference: formatReference(image.reference),
        platform: image.platform,
        manifest: image.manifestDescriptor,
        config: image.manifest.config,
        layers: image.layers.map(({ descriptor, diffId }) => ({ ...descriptor, diffId })),
        created: image.config.created ?? null,
        execution: image.config.config ?? {},
      },
    };
  },
  render: renderImage,
});
