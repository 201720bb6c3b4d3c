import { readFileSync } from "node:fs";
import { join } from "node:path";

/** ocilab's version, from the package.json beside dist/ or above src/cli/. */
export function ocilabVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    const text = textOf(join(import.meta.dirname, path));
    const found = text === undefined ? undefined : (JSON.parse(text) as { name?: string; version?: string });
    if (found?.name === "ocilab" && found.version !== undefined) return found.version;
  }
  return "unknown";
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
