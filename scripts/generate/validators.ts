import { Ajv2020 } from "ajv/dist/2020.js";
import { _Code } from "ajv/dist/compile/codegen/code.js";
import { _, type Code } from "ajv/dist/compile/codegen/index.js";
import type { AnySchemaObject, KeywordCxt } from "ajv/dist/core.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { readSchemas, rewrite } from "./schemas.ts";
import { shapesOf } from "./shapes.ts";

/** The modules of validators and what each exports: the name of a function, and the schema file it checks. */
const modules = {
  runtime: { config: "config.schema.json", state: "state.schema.json", features: "features.schema.json" },
  image: {
    index: "index.schema.json",
    manifest: "manifest.schema.json",
    imageConfig: "image-config.schema.json",
    layout: "layout.schema.json",
    descriptor: "descriptor.schema.json",
  },
} as const;

/** Faults of one list or object after which its other members are not looked at. */
const mostFaults = 1000;

const annotations: ReadonlySet<string> = new Set([
  "title",
  "description",
  "since",
  "format",
  "contentEncoding",
]);

const declaration = `type Fault = { readonly instancePath: string; readonly keyword: string; readonly params: Readonly<Record<string, unknown>> };
type Validator = { (value: unknown): boolean; errors?: readonly Fault[] | null };
`;

/** The files of src/oci/validators by name: validators as plain code that imports nothing, and the table of known member names. */
export function generateValidators(): Readonly<Record<string, string>> {
  const schemas = readSchemas();
  const files: Record<string, string> = {};
  for (const [module, exported] of Object.entries(modules)) {
    const ajv = newAjv();
    for (const [file, schema] of Object.entries(schemas))
      ajv.addSchema(exactIntegers(schema) as AnySchemaObject, file);
    files[`${module}.js`] = esModule(standaloneCode.default(ajv, { ...exported }));
    const declared = Object.keys(exported).map((name) => `export declare const ${name}: Validator;\n`);
    files[`${module}.d.ts`] = declaration + declared.join("");
  }
  return { ...files, ...shapesOf(schemas, modules.runtime) };
}

/**
 * An ajv that knows the keyword `integer` in place of type, minimum and maximum: it takes numbers and bigints and compares exactly,
 * which JavaScript does between a number and a bigint literal.
 */
export function newAjv(options: { readonly strict?: boolean } = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    messages: false,
    strict: options.strict ?? true,
    strictRequired: false,
    strictTypes: false,
    unicodeRegExp: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
  });
  ajv.addKeyword({
    keyword: "integer",
    code: integerCode,
    error: { message: "", params: ({ schema }) => _`${schema}` },
  });
  return ajv;
}

/** `schema` without what only people read, with every integer written for the keyword `integer`; the bounds are strings, for ajv prints schemas as JSON. */
export function exactIntegers(schema: unknown): unknown {
  return rewrite(schema, (described) => {
    const node = Object.fromEntries(
      Object.entries(described).filter(
        ([key, value]) => !(annotations.has(key) && typeof value === "string"),
      ),
    );
    if (node["type"] !== "integer") return node;
    const { type: _type, minimum, maximum, ...rest } = node;
    const bounds = {
      ...(minimum === undefined ? {} : { minimum: String(minimum) }),
      ...(maximum === undefined ? {} : { maximum: String(maximum) }),
    };
    return { ...rest, integer: bounds };
  });
}

function integerCode(context: KeywordCxt): void {
  const { data, schema } = context as {
    readonly data: Code;
    readonly schema: { minimum?: string; maximum?: string };
  };
  const whole = _`(typeof ${data} == "bigint" || Number.isInteger(${data}))`;
  const above = schema.minimum === undefined ? _`true` : _`${data} >= ${literal(schema.minimum)}`;
  const below = schema.maximum === undefined ? _`true` : _`${data} <= ${literal(schema.maximum)}`;
  context.pass(_`${whole} && ${above} && ${below}`);
}

function literal(digits: string): Code {
  return new _Code(Number.isSafeInteger(Number(digits)) ? digits : `${digits}n`);
}

/** The code without imports: the one helper that ajv may want is not needed by our keywords, so its presence is a mistake in a schema. */
function esModule(code: string): string {
  const wants = /\brequire\(\s*["']([^"']+)["']\s*\)/.exec(code);
  if (wants !== null) throw new Error(`a schema uses a keyword whose code wants ${wants[1]}`);
  return `// Made by scripts/generate.ts from schemas/.\n${bounded(code)}\n`;
}

/**
 * The code in linear time: ajv copies all faults so far for each element of a list that has one. And with an end: after `mostFaults` faults a list
 * or object is left.
 */
function bounded(code: string): string {
  const copied = /vErrors === null \? (\w+\.errors) : vErrors\.concat\(\1\)/g;
  const loop = /^for\((?:let (i\d+)=0; \1<len\d+; \1\+\+|const key\d+ in data\d*)\)\{$/gm;
  const made = code
    .replaceAll(copied, "joined(vErrors, $1)")
    .replaceAll(loop, (begin) => `${begin}\nif(errors > ${mostFaults})break;`);
  if (made.includes(".concat(")) throw new Error("ajv joins faults in another way than this knows");
  return `${made}
function joined(all, more){
if(all === null)return more;
for(const one of more)all.push(one);
return all;
}`;
}
