import type { Digest, Platform } from "../../../oci/image.ts";
import { defineCommand } from "../../command.ts";
import { renderImages } from "../../render/images.ts";
import { shortDigest } from "../../render/pull.ts";

export type ListedValue = {
  /** In docker's long form; null for an image whose name now means another. */
  readonly name: string | null;
  readonly manifest: Digest;
  readonly config: Digest;
  readonly platform: Platform;
  readonly size: number;
  readonly created: string | null;
  readonly pulled: string;
  readonly damaged: boolean;
};

export const command = defineCommand({
  name: "image list",
  group: "image to bundle",
  summary: "list the images of the store",
  description:
    "Lists what `pull` has brought, the newest first: name, tag, digest of the manifest, platform, when it was made, and its bytes as stored. An image without a name has lost it to a newer one; `image prune` removes it.",
  arguments: [{ name: "NAME", help: "only images of this name, or whose name holds this text" }],
  flags: {
    quiet: { kind: "switch", short: "q", help: "print the digests alone" },
    digests: { kind: "switch", help: "print digests in full" },
  },
  examples: [
    { line: "ocilab image list", says: "a table" },
    { line: "ocilab image ls -q", says: "digests, for scripts" },
  ],
  async run({ positionals: [text] }, context): Promise<{ value: readonly ListedValue[] }> {
    const { listImages } = await import("../../../image/store/listing.ts");
    const { imagesMeant } = await import("../../../image/store/names.ts");
    const { storeAt } = await import("../../../image/store/store.ts");
    const images = listImages(storeAt(context.configuration.store));
    const meant = text === undefined ? images : imagesMeant(images, text).found;
    const chosen = images.filter(
      (image) => meant.includes(image) || (text !== undefined && image.name?.includes(text)),
    );
    return {
      value: chosen.map(({ name, manifest, ...rest }) => ({
        name: name ?? null,
        ...rest,
        manifest: manifest.digest,
      })),
    };
  },
  render: (value, terminal, flags) =>
    flags.quiet
      ? value.map(({ manifest }) => `${flags.digests ? manifest : shortDigest(manifest)}\n`).join("")
      : renderImages(value, { terminal, now: new Date(), digests: flags.digests }),
});
