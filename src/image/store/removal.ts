import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { shortName } from "../../oci/registry-name.ts";
import { type Removed, removeNames } from "./garbage.ts";
import { imagesNamedInStore, type StoredImage } from "./names.ts";
import type { Store } from "./store.ts";

/**
 * Remove images by name, digest or id, all or none of them. A name takes only itself; a digest takes the image with its name, with `force` with all of
 * them. Errors: "image.no-such-name", "image.several-names", "image.ambiguous", "image.store-damaged".
 */
export async function removeFromStore(
  store: Store,
  texts: readonly string[],
  options: Cancel & { readonly force?: boolean; readonly untagOnly?: boolean },
): Promise<Removed & { readonly untagged: readonly StoredImage[] }> {
  const choose = (images: readonly StoredImage[]): readonly StoredImage[] => [
    ...new Set(texts.flatMap((text) => chosen(images, text, options.force === true))),
  ];
  return await removeNames(store, choose, options);
}

function chosen(images: readonly StoredImage[], text: string, force: boolean): readonly StoredImage[] {
  const doing = `remove ${quote(text)}`;
  const found = imagesNamedInStore(images, text, doing);
  const names = found.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const byName = new Set(names).size === 1;
  if (byName || names.length === 0 || force) return found;
  throw new OcilabError("image.several-names", {
    doing,
    got: `it is the image of ${names.map((name) => quote(shortName(name))).join(", ")}`,
    facts: { names },
  });
}
