import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { OcilabError } from "../../../base/errors.ts";
import { parseDigest } from "../../../oci/digest.ts";
import type { Descriptor, Digest, ImageConfig, ImageExecution, Platform } from "../../../oci/image.ts";
import { mediaTypes } from "../../../oci/media-types.ts";
import type { ImageSource } from "../../image.ts";
import { streamSpan } from "../file-tree.ts";
import type { Spooled } from "../spool.ts";

/** What is known of a root filesystem besides its files. */
export type RootfsFacts = {
  /** What it runs; left out: nothing, so that the arguments have to come from the user. */
  readonly execution?: ImageExecution;
  readonly created?: string;
  /** The platform of its programs; left out: the one that is asked for. */
  readonly platform?: Platform;
};

/**
 * A root filesystem in one uncompressed tar as an image: configuration and manifest are made of the tar's digest, so that the same tar and facts
 * give the same image. Owns `layer`: disposing of the source disposes of it.
 */
export function rootfsSource(layer: Spooled, facts: RootfsFacts = {}): ImageSource {
  const made = new Map<Digest, Buffer>();
  const document = (mediaType: string, value: unknown): Descriptor => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    made.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  return {
    async resolve(_reference, asked) {
      const config = document(mediaTypes.config, configOf(layer.digest, { platform: asked, ...facts }));
      const layers = [{ mediaType: mediaTypes.layer, digest: layer.digest, size: layer.span.length }];
      const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
      return document(mediaTypes.manifest, manifest);
    },
    async fetch(target, options = {}) {
      const bytes = made.get(target.digest);
      if (bytes !== undefined) return Readable.from([bytes]);
      if (target.digest === layer.digest) return streamSpan(layer.span, options);
      const got = "a root filesystem has no such blob";
      throw new OcilabError("image.blob-missing", { doing: `read the blob ${target.digest}`, got });
    },
    locate: async (target) => (target.digest === layer.digest ? layer.span : undefined),
    [Symbol.asyncDispose]: () => layer[Symbol.asyncDispose](),
  };
}

function configOf(diffId: Digest, facts: RootfsFacts & { readonly platform: Platform }): ImageConfig {
  return {
    ...(facts.created === undefined ? {} : { created: facts.created }),
    architecture: facts.platform.architecture,
    os: facts.platform.os,
    ...(facts.platform.variant === undefined ? {} : { variant: facts.platform.variant }),
    ...(facts.execution === undefined ? {} : { config: facts.execution }),
    rootfs: { type: "layers", diff_ids: [diffId] },
  };
}
