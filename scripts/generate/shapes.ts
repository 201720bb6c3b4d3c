import { type Located, resolve, type Schema } from "./schemas.ts";

/** The member names that a place in a document knows, by index into one table: `p` members, `a` any other member, `i` elements. */
type Shape = { p?: Record<string, number>; a?: number; i?: number };

/** The module shapes.js with its declaration: the table, and for each document the index it begins at. */
export function shapesOf(
  schemas: Readonly<Record<string, Schema>>,
  documents: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shapes: Shape[] = [];
  const known = new Map<Schema, number>();
  const roots = Object.entries(documents).map(([name, file]): [string, number] => {
    const schema = schemas[file];
    if (schema === undefined) throw new Error(`there is no ${file}`);
    return [name, indexOf({ file, schema }, { schemas, shapes, known })];
  });
  return {
    "shapes.js": `// Made by scripts/generate.ts from schemas/.\nexport const shapes = ${JSON.stringify(shapes)};\nexport const roots = ${JSON.stringify(Object.fromEntries(roots))};\n`,
    "shapes.d.ts": `type Shape = { readonly p?: Readonly<Record<string, number>>; readonly a?: number; readonly i?: number };
export declare const shapes: readonly Shape[];
export declare const roots: { readonly ${roots.map(([name]) => `${name}: number`).join("; readonly ")} };\n`,
  };
}

type Making = {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly shapes: Shape[];
  readonly known: Map<Schema, number>;
};

function indexOf(located: Located, making: Making): number {
  const { file, schema } = resolve(making.schemas, located);
  const before = making.known.get(schema);
  if (before !== undefined) return before;
  const shape: Shape = {};
  const index = making.shapes.push(shape) - 1;
  making.known.set(schema, index);
  const below = (inner: Schema): number => indexOf({ file, schema: inner }, making);
  const { properties, additionalProperties, items } = schema;
  if (properties !== undefined) {
    shape.p = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, below(inner)]));
  }
  if (typeof additionalProperties === "object") shape.a = below(additionalProperties);
  if (items !== undefined) shape.i = below(items);
  return index;
}
