import { formatPlatform } from "../../oci/platform.ts";
import { shortName } from "../../oci/registry-name.ts";
import type { ListedValue } from "../commands/image/list.ts";
import { shortDigest } from "./pull.ts";
import { table } from "./table.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";
import { bytes, count } from "./value.ts";

/** Images of the store as a table with docker's columns; the heading alone when there are none. */
export function renderImages(
  images: readonly ListedValue[],
  { terminal, now, digests }: { readonly terminal: Terminal; readonly now: Date; readonly digests: boolean },
): string {
  const rows = images.map((image) => {
    const [name, tag] = splitName(image.name);
    return [
      oneLine(name),
      oneLine(tag),
      digests ? image.manifest : shortDigest(image.manifest),
      formatPlatform(image.platform),
      image.damaged ? "damaged" : age(image.created, now),
      bytes(image.size),
    ];
  });
  return table([["NAME", "TAG", "DIGEST", "PLATFORM", "CREATED", "SIZE"], ...rows], {
    terminal,
    style: (text, { row }) => (row === 0 ? paint(text, "dim", terminal) : text),
  });
}

/** Repository and tag as docker shows them. */
function splitName(name: string | null): readonly [string, string] {
  if (name === null) return ["<none>", "<none>"];
  const short = shortName(name);
  const at = short.indexOf("@");
  const named = at < 0 ? short : short.slice(0, at);
  const colon = named.lastIndexOf(":") > named.lastIndexOf("/") ? named.lastIndexOf(":") : -1;
  return colon < 0 ? [named, "<none>"] : [named.slice(0, colon), named.slice(colon + 1)];
}

const spans: readonly (readonly [string, number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, as people say it. */
export function age(time: string | null, now: Date): string {
  const seconds = time === null ? Number.NaN : (now.getTime() - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return "unknown";
  const [unit, length] = spans.find(([, span]) => seconds >= span) ?? ["", 0];
  return unit === "" ? "now" : `${count(Math.floor(seconds / length), unit)} ago`;
}
