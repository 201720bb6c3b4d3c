import type { ImageReference, Platform } from "../../oci/image.ts";
import { openFound } from "../open.ts";
import { findSource, type SourceOptions } from "../recognise.ts";
import { unreadable } from "../unreadable.ts";
import { nameFor } from "./naming.ts";
import { type Pulled, type PullOptions, pullingSource } from "./pulling.ts";

export type PullImageOptions = Omit<SourceOptions, "store"> &
  Omit<PullOptions, "name"> & {
    readonly name?: string | undefined;
    readonly platform?: Platform | undefined;
  };

/**
 * Bring an image into the store, from wherever it is, under `name` or the name that it has (`nameFor`), and wait until all of it is there. An image
 * that is there already, whole, costs its manifest. Errors: those of openImage and of `storeBlob`.
 */
export async function pullImage(
  reference: string | ImageReference,
  options: PullImageOptions,
): Promise<Pulled> {
  try {
    const { store: _pulled, ...direct } = options;
    const found = await findSource(reference, direct);
    const name = options.name ?? nameFor(found.reference);
    const source = pullingSource(found.source, { ...options, name });
    await using _image = await openFound({ source, reference: found.reference }, options);
    return await source.finish();
  } catch (error) {
    throw unreadable(error, reference);
  }
}
