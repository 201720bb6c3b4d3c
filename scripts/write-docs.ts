// `npm run docs`: writes the documents that are printed from code. A test compares each with what is committed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedDocuments } from "./documents.ts";

for (const [path, text] of Object.entries(generatedDocuments())) {
  writeFileSync(join(import.meta.dirname, "..", path), text);
  console.log(path);
}
