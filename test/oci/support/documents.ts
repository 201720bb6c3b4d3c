import { type Located, resolve, type Schema } from "../../../scripts/generate/schemas.ts";
import { pointerToken, valueAt } from "../../../src/oci/pointer.ts";
import type { Schemas } from "./official.ts";

/** Pseudo-random choices that one seed decides. */
export type Choices = {
  below(limit: number): number;
  chance(probability: number): boolean;
  of<T>(list: readonly T[]): T;
};
type Making = { readonly schemas: Schemas; readonly choices: Choices; readonly rich: number };

/** Numbers at which bounds lie, and beside them. */
const numbers: readonly unknown[] = [
  0,
  1,
  -1,
  2,
  7,
  255,
  256,
  511,
  512,
  1000,
  1001,
  -1000,
  -1001,
  65535,
  65536,
  1.5,
  1e19,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 32 - 1,
  2 ** 53 - 1,
  9007199254740992n,
  9223372036854775807n,
  9223372036854775808n,
  -9223372036854775808n,
  -9223372036854775809n,
  18446744073709551615n,
  18446744073709551616n,
];

/** Words that some pattern or choice takes, and words that are nearly such. */
const words: readonly string[] = [
  "",
  "x",
  "0-3,7",
  "0-3;7",
  "RLIMIT_NOFILE",
  "RLIMIT_nofile",
  "CAP_KILL",
  "CAP_kill",
  "2MB",
  "64kB",
  "02MB",
  "MB:0=20",
  "L3:0=f",
  "MB:a\nb",
  "2024-05-01T12:00:00Z",
  "2024-05-01",
  "2024-13-01T12:00:00Z",
  "https://example.org/a",
  "not a uri",
  `sha256:${"a".repeat(64)}`,
  `sha256:${"A".repeat(64)}`,
  "sha256:abc",
  `sha512:${"0".repeat(128)}`,
  "md5:abc",
  "a:b",
  "application/vnd.oci.image.manifest.v1+json",
  "a/b",
  "a/b/c",
  "/x",
  "c",
  "b",
  "cc",
  "1.0.0",
  "paused",
  "SCMP_ACT_ALLOW",
  "new",
  "disable",
  "network",
  "layers",
];

/** One value of each kind and size: what stands where something else should. */
export const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  ...numbers,
  ...words,
  [],
  {},
  [null],
  ["x"],
  ["x", 1],
  [1],
  [{}],
  [[]],
  { x: null },
  { x: "x" },
  { x: 1 },
  { x: {} },
  { "": 1 },
  { "": "x" },
  { x: [] },
];

/** mulberry32. */
export function choicesFrom(seed: number): Choices {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    of: <T>(list: readonly T[]): T => list[below(list.length)] as T,
  };
}

/** A document that a schema should take, made by walking it. `rich` is how likely an optional member is there. */
export function makeDocument(root: Located, making: Making): unknown {
  const { file, schema } = resolve(making.schemas, root);
  const below = (inner: Schema): unknown => makeDocument({ file, schema: inner }, making);
  if (schema["const"] !== undefined) return schema["const"];
  if (schema.enum !== undefined) return making.choices.of(schema.enum);
  if (Array.isArray(schema["anyOf"])) return below(making.choices.of(schema["anyOf"] as readonly Schema[]));
  if (Array.isArray(schema["allOf"]))
    return Object.assign({}, ...(schema["allOf"] as readonly Schema[]).map(below));
  const type = Array.isArray(schema.type) ? making.choices.of(schema.type as readonly string[]) : schema.type;
  switch (type) {
    case "object":
      return makeObject({ file, schema }, making);
    case "array":
      return Array.from(
        { length: making.choices.of([0, 1, 1, 2]) + (schema["minItems"] === undefined ? 0 : 1) },
        () => below(schema.items ?? (schema["prefixItems"] as readonly Schema[] | undefined)?.[0] ?? {}),
      );
    case "string":
      return making.choices.of(
        schema.pattern === undefined
          ? words
          : words.filter((word) => new RegExp(schema.pattern ?? "").test(word)),
      );
    case "integer":
      return makeInteger(schema, making.choices);
    case "boolean":
      return making.choices.chance(0.5);
    default:
      return null;
  }
}

function makeObject({ file, schema }: Located, making: Making): unknown {
  const deeper = { ...making, rich: making.rich * 0.85 };
  const made: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) || making.choices.chance(making.rich)) {
      made[name] = makeDocument({ file, schema: inner }, deeper);
    }
  }
  for (const [name, inner] of others(schema)) made[name] = makeDocument({ file, schema: inner }, deeper);
  return made;
}

