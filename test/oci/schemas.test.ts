import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readSchemas, resolve, type Schema } from "../../scripts/generate/schemas.ts";
import { generateTypes } from "../../scripts/generate/types.ts";
import { generateValidators } from "../../scripts/generate/validators.ts";
import { formatJson } from "../../src/oci/json.ts";
import { patternWords } from "../../src/oci/problems.ts";
import type { State } from "../../src/oci/spec.ts";
import type { StateDocument } from "../../src/oci/types/runtime.ts";
import { repository } from "../support/needs.ts";

const schemas = readSchemas();
const nodes = Object.entries(schemas).flatMap(([file, schema]) => nodesOf(file, { schema, at: "" }));
const properties = nodes.flatMap(({ file, schema, at }) =>
  Object.entries(schema.properties ?? {}).map(([name, inner]) => ({
    where: `${file}#${at}/properties/${name}`,
    name,
    inner,
  })),
);
const versions = ["1.0", "1.0.1", "1.0.2", "1.1", "1.2", "1.2.1", "1.3"];

describe("every schema", () => {
  test("is draft 2020-12 and called as its file", () => {
    for (const [file, schema] of Object.entries(schemas)) {
      expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
      expect(schema.$id).toBe(file);
    }
  });

  test("describes every property and says since when it is there", () => {
    // The condition of the state schema names a property without describing it.
    const described = properties.filter(({ where }) => !where.includes("/if/"));
    expect(described.length).toBeGreaterThan(300);
    const wrong = described.filter(
      ({ inner }) => !isSentence(inner.description) || !versions.includes(inner.since ?? ""),
    );
    expect(wrong.map(({ where }) => where)).toEqual([]);
  });

  test("says nothing twice: no two properties of one object have one description", () => {
    const twice = nodes.flatMap(({ file, schema, at }) => {
      const texts = Object.values(schema.properties ?? {}).map(({ description }) => description);
      return new Set(texts).size === texts.length ? [] : [`${file}#${at}`];
    });
    expect(twice).toEqual([]);
  });

  test("has references that lead somewhere", () => {
    const references = nodes.filter(({ schema }) => schema.$ref !== undefined);
    expect(references.length).toBeGreaterThan(100);
    for (const { file, schema } of references)
      expect(resolve(schemas, { file, schema }).schema).toBeDefined();
  });

  test("has only patterns that can be put in words", () => {
    const patterns = new Set(nodes.flatMap(({ schema }) => schema.pattern ?? []));
    expect([...patterns].sort()).toEqual(Object.keys(patternWords).sort());
  });

  test("bounds every integer but constants", () => {
    const open = nodes.filter(({ schema }) => schema.type === "integer" && schema["const"] === undefined);
    expect(open.filter(({ schema }) => schema.minimum === undefined || schema.maximum === undefined)).toEqual(
      [],
    );
  });
});

test("any validator of draft 2020-12 can use them, to the precision of its numbers", () => {
  const ajv = new Ajv2020({ strict: false });
  for (const [file, schema] of Object.entries(schemas)) ajv.addSchema(JSON.parse(formatJson(schema)), file);
  const config = ajv.getSchema("config.schema.json");
  expect(config?.({ ociVersion: "1.3.0", linux: { resources: { memory: { limit: 2 ** 40 } } } })).toBe(true);
  expect(config?.({ ociVersion: "1.3.0", linux: { resources: { memory: { limit: "1G" } } } })).toBe(false);
});

describe("what is made from the schemas", () => {
  test("the types in git are those that scripts/generate.ts makes", async () => {
    for (const [name, text] of Object.entries(await generateTypes())) {
      expect(readFileSync(join(repository, "src/oci/types", name), "utf8"), `node scripts/generate.ts`).toBe(
        text,
      );
    }
  });

  test("the validators import nothing and are the same every time", () => {
    const [first, second] = [generateValidators(), generateValidators()];
    expect(first).toEqual(second);
    for (const text of Object.values(first)) expect(text).not.toMatch(/\bimport\b.*\bfrom\b|\brequire\(/);
  });

  test("a state is what its schema says", () => {
    const state = {
      ociVersion: "1.0.0",
      id: "x",
      bundle: "/b",
      status: "running",
      pid: 1,
    } as unknown as State;
    const document: StateDocument = { ...state, annotations: { ...state.annotations } };
    const statuses: Record<StateDocument["status"], State["status"]> = {
      creating: "creating",
      created: "created",
      running: "running",
      paused: "paused",
      stopped: "stopped",
    };
    expect(statuses[document.status]).toBe("running");
  });
});

type Node = { readonly file: string; readonly schema: Schema; readonly at: string };

function nodesOf(
  file: string,
  { schema, at }: { readonly schema: Schema; readonly at: string },
): readonly Node[] {
  const below = ([name, value]: readonly [string, unknown]): readonly Node[] =>
    typeof value === "object" && value !== null
      ? nodesOf(file, { schema: value as Schema, at: `${at}/${name}` })
      : [];
  return [{ file, schema, at }, ...Object.entries(schema).flatMap(below)];
}

function isSentence(text: string | undefined): boolean {
  return text !== undefined && /^[A-Z0-9].{4,}\.$/s.test(text);
}
