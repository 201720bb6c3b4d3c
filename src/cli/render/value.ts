import { oneLine } from "./terminal.ts";

/**
 * A value of a config or of the kernel on one line: text as it is, lists with commas, objects as "name value, name value" with
 * braces around inner ones; control characters escaped.
 */
export function brief(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inner).join(", ");
  if (typeof value !== "object" || value === null) return inner(value);
  const parts = Object.entries(value).map(([name, entry]) => `${oneLine(name)} ${inner(entry)}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function inner(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "none";
  if (typeof value === "string") return value === "" ? '""' : oneLine(value);
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inner).join(",");
  if (typeof value === "object") return `{${brief(value)}}`;
  return String(value);
}

/** Bytes as people write them: "64 MiB". */
export function bytes(count: number | bigint): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Number(count);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}

/** "1 layer", "2 layers", "3 entries". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
