import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnySchemaObject } from "ajv/dist/core.js";
import { readSchemas, resolve, rewrite, type Schema } from "../../../scripts/generate/schemas.ts";
import { exactIntegers, newAjv } from "../../../scripts/generate/validators.ts";
import { parseJson } from "../../../src/oci/json.ts";
import { pointerToken } from "../../../src/oci/pointer.ts";
import { shared } from "../../support/needs.ts";

/** Schemas of one origin by file name. */
export type Schemas = Readonly<Record<string, Schema>>;

/** Where each document is described: by us, and by the specification (folder of ../shared/reference and file). */
export const documents = {
  config: { ours: "config.schema.json", spec: "runtime-spec-1.3.0", official: "config-schema.json" },
  state: { ours: "state.schema.json", spec: "runtime-spec-1.3.0", official: "state-schema.json" },
  features: { ours: "features.schema.json", spec: "runtime-spec-1.3.0", official: "features-schema.json" },
  descriptor: {
    ours: "descriptor.schema.json",
    spec: "image-spec-1.1.1",
    official: "content-descriptor.json",
  },
  index: { ours: "index.schema.json", spec: "image-spec-1.1.1", official: "image-index-schema.json" },
  manifest: {
    ours: "manifest.schema.json",
    spec: "image-spec-1.1.1",
    official: "image-manifest-schema.json",
  },
  "image-config": {
    ours: "image-config.schema.json",
    spec: "image-spec-1.1.1",
    official: "config-schema.json",
  },
  layout: { ours: "layout.schema.json", spec: "image-spec-1.1.1", official: "image-layout-schema.json" },
} as const;
export type DocumentName = keyof typeof documents;

/** Our schemas. */
export const ours: Schemas = readSchemas();

/** The official schemas of one specification, rewritten from draft-04 into the language that ours are in, with the same meaning. */
export function readOfficial(spec: string): Schemas {
  const folder = shared(`reference/${spec}/schema`);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const read = (name: string): unknown => parseJson(readFileSync(join(folder, name), "utf8"), { name });
  const schemas = Object.fromEntries(files.map((name) => [name, rewrite(read(name), fromDraft4) as Schema]));
  return Object.fromEntries(
    files.map((name) => [
      name,
      rewrite(schemas[name], (node) => withoutOneOf(schemas, { file: name, node })) as Schema,
    ]),
  );
}

/** The pointers at which a document breaks its schema; a missing member counts at its own place. */
export function compileFaults(schemas: Schemas, root: string): (value: unknown) => ReadonlySet<string> {
  const ajv = newAjv({ strict: false });
  for (const [file, schema] of Object.entries(schemas))
    ajv.addSchema(exactIntegers(schema) as AnySchemaObject, file);
  const validate = ajv.getSchema(root);
  if (validate === undefined) throw new Error(`there is no schema ${root}`);
  return (value) => {
    if (validate(value)) return new Set();
    const faults = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf");
    return new Set(
      faults.map(({ instancePath, keyword, params }) =>
        keyword === "required"
          ? instancePath + pointerToken(String(params["missingProperty"]))
          : instancePath,
      ),
    );
  };
}

/** draft-04 in draft 2020-12: ids go, a list of items is prefixItems, formats are the patterns we use, one broken reference is mended. */
function fromDraft4(node: Record<string, unknown>): unknown {
  const { id, $schema: _schema, items, format, $ref, ...rest } = node;
  return {
    ...rest,
    ...(typeof id === "string" || id === undefined ? {} : { id }),
    ...(items === undefined ? {} : Array.isArray(items) ? { prefixItems: items } : { items }),
    ...(format === undefined ? {} : typeof format === "string" ? { pattern: formats[format] } : { format }),
    ...($ref === undefined
      ? {}
      : { $ref: typeof $ref === "string" ? $ref.replace("#definitions/", "#/definitions/") : $ref }),
  };
}

/** `oneOf: [A, null]` as A that may be null: the same meaning, and faults at the same places. */
function withoutOneOf(
  schemas: Schemas,
  { file, node }: { readonly file: string; readonly node: Record<string, unknown> },
): unknown {
  const { oneOf, ...rest } = node;
  if (!Array.isArray(oneOf) || oneOf.length !== 2) return node;
  const { schema } = resolve(schemas, { file, schema: oneOf[0] as Schema });
  if (schema.type === "integer") return node;
  return { ...rest, ...schema, type: [schema.type, "null"] };
}

const formats: Readonly<Record<string, unknown>> = {
  "date-time": ours["image-config.schema.json"]?.properties?.["created"]?.pattern,
  uri: ours["descriptor.schema.json"]?.$defs?.["Descriptor"]?.properties?.["urls"]?.items?.pattern,
};
