import { formatJson } from "../../oci/json.ts";
import { oneLine } from "./terminal.ts";

/**
 * A value of a config or of the kernel on one line: text as it is, lists with commas, flat objects as "name value, name value",
 * deeper ones as JSON; control characters escaped.
 */
export function brief(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "none";
  if (typeof value === "string") return oneLine(value === "" ? '""' : value);
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry !== "object"))
    return value.length === 0 ? "none" : value.map(brief).join(", ");
  const flat = !Array.isArray(value) && Object.values(value).every((entry) => typeof entry !== "object");
  if (!flat) return oneLine(formatJson(value));
  const parts = Object.entries(value).map(([name, entry]) => `${name} ${brief(entry)}`);
  return parts.length === 0 ? "nothing" : oneLine(parts.join(", "));
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
