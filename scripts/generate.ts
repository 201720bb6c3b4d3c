import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateValidators } from "./generate/validators.ts";

// Makes src/oci/validators (not in git) and src/oci/types (in git) from schemas/. `--validators` leaves the types alone.

const oci = join(import.meta.dirname, "../src/oci");

write("validators", generateValidators());
if (!process.argv.includes("--validators")) {
  const { generateTypes } = await import("./generate/types.ts");
  write("types", await generateTypes());
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(oci, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(oci, folder, name);
    if (textOf(path) !== text) writeFileSync(path, text);
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
