import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valueAt } from "../../src/oci/pointer.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { buildSpec } from "../../src/spec/build.ts";
import type { SpecOption } from "../../src/spec/context.ts";
import { lintSpec } from "../../src/spec/lint.ts";
import { optionCases } from "./option-cases.ts";
import { context, defaultSpec, differences, image } from "./sample.ts";

const base = defaultSpec();

describe("options", () => {
  test.each(optionCases)("$name changes $changes and nothing else", ({ option, changes }) => {
    const before = structuredClone(base);
    const after = option(base, { ...context, image: image({ Entrypoint: ["/entry"], Cmd: ["x"] }) });
    expect(base, "the spec that was given stays as it was").toEqual(before);
    expect(differences(base, after).toSorted()).toEqual(Object.keys(changes).toSorted());
    for (const [at, value] of Object.entries(changes)) expect(valueAt(after, at), at).toEqual(value);
    expect(validateSpec(after)).toEqual([]);
  });

  test.each(optionCases)("$name leaves a config without problems", ({ option }) => {
    const spec = buildSpec(context, image({ Cmd: ["/bin/sh"] }), option);
    expect(lintSpec(spec)).toEqual([]);
  });

  test("any of them together keep the schema, never touch their argument, and only change what one alone changes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...optionCases), { maxLength: 6 }), (cases) => {
        const frozen = deepFreeze(structuredClone(base));
        const spec = cases.reduce((current, { option }) => deepFreeze(option(current, context)), frozen);
        const allowed = cases.flatMap(({ changes, also = [] }) => [...Object.keys(changes), ...also]);
        const strange = differences(base, spec).filter((at) => !allowed.some((place) => touches(at, place)));
        expect(strange).toEqual([]);
        expect(validateSpec(spec)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([["twice the same", (option: SpecOption) => [option, option]]])(
    "%s has the effect of one, but for what is added to a list",
    (_, twice) => {
      for (const { option, adds } of optionCases) {
        if (adds === true) continue;
        const once = buildSpec(context, image({ Cmd: ["x"] }), option);
        expect(buildSpec(context, image({ Cmd: ["x"] }), ...twice(option))).toEqual(once);
      }
    },
  );
});

function touches(at: string, place: string): boolean {
  return at === place || at.startsWith(`${place}/`) || place.startsWith(`${at}/`);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
