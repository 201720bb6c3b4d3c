import { layersOf } from "../image/contents/layers.ts";
import type { Change } from "../image/contents/tree.ts";
import { historyOf } from "../image/history.ts";
import { openImage } from "../image/open.ts";
import { formatReference } from "../oci/reference.ts";
import type { Context } from "./command.ts";
import type { LayersValue, PathChange } from "./commands/image/layers.ts";
import type { SourceValues } from "./config/flags.ts";
import { parseLimits } from "./config/limits.ts";
import { openOptions } from "./open-options.ts";

export type LayersWish = {
  readonly reference: string;
  readonly flags: SourceValues & { readonly files: boolean; readonly limit: readonly string[] };
};

/** What each layer of an image does. Errors: those of openImage and of readLayerInto. */
export async function describeLayers(
  { reference, flags }: LayersWish,
  context: Context,
): Promise<LayersValue> {
  const { signal, configuration } = context;
  const limits = parseLimits(flags.limit);
  await using image = await openImage(reference, openOptions(flags, context));
  const read = await layersOf(image, { signal, limits, temporary: configuration.images, keep: flags.files });
  const steps = historyOf(image).filter(({ layer }) => layer !== null);
  const layers = image.layers.flatMap(({ descriptor, diffId }, index) => {
    const contents = read[index];
    if (contents === undefined) return [];
    const { changes, largest, ...sums } = contents;
    return [
      {
        digest: descriptor.digest,
        diffId,
        size: descriptor.size,
        createdBy: steps[index]?.createdBy ?? "",
        ...sums,
        largest: largest.map(told),
        files: flags.files ? changes.map(told) : null,
      },
    ];
  });
  return {
    reference: formatReference(image.reference),
    layers,
    wasted: layers.reduce((sum, { wasted }) => sum + wasted, 0),
  };
}

/** Paths have one character a byte until here. */
function told({ kind, path, type, size }: Change): PathChange {
  return { kind, path: Buffer.from(path, "latin1").toString("utf8"), type, size };
}
