import type { Digest } from "../../../oci/image.ts";
import { defineCommand } from "../../command.ts";
import { limitFlag, sourceFlags } from "../../config/flags.ts";
import { renderLayers } from "../../render/layers.ts";
import { imageArgument } from "../shared.ts";

export type PathChange = {
  readonly kind: "added" | "changed" | "deleted";
  readonly path: string;
  readonly type: string;
  readonly size: number;
};
type Sum = { readonly paths: number; readonly bytes: number };
export type LayersValue = {
  readonly reference: string;
  readonly layers: readonly {
    readonly digest: Digest;
    readonly diffId: Digest;
    /** Bytes as stored, and of the uncompressed archive. */
    readonly size: number;
    readonly bytes: number;
    readonly entries: number;
    readonly createdBy: string;
    readonly added: Sum;
    readonly changed: Sum;
    readonly deleted: Sum;
    /** Bytes of its files that later layers delete or write anew. */
    readonly wasted: number;
    readonly largest: readonly PathChange[];
    /** Every path; null without --files. */
    readonly files: readonly PathChange[] | null;
  }[];
  readonly wasted: number;
};

export const command = defineCommand({
  name: "image layers",
  group: "image to bundle",
  summary: "show what each layer of an image adds, changes and deletes, and what is wasted",
  description:
    "Reads the layers, verifying each by its diff-id, and unpacks nothing. Of each it tells the paths that it adds, changes and deletes with the bytes of their files, its largest files, and the bytes that are wasted: files that a later layer deletes or writes anew are still in the image. An image that is only in a registry is pulled into the store.",
  arguments: [imageArgument],
  flags: {
    ...sourceFlags,
    ...limitFlag,
    files: { kind: "switch", help: "list every path of every layer" },
  },
  examples: [
    { line: "ocilab image layers docker-archive:app.tar", says: "each layer in a few lines" },
    { line: "ocilab image layers --files alpine:3.20", says: "with every path" },
  ],
  async run({ flags, positionals: [reference = ""] }, context): Promise<{ value: LayersValue }> {
    const { describeLayers } = await import("../../layers.ts");
    return { value: await describeLayers({ reference, flags }, context) };
  },
  render: renderLayers,
});
