import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonPatchOperation, Spec } from "../../src/oci/spec.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { buildSpec } from "../../src/spec/build.ts";
import { lintRules, lintSpec } from "../../src/spec/lint.ts";
import { shared } from "../support/needs.ts";
import { brokenConfigs } from "./broken-configs.ts";
import { context, defaultSpec, image, put } from "./sample.ts";

const base = defaultSpec();

describe("lintSpec", () => {
  test("finds nothing in a default config", () => {
    expect(lintSpec(base)).toEqual([]);
  });

  test("finds nothing in the default config of a user that is not root", () => {
    expect(lintSpec(buildSpec(context, image({ Cmd: ["sh"], User: "ada" })))).toEqual([]);
  });

  test.each(brokenConfigs)("$rule: $broken", ({ rule, broken, at, level }) => {
    const spec = put(base, broken);
    const check = lintRules.find(({ name }) => name === rule)?.check;
    const found = check?.(spec).map((complaint) => [complaint.at, complaint.level]);
    expect(found).toEqual((Array.isArray(at) ? at : [at]).map((place) => [place, level ?? "error"]));
    expect(validateSpec(spec), "the schema has nothing against it").toEqual([]);
  });

  test.each(brokenConfigs)("$rule keeps quiet about $kept", ({ rule, kept }) => {
    const spec = put(base, kept);
    expect(lintRules.find(({ name }) => name === rule)?.check(spec)).toEqual([]);
    expect(validateSpec(spec)).toEqual([]);
  });

  test.each(brokenConfigs.filter(({ noFix }) => noFix !== true))(
    "the fix of $rule mends it: $broken",
    ({ rule, broken }) => {
      const check = lintRules.find(({ name }) => name === rule)?.check;
      let spec = put(base, broken);
      let problems = check?.(spec) ?? [];
      for (let round = 0; round < 20 && problems.length > 0; round++) {
        expect(problems[0]?.fix, `${problems[0]?.says} has a fix`).toBeDefined();
        spec = patched(spec, problems[0]?.fix ?? []);
        problems = check?.(spec) ?? [];
      }
      expect(problems).toEqual([]);
      expect(validateSpec(spec)).toEqual([]);
    },
  );

  test("every rule has a config that breaks it", () => {
    const covered = new Set(brokenConfigs.map(({ rule }) => rule));
    expect(lintRules.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
    expect(new Set(lintRules.map(({ name }) => name)).size).toBe(lintRules.length);
  });

  test("a bare config with nothing but a version passes every rule", () => {
    expect(lintSpec({ ociVersion: "1.0.0" })).toEqual([]);
  });

  test.skipIf(!existsSync(shared("reference/spec-statements.tsv")))("statements are ids of the list", () => {
    const text = readFileSync(shared("reference/spec-statements.tsv"), "utf8");
    const ids = new Set(text.split("\n").map((line) => line.split("\t")[0]));
    const named = brokenConfigs.flatMap(({ broken }) =>
      lintSpec(put(base, broken)).map(({ statement }) => statement),
    );
    const unknown = named.filter((statement) => statement !== undefined && !ids.has(statement));
    expect([...new Set(unknown)]).toEqual([]);
    expect(named.filter((statement) => statement !== undefined).length).toBeGreaterThan(60);
  });

  test("says are lower case without a full stop", () => {
    const says = brokenConfigs.flatMap(({ broken }) => lintSpec(put(base, broken)));
    for (const { says: text, hint = "x" } of says) {
      expect(text).not.toMatch(/\.$/);
      expect(hint).not.toMatch(/\.$/);
    }
  });
});

function patched(spec: Spec, operations: readonly JsonPatchOperation[]): Spec {
  return operations.reduce((current, operation) => {
    const at = operation.path.split("/");
    const index = at.at(-1) ?? "";
    const parent = at.slice(0, -1).join("/");
    const inList = operation.op === "add" && /^\d+$/.test(index);
    if (inList) return insert(current, parent, Number(index), operation.value);
    return put(current, { [operation.path]: operation.op === "remove" ? undefined : operation.value });
  }, spec);
}

function insert(spec: Spec, parent: string, index: number, value: unknown): Spec {
  const copy = structuredClone(spec);
  const list = parent
    .split("/")
    .slice(1)
    .reduce<unknown>((found, token) => (found as Record<string, unknown>)[token], copy);
  (list as unknown[]).splice(index, 0, value);
  return copy;
}
