// `npm run bench [-- NAME...]`: every benchmark of this folder, or those named; each prints one ratio a line: `NAME: RATIO (ours N ms, PEER N ms)`.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts" && file !== "ratio.ts")
  .map((file) => file.slice(0, -3));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are: ${all.join(", ")}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : all) await import(join(import.meta.dirname, `${name}.ts`));
