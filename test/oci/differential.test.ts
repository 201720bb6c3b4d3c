import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatJson } from "../../src/oci/json.ts";
import { valueAt } from "../../src/oci/pointer.ts";
import { describeWith, repository } from "../support/needs.ts";
import { type Difference, matches } from "./support/difference.ts";
import { imageDifferences } from "./support/differences-image.ts";
import { runtimeDifferences } from "./support/differences-runtime.ts";
import {
  choicesFrom,
  edit,
  leastDocuments,
  makeDocument,
  mutate,
  oddValues,
  placesOf,
} from "./support/documents.ts";
import {
  compileFaults,
  type DocumentName,
  documents,
  ours,
  readOfficial,
  type Schemas,
} from "./support/official.ts";

const differences = [...runtimeDifferences, ...imageDifferences];
const random = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

describeWith(["../shared/reference"], "our schemas and the official ones", () => {
  const sides = new Map(names().map((name) => [name, sidesOf(name)]));

  test.each(names())("%s: agree on every member with every odd value in its place", (name) => {
    const { judge, roots } = sideOf(sides, name);
    const tried = new Set<string>();
    const disagreements: string[] = [];
    for (const [schemas, file] of [roots.ours, roots.official]) {
      for (const { document, pointer, values } of leastDocuments(
        { file, schema: schemas[file] ?? {} },
        schemas,
      )) {
        for (const value of [undefined, ...values, ...oddValues]) {
          const odd = edit(document, pointer, () => value);
          const text = formatJson(odd);
          if (!tried.has(text)) disagreements.push(...[judge(odd) ?? []].flat());
          tried.add(text);
        }
      }
    }
    expect(disagreements.slice(0, 5)).toEqual([]);
    expect(tried.size).toBeGreaterThan(50);
  });

  test(`agree on generated and mutated documents (seeds 1 and ${random}; SEED=${random} repeats this run)`, () => {
    const verdicts = { taken: 0, refused: 0 };
    for (const seed of [1, random]) {
      const seeds = fc.tuple(fc.constantFrom(...weighted()), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
      fc.assert(
        fc.property(seeds, ([name, number]) => {
          const { official, judge, roots } = sideOf(sides, name);
          const document = documentFrom(number, roots);
          verdicts[official(document).size === 0 ? "taken" : "refused"]++;
          const disagreement = judge(document);
          if (disagreement !== undefined) throw new Error(shrunk(document, judge));
        }),
        { numRuns: 5000, seed, endOnFailure: true },
      );
    }
    expect(verdicts.taken).toBeGreaterThan(1500);
    expect(verdicts.refused).toBeGreaterThan(1500);
  });

  test.each(differences)("differ at $at of $document as docs/schemas.md says", (difference) => {
    const { official, mine } = sideOf(sides, firstDocument(difference));
    const [strict, lax] = difference.stricter === "ours" ? [mine, official] : [official, mine];
    const only = [...strict(difference.witness)].filter((pointer) => !lax(difference.witness).has(pointer));
    expect(only.length).toBeGreaterThan(0);
    expect(only.filter((pointer) => !matches(difference.at, pointer))).toEqual([]);
  });
});

test("docs/schemas.md has the table of differences", () => {
  const text = readFileSync(join(repository, "docs/schemas.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| [^|]+ \| `[/*]/.test(line));
  expect(rows).toEqual(differences.map(row));
});

type Side = {
  readonly mine: (value: unknown) => ReadonlySet<string>;
  readonly official: (value: unknown) => ReadonlySet<string>;
  /** What the two say differently beyond the deliberate differences, or undefined. */
  readonly judge: (value: unknown) => string | undefined;
  readonly roots: {
    readonly ours: readonly [Schemas, string];
    readonly official: readonly [Schemas, string];
  };
};

function names(): readonly DocumentName[] {
  return Object.keys(documents) as DocumentName[];
}

/** config.json is by far the largest document. */
function weighted(): readonly DocumentName[] {
  return [
    ...names(),
    ...names(),
    "config",
    "config",
    "config",
    "config",
    "config",
    "config",
    "config",
    "config",
    "config",
    "config",
  ];
}

function sideOf(sides: ReadonlyMap<DocumentName, Side>, name: DocumentName): Side {
  const side = sides.get(name);
  if (side === undefined) throw new Error(`no document ${name}`);
  return side;
}

function sidesOf(name: DocumentName): Side {
  const { ours: file, spec, official: officialFile } = documents[name];
  const officials = readOfficial(spec);
  const mine = compileFaults(ours, file);
  const official = compileFaults(officials, officialFile);
  return {
    mine,
    official,
    judge: (value) => disagreement(name, { value, mine: mine(value), official: official(value) }),
    roots: { ours: [ours, file], official: [officials, officialFile] },
  };
}

type Verdicts = {
  readonly value: unknown;
  readonly mine: ReadonlySet<string>;
  readonly official: ReadonlySet<string>;
};

function disagreement(name: DocumentName, { value, mine, official }: Verdicts): string | undefined {
  const allowed = differences.filter(({ document }) => [document].flat().includes(name));
  const unexplained = (side: "ours" | "official", pointer: string): boolean =>
    !allowed.some(
      ({ at, stricter, of }) =>
        stricter === side && matches(at, pointer) && (of === undefined || of(valueAt(value, pointer))),
    );
  const only = (
    side: "ours" | "official",
    [these, those]: readonly ReadonlySet<string>[],
  ): readonly string[] =>
    [...(these ?? [])].filter((pointer) => !those?.has(pointer) && unexplained(side, pointer));
  const wrong = [
    ...only("ours", [mine, official]).map((pointer) => `only ours: ${pointer}`),
    ...only("official", [official, mine]).map((pointer) => `only official: ${pointer}`),
  ];
  return wrong.length === 0 ? undefined : `${name}: ${wrong.join(", ")} in ${formatJson(value)}`;
}

function documentFrom(number: number, roots: Side["roots"]): unknown {
  const choices = choicesFrom(number);
  const [schemas, file] = choices.chance(0.5) ? roots.ours : roots.official;
  let document = makeDocument(
    { file, schema: schemas[file] ?? {} },
    { schemas, choices, rich: choices.of([0.1, 0.3, 0.6]) },
  );
  for (let count = choices.of([0, 0, 1, 1, 2, 4]); count > 0; count--) document = mutate(document, choices);
  return document;
}

/** The disagreement over the least document that still shows one, found by removing what can be removed. */
function shrunk(document: unknown, judge: Side["judge"]): string {
  for (const place of placesOf(document).slice(1)) {
    const less = edit(document, place, () => undefined);
    if (judge(less) !== undefined) return shrunk(less, judge);
  }
  return judge(document) ?? "";
}

function firstDocument({ document }: Difference): DocumentName {
  return [document].flat()[0] as DocumentName;
}

function row({ document, at, official, ours: mine, why }: Difference): string {
  return `| ${[document].flat().join(", ")} | \`${at}\` | ${official} | ${mine} | ${why} |`;
}
