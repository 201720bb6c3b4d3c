import type { Digest, ImageConfig } from "../oci/image.ts";
import type { Image } from "./image.ts";

/** One step in the making of an image, and the layer that it made, if any. */
export type HistoryStep = {
  /** RFC 3339, or null when the step does not say. */
  readonly created: string | null;
  readonly createdBy: string;
  readonly author: string | null;
  readonly comment: string | null;
  readonly emptyLayer: boolean;
  /** Null for a step without a layer, and where the history has more steps with layers than there are layers. */
  readonly layer: {
    readonly index: number;
    readonly digest: Digest;
    readonly diffId: Digest;
    readonly size: number;
  } | null;
};

/**
 * The history of an image with its layers, first step first (image-spec config.md, history). Layers beyond what the history tells of get steps of
 * their own that say nothing. Pure.
 */
export function historyOf({ config, layers }: Pick<Image, "config" | "layers">): readonly HistoryStep[] {
  let next = 0;
  const take = (): HistoryStep["layer"] => {
    const layer = layers[next];
    if (layer === undefined) return null;
    const { descriptor, diffId } = layer;
    return { index: next++, digest: descriptor.digest, diffId, size: descriptor.size };
  };
  const told = (config.history ?? []).map(
    (step): HistoryStep => ({ ...wordsOf(step), layer: step.empty_layer === true ? null : take() }),
  );
  const untold: HistoryStep[] = [];
  while (next < layers.length) untold.push({ ...wordsOf({}), layer: take() });
  return [...told, ...untold];
}

type Told = NonNullable<ImageConfig["history"]>[number];

function wordsOf({ created, created_by, author, comment, empty_layer }: Told): Omit<HistoryStep, "layer"> {
  return {
    created: created ?? null,
    createdBy: created_by ?? "",
    author: author ?? null,
    comment: comment ?? null,
    emptyLayer: empty_layer === true,
  };
}
