import { configDifferences, differencesOf } from "../image/contents/differences.ts";
import { openImage } from "../image/open.ts";
import { formatReference } from "../oci/reference.ts";
import type { Context } from "./command.ts";
import type { ImageDiffValue } from "./commands/image/diff.ts";
import type { SourceValues } from "./config/flags.ts";
import { parseLimits } from "./config/limits.ts";
import { openOptions } from "./open-options.ts";

export type ImageDiffWish = {
  readonly before: string;
  readonly after: string;
  readonly flags: SourceValues & { readonly times: boolean; readonly limit: readonly string[] };
};

/** How two images differ. Errors: those of openImage and of readLayerInto. */
export async function diffImages(
  { before, after, flags }: ImageDiffWish,
  context: Context,
): Promise<ImageDiffValue> {
  const { signal, configuration } = context;
  const read = {
    signal,
    temporary: configuration.images,
    times: flags.times,
    limits: parseLimits(flags.limit),
  };
  const options = openOptions(flags, context);
  await using a = await openImage(before, options);
  await using b = await openImage(after, options);
  return {
    before: formatReference(a.reference),
    after: formatReference(b.reference),
    paths: await differencesOf(a, b, read),
    config: configDifferences(a.config, b.config).map((one) => ({
      ...one,
      before: one.before ?? null,
      after: one.after ?? null,
    })),
  };
}
