import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { repository } from "../support/needs.ts";

const directory = join(repository, "schemas/output");

/** The output schemas by name: "audit". */
export const outputSchemas = readdirSync(directory)
  .filter((name) => name.endsWith(".schema.json"))
  .map((name) => ({
    name: name.replace(".schema.json", ""),
    text: readFileSync(join(directory, name), "utf8"),
  }));

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
for (const { text } of outputSchemas) ajv.addSchema(JSON.parse(text));

/** Parse what a command printed under --json and check it against its schema; the document. */
export function checked(name: string, text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  const validate = ajv.getSchema(`${name}.schema.json`);
  expect(validate, `schemas/output/${name}.schema.json`).toBeDefined();
  validate?.(value);
  expect(validate?.errors ?? [], `${name}: ${text.slice(0, 300)}`).toEqual([]);
  return value as Record<string, unknown>;
}
