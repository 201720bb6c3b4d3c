import { quote } from "../../base/text.ts";
import type { ImageReference } from "../../oci/image.ts";
import { formatReference } from "../../oci/reference.ts";
import { readDocument } from "../blobs/read.ts";
import type { ImageSource } from "../image.ts";
import { readTree } from "../image-tree.ts";
import { openFound } from "../open.ts";
import { findSource, type SourceOptions } from "../recognise.ts";
import { unreadable } from "../unreadable.ts";
import { type Content, contentOf, contentOfTree } from "./parts.ts";

/** What a reference names for all platforms, to be exported. Dispose of it to close its source. */
export type WholeContent = AsyncDisposable & { readonly content: Content };

/**
 * Open what a reference names for all platforms: an index that the store has whole, of a layout, or of a registry, which is then read and not kept. An image
 * of one platform is that. Errors: those of findSource and of the documents.
 */
export async function openAllPlatforms(text: string, options: SourceOptions): Promise<WholeContent> {
  const store = options.store && { ...options.store, keep: false, whole: true };
  try {
    const { source, reference } = await findSource(text, { ...options, store });
    try {
      return await wholeOf(source, reference, options);
    } catch (error) {
      await source[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    throw unreadable(error, text);
  }
}

async function wholeOf(
  source: ImageSource,
  reference: ImageReference,
  options: SourceOptions,
): Promise<WholeContent> {
  const { signal } = options;
  if (source.root === undefined) {
    const image = await openFound({ source, reference }, options);
    const close = () => image[Symbol.asyncDispose]();
    return { content: contentOf(image), [Symbol.asyncDispose]: close };
  }
  const root = await source.root(reference, { signal });
  const tree = await readTree(root, {
    doing: `read ${quote(formatReference(reference))} for all platforms`,
    read: (target, what) => readDocument(source, target, { signal, what }),
  });
  const close = () => source[Symbol.asyncDispose]();
  return { content: contentOfTree(tree, source, reference), [Symbol.asyncDispose]: close };
}
