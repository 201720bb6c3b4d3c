import type { LayersValue, PathChange } from "../commands/image/layers.ts";
import { shortDigest } from "./pull.ts";
import { table } from "./table.ts";
import { cut, oneLine, paint, type Terminal } from "./terminal.ts";
import { bytes, count } from "./value.ts";

const signs = { added: "+", changed: "~", deleted: "-" } as const;
const colours = { added: "green", changed: "yellow", deleted: "red" } as const;

/** Each layer in a few lines, or with every path, and what is wasted in all. */
export function renderLayers(value: LayersValue, terminal: Terminal): string {
  const parts = value.layers.map((layer, index) => {
    const made = oneLine(
      layer.createdBy.replace(/^\/bin\/sh -c (?:#\(nop\) +)?/, "").replaceAll(/\s+/g, " "),
    );
    const head = `layer ${index + 1}  ${shortDigest(layer.digest)}  ${bytes(layer.size)} stored, ${bytes(layer.bytes)} unpacked`;
    const lines = [
      paint(head, "bold", terminal),
      ...(made === "" ? [] : [paint(`  ${cut(made, Math.min(terminal.columns, 110) - 2)}`, "dim", terminal)]),
      `  ${(["added", "changed", "deleted"] as const).map((kind) => sumOf(kind, layer[kind])).join(", ")}${wastedOf(layer.wasted)}`,
    ];
    const paths = layer.files ?? layer.largest.slice(0, 5);
    return `${lines.join("\n")}\n${pathTable(paths, terminal)}`;
  });
  const total = value.layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const foot = `${count(value.layers.length, "layer")}, ${bytes(total)} unpacked${wastedOf(value.wasted)}\n`;
  return `${parts.join("\n")}\n${foot}`;
}

function sumOf(kind: keyof typeof signs, sum: { readonly paths: number; readonly bytes: number }): string {
  return `${signs[kind]}${sum.paths} ${kind}${sum.bytes === 0 ? "" : ` (${bytes(sum.bytes)})`}`;
}

function wastedOf(wasted: number): string {
  return wasted === 0 ? "" : `, ${bytes(wasted)} wasted`;
}

function pathTable(paths: readonly PathChange[], terminal: Terminal): string {
  const rows = paths.map(({ kind, path, type, size }) => [
    signs[kind],
    type === "file" ? bytes(size) : type,
    `/${oneLine(path)}`,
  ]);
  return table(rows, {
    terminal,
    indent: "    ",
    style: (text, { row, column }) => {
      const kind = paths[row]?.kind;
      return column === 0 && kind !== undefined ? paint(text, colours[kind], terminal) : text;
    },
  });
}
