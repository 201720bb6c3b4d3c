import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatJson } from "../../../src/oci/json.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { compareSpecs } from "../../../src/spec/diff/compare.ts";
import { groupNames } from "../../../src/spec/diff/difference.ts";
import { brokenConfigs } from "../broken-configs.ts";
import { defaultSpec, put } from "../sample.ts";
import { differentPairs, type Pair, samePairs } from "./cases.ts";

const named = ([at, a, b]: Pair) => `${at}: ${formatJson(a ?? null)} and ${formatJson(b ?? null)}`;
const specs = ([at, a, b]: Pair): readonly [Spec, Spec] => [
  put(defaultSpec(), { [at]: a }),
  put(defaultSpec(), { [at]: b }),
];

describe("two ways to say the same", () => {
  test.each(samePairs.map((pair) => ({ title: named(pair), pair })))("$title", ({ pair }) => {
    const [a, b] = specs(pair);
    expect(compareSpecs(a, b)).toEqual([]);
    expect(compareSpecs(b, a)).toEqual([]);
  });
});

describe("what differs is told once", () => {
  test.each(
    differentPairs.map(([at, a, b, told]) => ({ title: named([at, a, b]), pair: [at, a, b] as const, told })),
  )("$title", ({ pair, told }) => {
    const [a, b] = specs(pair);
    const there = compareSpecs(a, b);
    expect(there).toHaveLength(1);
    expect(there[0]).toMatchObject(told);
    const back = compareSpecs(b, a);
    expect(back.map((one) => ({ ...one, a: one.b, b: one.a, says: "" }))).toEqual(
      there.map((one) => ({ ...one, says: "" })),
    );
  });

  test("a capability that all sets lack is one difference, and all calls of one change are one", () => {
    const a = defaultSpec();
    const without = (names: readonly string[] | undefined) => names?.filter((name) => name !== "CAP_MKNOD");
    const sets = Object.entries(a.process?.capabilities ?? {}).map(([set, names]) => [set, without(names)]);
    const b = put(a, { "/process/capabilities": Object.fromEntries(sets) });
    expect(compareSpecs(a, b).map(({ what }) => what)).toEqual([
      "CAP_MKNOD (bounding, effective, permitted)",
    ]);
  });

  test("groups come in one order, each difference with one sentence", () => {
    const differences = compareSpecs(defaultSpec(), { ociVersion: "1.0.0", vendor: 1 } as Spec);
    const order = [...new Set(differences.map(({ group }) => group))];
    expect(order).toEqual(groupNames.filter((name) => order.includes(name)));
    expect(differences.length).toBeGreaterThan(20);
    for (const { says, what } of differences) {
      expect(says).toMatch(/^[\w/].*\.$/s);
      expect(what).not.toBe("");
    }
  });
});

test.each(
  brokenConfigs.flatMap(({ rule, broken, kept }) => [[rule, broken] as const, [rule, kept] as const]),
)("a config with faults is compared as well: %s", (_rule, changes) => {
  const spec = put(defaultSpec(), changes);
  expect(compareSpecs(spec, structuredClone(spec))).toEqual([]);
  const there = compareSpecs(defaultSpec(), spec);
  expect(compareSpecs(spec, defaultSpec())).toHaveLength(there.length);
  for (const { what, says } of there) expect([what, says]).not.toContain("");
});

test("lists whose order means nothing may be shuffled, and members too", () => {
  const spec = defaultSpec();
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(1000)), (numbers) => {
      const shuffled = shuffle(spec, "", () => numbers.next().value ?? 0) as Spec;
      return compareSpecs(spec, shuffled).length === 0;
    }),
    { numRuns: 30 },
  );
});

/** Not sequences: args, device rules of several turns; and mounts, of which some lie below others. */
const unordered =
  /^\/(process\/(env|capabilities\/\w+|user\/additionalGids)|linux\/(namespaces|maskedPaths|readonlyPaths|seccomp\/(architectures|syscalls(\/\d+\/names)?))|mounts\/\d+\/options)$/;

function shuffle(value: unknown, at: string, next: () => number): unknown {
  if (typeof value !== "object" || value === null) return value;
  const mixed = <T>(list: readonly T[]) =>
    list
      .map((entry) => [next(), entry] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, entry]) => entry);
  if (!Array.isArray(value))
    return Object.fromEntries(
      mixed(Object.entries(value)).map(([name, inner]) => [name, shuffle(inner, `${at}/${name}`, next)]),
    );
  const inner = value.map((entry, index) => shuffle(entry, `${at}/${index}`, next));
  return unordered.test(at) ? mixed(inner) : inner;
}
