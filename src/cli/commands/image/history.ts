import type { HistoryStep } from "../../../image/history.ts";
import { defineCommand } from "../../command.ts";
import { sourceFlags } from "../../config/flags.ts";
import { age } from "../../render/images.ts";
import { shortDigest } from "../../render/pull.ts";
import { table } from "../../render/table.ts";
import { oneLine, paint } from "../../render/terminal.ts";
import { bytes } from "../../render/value.ts";
import { imageArgument } from "../shared.ts";

export const command = defineCommand({
  name: "image history",
  group: "image to bundle",
  summary: "show how an image was made: each step, and the layer that it made",
  description:
    "Prints the history of the image's configuration, first step first, beside the layers: a step that made none (ENV, CMD, LABEL) has no digest. Sizes are those of the layers as stored. It is what the builder wrote down: nobody verifies it.",
  arguments: [imageArgument],
  flags: {
    ...sourceFlags,
    "no-trunc": { kind: "switch", help: "print commands and digests in full" },
  },
  examples: [
    { line: "ocilab image history alpine:3.20", says: "of an image in the store or a registry" },
    { line: "ocilab image history --no-trunc docker-archive:app.tar", says: "in full" },
  ],
  async run({ flags, positionals: [reference = ""] }, context): Promise<{ value: readonly HistoryStep[] }> {
    const { historyOf } = await import("../../../image/history.ts");
    const { openImage } = await import("../../../image/open.ts");
    const { openOptions } = await import("../../open-options.ts");
    await using image = await openImage(reference, openOptions(flags, context, { keep: false }));
    return { value: historyOf(image) };
  },
  render(value, terminal, flags) {
    const now = new Date();
    const rows = value.map(({ layer, created, createdBy, comment }) => [
      layer === null ? "" : `layer ${layer.index + 1}`,
      layer === null ? "" : flags["no-trunc"] ? layer.digest : shortDigest(layer.digest),
      age(created, now),
      layer === null ? "" : bytes(layer.size),
      commandOf(createdBy || comment || "", flags["no-trunc"]),
    ]);
    return table([["LAYER", "DIGEST", "CREATED", "SIZE", "CREATED BY"], ...rows], {
      terminal,
      style: (text, { row }) => (row === 0 ? paint(text, "dim", terminal) : text),
    });
  },
});

function commandOf(text: string, whole: boolean): string {
  const line = oneLine(text.replace(/^\/bin\/sh -c (?:#\(nop\) +)?/, "").replaceAll(/\s+/g, " "));
  return whole || line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}
