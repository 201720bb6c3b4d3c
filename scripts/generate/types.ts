import { compile } from "json-schema-to-typescript";
import { type Located, readSchemas, resolve, type Schema } from "./schemas.ts";

type Schemas = Readonly<Record<string, Schema>>;
type Making = { readonly schemas: Schemas; readonly definitions: Record<string, unknown> };

const modules = {
  runtime: ["config.schema.json", "state.schema.json", "features.schema.json"],
  image: ["index.schema.json", "manifest.schema.json", "image-config.schema.json", "layout.schema.json"],
} as const;

/** Scalars that TypeScript has an exact name for, by the reference that leads to them. */
const scalars: Readonly<Record<string, string>> = {
  "integers.schema.json#/$defs/int64": "Integer64",
  "integers.schema.json#/$defs/uint64": "Integer64",
  "#/$defs/Digest": "Digest",
  "descriptor.schema.json#/$defs/Digest": "Digest",
};

/** The files of src/oci/types by name. Documents of images are readonly throughout, as nothing ever changes one. */
export async function generateTypes(): Promise<Readonly<Record<string, string>>> {
  return {
    "runtime.ts": await moduleOf("runtime", { imports: "Integer64", readonly: false }),
    "image.ts": await moduleOf("image", { imports: "Digest", readonly: true }),
  };
}

async function moduleOf(
  module: keyof typeof modules,
  options: { readonly imports: string; readonly readonly: boolean },
): Promise<string> {
  const making: Making = { schemas: readSchemas(), definitions: {} };
  const roots = modules[module].map((file) => named({ file, schema: making.schemas[file] ?? {} }, making));
  const all = {
    title: "All",
    type: "object",
    properties: Object.fromEntries(roots.map((root, index) => [index, root])),
  };
  const code = await compile({ ...all, $defs: making.definitions } as object, "All", {
    additionalProperties: false,
    bannerComment: "",
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    style: { printWidth: 110 },
  });
  const banner = `// Made by scripts/generate.ts from schemas/.\nimport type { ${options.imports} } from "../scalars.ts";\n\n`;
  const types = asTypes(code.replace(/export interface All \{[\s\S]*?\n\}\n/, ""));
  return banner + (options.readonly ? asReadonly(types) : types).trimStart();
}

/** A reference to the definition of a schema with a title, made on first sight. */
function named({ file, schema }: Located, making: Making): unknown {
  const name = schema.title ?? "";
  if (!Object.hasOwn(making.definitions, name)) {
    making.definitions[name] = {};
    making.definitions[name] = inline(
      { file, schema: { ...schema, $defs: undefined, $id: undefined, $schema: undefined } },
      making,
    );
  }
  return { $ref: `#/$defs/${name}` };
}

function node({ file, schema }: Located, making: Making): unknown {
  if (schema.$ref === undefined) return inline({ file, schema }, making);
  const scalar = scalars[schema.$ref];
  if (scalar !== undefined) return { description: schema.description, tsType: scalar };
  const target = resolve(making.schemas, { file, schema });
  if (target.schema.title !== undefined) return named(target, making);
  return inline({ file: target.file, schema: { ...target.schema, description: schema.description } }, making);
}

function inline({ file, schema }: Located, making: Making): unknown {
  const { if: _if, then: _then, minimum: _minimum, maximum: _maximum, since: _since, ...kept } = schema;
  const below = (inner: Schema): unknown => node({ file, schema: inner }, making);
  const result: Record<string, unknown> = { ...kept };
  if (kept.properties !== undefined) {
    result["properties"] = Object.fromEntries(
      Object.entries(kept.properties).map(([name, inner]) => [name, below(inner)]),
    );
  }
  if (typeof kept.additionalProperties === "object")
    result["additionalProperties"] = below(kept.additionalProperties);
  if (kept.items !== undefined) result["items"] = below(kept.items);
  if (kept.type === "object" && kept.properties === undefined && kept.additionalProperties === undefined) {
    result["tsType"] = "Record<string, unknown>";
  }
  return JSON.parse(JSON.stringify(result));
}

/** Type aliases in place of interfaces: unlike those they may stand where an index signature is wanted. */
function asTypes(code: string): string {
  return code.replace(/^export interface (\w+) \{\n([\s\S]*?)^\}$/gm, "export type $1 = {\n$2};");
}

function asReadonly(code: string): string {
  return code
    .replace(/^( +)("?[\w.]+"?\??|\[k: string\]): /gm, "$1readonly $2: ")
    .replace(/(: |\| )(\w+)\[\]/g, "$1readonly $2[]")
    .replace(/(: |\| )\(([^()]+)\)\[\]/g, "$1readonly ($2)[]");
}
