import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { parseJson } from "../../src/oci/json.ts";
import { validateFeatures, validateSpec, validateState } from "../../src/oci/validate.ts";
import { describeWith, missing, shared } from "../support/needs.ts";

const validators = { config: validateSpec, features: validateFeatures, state: validateState };

describeWith(["../shared/reference"], "the examples of the runtime specification", () => {
  test.each(vectors("good"))("%s/good/%s is taken", (document, name) => {
    expect(validators[document](read(document, `good/${name}`))).toEqual([]);
  });

  test.each(vectors("bad").filter(([, name]) => name !== "invalid-json.json"))(
    "%s/bad/%s is refused",
    (document, name) => {
      expect(validators[document](read(document, `bad/${name}`))).not.toEqual([]);
    },
  );

  test.each(vectors("bad").filter(([, name]) => name === "invalid-json.json"))(
    "%s/bad/%s is no JSON",
    (document, name) => {
      expect(() => read(document, `bad/${name}`)).toThrow(OcilabError);
    },
  );

  test("there are as many as there were", () => {
    expect({ good: vectors("good").length, bad: vectors("bad").length }).toEqual({ good: 12, bad: 7 });
  });
});

type Name = keyof typeof validators;

function vectors(label: "good" | "bad"): readonly (readonly [Name, string])[] {
  if (missing("../shared/reference") !== undefined) return [];
  return (Object.keys(validators) as Name[]).flatMap((document) =>
    readdirSync(folder(document, label)).map((name) => [document, name] as const),
  );
}

function read(document: Name, path: string): unknown {
  return parseJson(readFileSync(folder(document, path), "utf8"), { name: path });
}

function folder(document: Name, path: string): string {
  return join(shared("reference/runtime-spec-1.3.0/schema/test"), document, path);
}
