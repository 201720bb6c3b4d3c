import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedDocuments } from "../../scripts/documents.ts";
import { repository } from "../support/needs.ts";

test.each(Object.entries(generatedDocuments()))(
  "%s says what the code says (else: npm run docs)",
  (path, text) => {
    expect(readFileSync(join(repository, path), "utf8")).toBe(text);
  },
);
