import { openAllPlatforms } from "../image/export/all-platforms.ts";
import { exportContent } from "../image/export/export.ts";
import { contentOf } from "../image/export/parts.ts";
import type { ExportTarget } from "../image/export/target.ts";
import { openImage } from "../image/open.ts";
import { formatReference } from "../oci/reference.ts";
import type { Context } from "./command.ts";
import type { ExportValue } from "./commands/image/export.ts";
import type { SourceValues } from "./config/flags.ts";
import { allPlatforms, openOptions } from "./open-options.ts";

export type ExportWish = {
  readonly reference: string;
  readonly target: ExportTarget;
  readonly flags: SourceValues & { readonly "all-platforms": boolean };
};

/** Write an image, or a whole index, to a file or directory. Errors: those of openImage, openAllPlatforms and exportContent. */
export async function exportReference(
  { reference, target, flags }: ExportWish,
  context: Context,
): Promise<ExportValue> {
  const options = { ...context, stdout: process.stdout };
  const opened = openOptions(flags, context);
  if (allPlatforms(flags)) {
    await using whole = await openAllPlatforms(reference, opened);
    return exportedValue(whole.content, target, await exportContent(whole.content, target, options));
  }
  await using image = await openImage(reference, opened);
  const content = contentOf(image);
  return exportedValue(content, target, await exportContent(content, target, options));
}

function exportedValue(
  { reference, root }: ReturnType<typeof contentOf>,
  { kind, path }: ExportTarget,
  { bytes, names }: Awaited<ReturnType<typeof exportContent>>,
): ExportValue {
  const { tag = null, name = null } = names;
  return { image: formatReference(reference), manifest: root.digest, kind, path, tag, name, bytes };
}
