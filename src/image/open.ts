import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Descriptor, ImageConfig, ImageManifest, ImageReference, Platform } from "../oci/image.ts";
import { layerCompression } from "../oci/media-types.ts";
import { platformOf } from "../oci/platform.ts";
import { formatReference } from "../oci/reference.ts";
import { embedded, readDocument } from "./blobs/read.ts";
import { configOf, manifestOf, refuseArtifact } from "./documents.ts";
import type { Image, ImageSource, LayerBlob } from "./image.ts";
import { findSource, type SourceOptions } from "./recognise.ts";
import { platformIn, refuseOtherPlatform } from "./sources/index-walk.ts";
import { unreadable } from "./unreadable.ts";

/** `platform`: default that of this machine. `images`: where built-in images and decompressed archives go (`configuration.images`). */
export type OpenOptions = SourceOptions & { readonly platform?: Platform | undefined };

/**
 * Open an image: find it, choose the manifest for the platform, verify and parse manifest and configuration, and find every layer. The layers
 * themselves are verified by whoever unpacks them. Dispose of the image to close its source and to remove what it had decompressed.
 * Errors: the family "image.", "spec.bad-reference", "spec.bad-json", "spec.invalid".
 */
export async function openImage(reference: string | ImageReference, options: OpenOptions): Promise<Image> {
  try {
    return await openFound(await findSource(reference, options), options);
  } catch (error) {
    throw unreadable(error, reference);
  }
}

/**
 * Do something with an image, and close it. When that fails, an image that is on its way into the store is given up at once: else closing it
 * waits until all of it is there, whoever has looked at its layers or not. Errors: those of `openImage` and of `use`.
 */
export async function usingImage<T>(
  reference: string | ImageReference,
  options: OpenOptions,
  use: (image: Image) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const { signal } = options;
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  await using image = await openImage(reference, { ...options, signal: either });
  try {
    return await use(image);
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/** The image that a reference names in an opened source, which is disposed of with the image, or at once when it cannot be opened. Errors as of `openImage`, those of the system raw. */
export async function openFound(
  found: { readonly source: ImageSource; readonly reference: ImageReference },
  options: Cancel & { readonly platform?: Platform | undefined },
): Promise<Image> {
  try {
    return await readImage(found.source, found.reference, options);
  } catch (error) {
    await found.source[Symbol.asyncDispose]();
    throw error;
  }
}

/** The image that a reference names in a source. Owns the source once it returns; until then the caller does. */
async function readImage(
  source: ImageSource,
  reference: ImageReference,
  options: Cancel & { readonly platform?: Platform | undefined },
): Promise<Image> {
  const platform = options.platform ?? platformOf(process.arch);
  const doing = `open the image ${quote(formatReference(reference))}`;
  const read = (target: Descriptor, what: string) =>
    readDocument(source, target, { signal: options.signal, what });
  const manifestDescriptor = await source.resolve(reference, platform, options);
  const manifest = manifestOf(await read(manifestDescriptor, "manifest"), manifestDescriptor);
  refuseArtifact(manifest, doing);
  const config = configOf(await read(manifest.config, "configuration"), manifest.config);
  refuseOtherPlatform(config, { platform, manifestDescriptor, doing });
  const layers = await layersOf(source, { manifest, config, doing });
  return {
    reference,
    platform: platformIn(config),
    manifestDescriptor,
    manifest,
    config,
    layers,
    fetch: async (target, asked) => embedded(target) ?? (await source.fetch(target, asked)),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

type Documents = { readonly manifest: ImageManifest; readonly config: ImageConfig; readonly doing: string };

async function layersOf(
  source: ImageSource,
  { manifest, config, doing }: Documents,
): Promise<readonly LayerBlob[]> {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    const got = `its manifest lists ${manifest.layers.length} layers, its configuration ${diffIds.length} diff_ids`;
    throw new OcilabError("image.layer-count", { doing, got });
  }
  const layers: LayerBlob[] = [];
  for (const [at, diffId] of diffIds.entries()) {
    const descriptor = manifest.layers[at];
    if (descriptor !== undefined)
      layers.push(await layerOf(source, descriptor, { diffId, doing: `${doing}, layer ${at + 1}` }));
  }
  return layers;
}

async function layerOf(
  source: ImageSource,
  descriptor: Descriptor,
  { diffId, doing }: Pick<LayerBlob, "diffId"> & { readonly doing: string },
): Promise<LayerBlob> {
  if (layerCompression(descriptor.mediaType) === undefined) {
    const got = `its media type is ${quote(descriptor.mediaType)}`;
    throw new OcilabError("image.unknown-layer", { doing, got });
  }
  const open = async (options?: Cancel) => embedded(descriptor) ?? (await source.fetch(descriptor, options));
  if (descriptor.data !== undefined || source.locate === undefined) return { descriptor, diffId, open };
  const span = await source.locate(descriptor);
  if (span === undefined) {
    (await open()).destroy();
    return { descriptor, diffId, open };
  }
  if (span.length !== descriptor.size) {
    const got = `${quote(span.path)} holds ${span.length} bytes of it, its descriptor says ${descriptor.size}`;
    throw new OcilabError("image.wrong-size", { doing, got });
  }
  return { descriptor, diffId, span, open };
}