function others(schema: Schema): readonly (readonly [string, Schema])[] {
  const patterns = Object.values((schema["patternProperties"] as Record<string, Schema> | undefined) ?? {});
  const inner = typeof schema.additionalProperties === "object" ? schema.additionalProperties : patterns[0];
  return inner === undefined
    ? []
    : [
        ["x", inner],
        ["org.example/y~z", inner],
      ];
}

function makeInteger({ minimum, maximum }: Schema, choices: Choices): unknown {
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined);
  const fits = numbers.filter(
    (number) =>
      (typeof number === "bigint" || Number.isInteger(number)) &&
      Number(number) >= Number(minimum ?? -1) &&
      Number(number) < Number(maximum ?? 1e6),
  );
  return choices.of([...fits, ...bounds]);
}

/** `document` with one thing changed at a random place: dropped, renamed, put in another's place, made odd. */
export function mutate(document: unknown, choices: Choices): unknown {
  const target = choices.of(placesOf(document));
  const kind = choices.below(4);
  return edit(document, target, (value) => {
    if (kind === 0) return undefined;
    if (kind === 1 && typeof value === "object" && value !== null && !Array.isArray(value))
      return { ...value, "": choices.of(oddValues) };
    if (kind === 2) return choices.of(placesOf(document).map((place) => valueAt(document, place)));
    return choices.of(oddValues);
  });
}

/** The pointers of all values in a document, the document itself first. */
export function placesOf(value: unknown, pointer = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [pointer];
  return [
    pointer,
    ...Object.entries(value).flatMap(([name, member]) => placesOf(member, pointer + pointerToken(name))),
  ];
}

/** `document` with the value at `pointer` replaced by what `change` makes of it; undefined removes it. */
export function edit(document: unknown, pointer: string, change: (value: unknown) => unknown): unknown {
  const [first, ...rest] = pointer.split("/").slice(1);
  if (first === undefined) return change(document) ?? null;
  const name = first.replaceAll("~1", "/").replaceAll("~0", "~");
  const below = rest.map((token) => `/${token}`).join("");
  if (Array.isArray(document)) {
    const changed = edit(document[Number(name)], below, change);
    return below === "" && changed === null && change(document[Number(name)]) === undefined
      ? document.filter((_, index) => index !== Number(name))
      : document.map((element, index) => (index === Number(name) ? changed : element));
  }
  const { [name]: member, ...others } = document as Record<string, unknown>;
  if (below === "" && change(member) === undefined) return others;
  return { ...others, [name]: edit(member, below, change) };
}

/** The least document that has a certain member or element, the pointer to that, and the values it may choose from. */
type Least = { readonly document: unknown; readonly pointer: string; readonly values: readonly unknown[] };

/** The least document for every member and element that a schema describes. */
export function* leastDocuments(root: Located, schemas: Schemas): Generator<Least> {
  const making: Making = { schemas, choices: choicesFrom(1), rich: 0 };
  yield* least(root, { making, wrap: (value) => value, pointer: "" });
}

type Path = { readonly making: Making; readonly wrap: (value: unknown) => unknown; readonly pointer: string };

function* least(located: Located, { making, wrap, pointer }: Path): Generator<Least> {
  const { file, schema } = resolve(making.schemas, located);
  yield { document: wrap(makeDocument({ file, schema }, making)), pointer, values: schema.enum ?? [] };
  const into = (inner: Schema, name: string, hold: (value: unknown) => unknown) =>
    least(
      { file, schema: inner },
      { making, wrap: (value) => wrap(hold(value)), pointer: pointer + pointerToken(name) },
    );
  const object = { file, schema: { ...schema, type: "object" } };
  for (const [name, inner] of [...Object.entries(schema.properties ?? {}), ...others(schema)]) {
    yield* into(inner, name, (value) => ({ ...(makeObject(object, making) as object), [name]: value }));
  }
  const element = schema.items ?? (schema["prefixItems"] as readonly Schema[] | undefined)?.[0];
  if (element !== undefined) yield* into(element, "0", (value) => [value]);
  for (const choice of [...((schema["anyOf"] ?? schema["allOf"] ?? []) as readonly Schema[])]) {
    yield* least(
      { file, schema: choice },
      { making, wrap: (value) => wrap(mergedWith(makeDocument({ file, schema }, making), value)), pointer },
    );
  }
}

function mergedWith(whole: unknown, part: unknown): unknown {
  return typeof whole === "object" && typeof part === "object" ? { ...whole, ...part } : part;
}
