import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/needs.ts";

type Schema = {
  readonly $ref?: string;
  readonly since?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
};

/** A property of config.json: its pointer with "*" for indices and free keys, and the version that it and all above it came with. */
export type SchemaField = { readonly at: string; readonly since: string };

const places = fieldsOf({ $ref: "config.schema.json" }, { file: "config.schema.json", at: "", since: "1.0" });

/** Every property that schemas/config.schema.json describes. */
export const schemaFields: readonly SchemaField[] = places.filter(({ choices }) => choices === undefined);

/** The texts that a property or a list's entry may be, where the schema lists them. */
export const schemaChoices = places.flatMap(({ at, choices }) =>
  choices === undefined ? [] : [{ at, choices }],
);

type Place = SchemaField & { readonly file: string };
type Found = SchemaField & { readonly choices?: readonly string[] };

function fieldsOf(schema: Schema, place: Place): readonly Found[] {
  const { file, at } = place;
  const since = later(place.since, schema.since ?? "1.0");
  if (schema.$ref !== undefined) {
    const [name = "", pointer = ""] = schema.$ref.split("#");
    const target = name === "" ? file : name;
    if (!/^(config|linux|platforms)\.schema\.json$/.test(target)) return [];
    return fieldsOf(schemaAt(target, pointer), { file: target, at, since });
  }
  if (schema.enum !== undefined) return [{ at, since, choices: schema.enum }];
  const free = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
      const field = { at: `${at}/${name}`, since: later(since, inner.since ?? "1.0") };
      return [field, ...fieldsOf(inner, { ...field, file })];
    }),
    ...(schema.items === undefined ? [] : fieldsOf(schema.items, { file, at: `${at}/*`, since })),
    ...(free === undefined ? [] : fieldsOf(free, { file, at: `${at}/*`, since })),
  ];
}

function later(a: string, b: string): string {
  return a.localeCompare(b, "en", { numeric: true }) < 0 ? b : a;
}

function schemaAt(file: string, pointer: string): Schema {
  const document = JSON.parse(readFileSync(join(repository, "schemas", file), "utf8")) as Schema;
  return pointer
    .split("/")
    .slice(1)
    .reduce<Schema>((found, token) => (found as Readonly<Record<string, Schema>>)[token] ?? {}, document);
}
