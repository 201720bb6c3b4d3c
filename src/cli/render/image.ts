import { layerCompression } from "../../oci/media-types.ts";
import type { ImageValue } from "../commands/image/inspect.ts";
import { table } from "./table.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";
import { brief, bytes } from "./value.ts";

/** An image for people: its documents, what it runs, its layers. */
export function renderImage(image: ImageValue, terminal: Terminal): string {
  const { execution, platform } = image;
  const facts: readonly (readonly [string, unknown])[] = [
    ["image", image.reference],
    ["platform", [platform.os, platform.architecture, platform.variant].filter(Boolean).join("/")],
    ["manifest", image.manifest.digest],
    ["config", image.config.digest],
    ["created", image.created ?? undefined],
    ["user", execution.User || undefined],
    ["working directory", execution.WorkingDir || undefined],
    ["entrypoint", execution.Entrypoint ?? undefined],
    ["command", execution.Cmd ?? undefined],
    ["environment", execution.Env ?? undefined],
    ["stop signal", execution.StopSignal],
    ["labels", execution.Labels ?? undefined],
  ];
  const rows = facts.filter(([, value]) => value !== undefined).map(([name, value]) => [name, brief(value)]);
  const layers = image.layers.map(({ digest, size, mediaType }, index) => [
    `layer ${index + 1}`,
    bytes(size),
    digest,
    layerCompression(mediaType) ?? oneLine(mediaType),
  ]);
  const style = (text: string, { column }: { readonly column: number }) =>
    column === 0 ? paint(text, "dim", terminal) : text;
  return table(rows, { terminal, style }) + table(layers, { terminal, style });
}
