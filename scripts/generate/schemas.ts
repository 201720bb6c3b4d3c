import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../src/oci/json.ts";

/** A node of a JSON Schema as far as ours use the language. Integers of the text may be bigints. */
export type Schema = {
  readonly $id?: string | undefined;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>> | undefined;
  readonly title?: string;
  readonly description?: string | undefined;
  readonly since?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
};
/** A schema beside the file it stands in, which its references count from. */
export type Located = { readonly file: string; readonly schema: Schema };

const folder = join(import.meta.dirname, "../../schemas");

/** Our schemas of the OCI documents by file name, sorted; those of the commands' output (schemas/output) are not among them. */
export function readSchemas(): Readonly<Record<string, Schema>> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".schema.json"));
  return Object.fromEntries(
    files
      .sort()
      .map((name) => [name, parseJson(readFileSync(join(folder, name), "utf8"), { name }) as Schema]),
  );
}

/** What the `$ref` of a node refers to, followed to its end; the node itself when it has none. */
export function resolve(schemas: Readonly<Record<string, Schema>>, { file, schema }: Located): Located {
  if (schema.$ref === undefined) return { file, schema };
  const [name, pointer = ""] = schema.$ref.split("#");
  const target = name === undefined || name === "" ? file : name;
  let found: unknown = schemas[target];
  for (const token of pointer.split("/").slice(1))
    found = (found as Record<string, unknown> | undefined)?.[token];
  if (typeof found !== "object" || found === null) throw new Error(`${file}: nothing is at ${schema.$ref}`);
  return resolve(schemas, { file: target, schema: found as Schema });
}

/** `value` with `change` applied to every object in it, innermost first. */
export function rewrite(value: unknown, change: (node: Record<string, unknown>) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => rewrite(element, change));
  if (typeof value !== "object" || value === null) return value;
  return change(
    Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rewrite(member, change)])),
  );
}
