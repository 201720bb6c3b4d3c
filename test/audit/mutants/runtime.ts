// A runtime that gets things wrong: node runtime.ts NAMES RUNTIME ARGUMENT...
// It hands everything on to RUNTIME; to `create` it gives a config.json with the mutations NAMES (joined by ";") and puts the original back.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatJson, parseJson } from "../../../src/oci/json.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { partsOf } from "./mutation.ts";
import { allMutations } from "./table.ts";

const [names = "", runtime = "", ...words] = process.argv.slice(2);
const bundle = words.includes("create") ? words[words.indexOf("--bundle") + 1] : undefined;
const file = join(bundle ?? ".", "config.json");
const original = bundle === undefined ? "" : readFileSync(file, "utf8");
if (bundle !== undefined) writeFileSync(file, mutated(original, names.split(";")));
const { status } = spawnSync(runtime, words, { stdio: "inherit" });
if (bundle !== undefined) writeFileSync(file, original);
process.exit(status ?? 1);

function mutated(text: string, wanted: readonly string[]): string {
  const spec = parseJson(text, { name: file }) as Spec;
  const parts = partsOf(spec);
  for (const name of wanted) {
    const found = allMutations.find((mutation) => mutation.name === name);
    if (found === undefined || !("change" in found)) throw new Error(`there is no mutation ${name}`);
    found.change(parts);
  }
  return formatJson(spec);
}
