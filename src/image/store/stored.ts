import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { quote } from "../../base/text.ts";
import type { Descriptor } from "../../oci/image.ts";
import { readDocument } from "../blobs/read.ts";
import { manifestOf } from "../documents.ts";
import type { ImageSource } from "../image.ts";
import { indexAround } from "../image-tree.ts";
import { streamSpan } from "../sources/file-tree.ts";
import { noPlatform } from "../sources/index-walk.ts";
import { reachOf } from "./garbage.ts";
import { type Lease, takeLease } from "./lease.ts";
import { imageFor, type StoredImage } from "./names.ts";
import { findBlob, type Store } from "./store.ts";

/**
 * Images of the store that go by one name, as a source: which of them is the platform's, and their blobs. From `resolve` until it is disposed of
 * nothing that it needs is removed. Errors: "image.no-such-platform", "image.blob-missing".
 */
export function storedSource(store: Store, images: readonly StoredImage[]): ImageSource {
  let lease: Lease | undefined;
  const fetch: ImageSource["fetch"] = async ({ digest }, { signal } = {}) => {
    const span = findBlob(store, digest);
    if (span === undefined) throw missing(store, digest);
    return streamSpan(span, { signal });
  };
  return {
    async resolve(_reference, platform, options = {}) {
      const [first] = images;
      const doing = `find the image ${quote(first?.name ?? first?.manifest.digest ?? "")} in the store`;
      const found = images.length === 1 ? first : imageFor(images, platform);
      if (found === undefined)
        throw noPlatform(platform, { doing, there: images.map((image) => image.platform) });
      lease ??= await leaseIfWritable(store, options);
      await lease?.hold([found.manifest.digest]);
      const text = await readDocument({ fetch }, found.manifest, { ...options, what: "manifest" });
      const { config, layers } = manifestOf(text, found.manifest);
      await lease?.hold([config, ...layers].map(({ digest }) => digest));
      return found.manifest;
    },
    async root(_reference, options = {}) {
      const [first, ...others] = images;
      const single = others.length === 0 ? first?.manifest : undefined;
      const index =
        sharedIndex(images) ??
        single ??
        indexAround(images.map(({ manifest, platform }) => ({ ...manifest, platform })));
      lease ??= await leaseIfWritable(store, options);
      await lease?.hold([index.digest, ...images.flatMap((image) => reachOf(store, image))]);
      return index;
    },
    fetch,
    locate: async ({ digest }) => findBlob(store, digest),
    async [Symbol.asyncDispose]() {
      await lease?.[Symbol.asyncDispose]();
    },
  };
}

/** The index that all images of a name were pulled with; undefined when they came apart. */
export function sharedIndex(images: readonly StoredImage[]): Descriptor | undefined {
  const [first] = images;
  return images.every(({ index }) => index?.digest === first?.index?.digest) ? first?.index : undefined;
}

/** Where we may not write, as on a read-only file system, an image can be read all the same. */
async function leaseIfWritable(store: Store, options: Cancel): Promise<Lease | undefined> {
  try {
    return await takeLease(store, options);
  } catch (error) {
    if (!(error instanceof OcilabError) || error.code !== "host.store-unwritable") throw error;
    log.debug("the store cannot be written: its image is read without a lease", { store: store.path });
    return undefined;
  }
}

function missing({ path }: Store, digest: string): OcilabError {
  return new OcilabError("image.blob-missing", {
    doing: `read the blob ${digest}`,
    got: `it is not in the image store ${quote(path)}`,
    hint: "pull the image again: ocilab pull NAME",
    facts: { digest, store: path },
  });
}
