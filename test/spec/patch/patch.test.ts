import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OcilabError } from "../../../src/base/errors.ts";
import { formatJson } from "../../../src/oci/json.ts";
import { buildSpec } from "../../../src/spec/build.ts";
import { withHostname } from "../../../src/spec/options/identity.ts";
import { withPatch } from "../../../src/spec/options/patch.ts";
import { withUser } from "../../../src/spec/options/user.ts";
import { patchBetween } from "../../../src/spec/patch/difference.ts";
import { sameJson } from "../../../src/spec/patch/equal.ts";
import { applyOperations } from "../../../src/spec/patch/json-patch.ts";
import { applyMergePatch } from "../../../src/spec/patch/merge-patch.ts";
import { parseOperations } from "../../../src/spec/patch/operations.ts";
import { applyPatch, parsePatch } from "../../../src/spec/patch/patch.ts";
import { context, defaultSpec, image } from "../sample.ts";
import { jsonPatchCases, mergeCases, noPatches } from "./cases.ts";

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 18446744073709551615n, "", "a"),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom("a", "b", "a/b", "m~n", "", "-", "0", "__proto__"), tie("value")),
  ),
})).value;
const patch = (value: unknown) => parsePatch(formatJson(value), { name: "p.json" });

describe("JSON Patch", () => {
  test.each(jsonPatchCases)("$says", (row) => {
    const before = structuredClone(row.document);
    const apply = () => applyOperations(row.document, parseOperations(row.patch as readonly unknown[]));
    if ("refused" in row) expect(apply).toThrow(row.refused);
    else expect(apply()).toStrictEqual(row.result);
    expect(row.document).toStrictEqual(before);
  });

  test.each(noPatches)("%j is none", (value, message) => {
    expect(() => patch(value)).toThrow(message);
  });

  test("two members of one name are one too many", () => {
    const text = '[{"op": "add", "path": "/a", "value": 1, "op": "remove"}]';
    expect(() => parsePatch(text, { name: "p.json" })).toThrow(/second time/);
  });

  test("the patch between two documents makes the one of the other", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const operations = patchBetween(a, b);
        const read = parsePatch(formatJson(operations), { name: "p" });
        expect(read.kind).toBe("operations");
        const made = applyOperations(a, operations);
        return sameJson(made, b) && (!sameJson(a, b) || operations.length === 0);
      }),
    );
  });

  test("one entry more in the middle of a list is one operation", () => {
    expect(patchBetween({ l: [1, 2, 4] }, { l: [1, 2, 3, 4] })).toEqual([
      { op: "add", path: "/l/2", value: 3 },
    ]);
  });
});

describe("merge patch", () => {
  test.each(
    mergeCases.map(([document, members, result]) => ({
      title: `${formatJson(document)} with ${formatJson(members)}`,
      document,
      members,
      result,
    })),
  )("$title", ({ document, members, result }) => {
    const before = structuredClone(document);
    expect(applyMergePatch(document, members)).toStrictEqual(result);
    expect(document).toStrictEqual(before);
  });

  test("a patch of a patch without null is applied twice as once", () => {
    fc.assert(
      fc.property(json, json, (document, members) => {
        const once = applyMergePatch(document, members);
        return sameJson(applyMergePatch(once, members), once);
      }),
    );
  });
});

describe("a patch of a config", () => {
  test("comes after every option and after what the builder adds", () => {
    const spec = buildSpec(
      context,
      image({ Cmd: ["/bin/sh"] }),
      withPatch(
        patch([
          { op: "replace", path: "/hostname", value: "patched" },
          { op: "remove", path: "/process/user/additionalGids" },
        ]),
      ),
      withPatch(patch({ process: { capabilities: { effective: ["CAP_KILL"] }, env: ["A=1"] } })),
      withUser("ada"),
      withHostname("flag"),
    );
    expect(spec.hostname).toBe("patched");
    expect(spec.process?.user).toEqual({ uid: 1000, gid: 1000 });
    expect(spec.process?.capabilities?.effective).toEqual(["CAP_KILL"]);
    expect(spec.process?.env).toEqual(["A=1"]);
  });

  test("raises ociVersion to what the new fields need, unless it says one itself", () => {
    const policy = { linux: { memoryPolicy: { mode: "MPOL_DEFAULT" } } };
    expect(applyPatch(defaultSpec(), patch(policy)).ociVersion).toBe("1.3.0");
    expect(applyPatch(defaultSpec(), patch({ ...policy, ociVersion: "1.0.0" })).ociVersion).toBe("1.0.0");
    const given = { ...defaultSpec(), ociVersion: "1.2.1" };
    expect(applyPatch(given, patch({ hostname: null })).ociVersion).toBe("1.2.1");
  });

  test("64-bit numbers stay as they are", () => {
    const made = applyPatch(
      defaultSpec(),
      parsePatch(
        '[{"op":"add","path":"/process/rlimits","value":[{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615}]}]',
        { name: "p" },
      ),
    );
    expect(formatJson(made)).toContain('"hard":18446744073709551615');
  });

  test.each([
    [
      [{ op: "test", path: "/ociVersion", value: "9" }],
      "spec.bad-patch",
      /operation|"\/ociVersion"/,
      { operation: 0 },
    ],
    [
      [
        { op: "add", path: "/x", value: 1 },
        { op: "remove", path: "/linux/sekkomp" },
      ],
      "spec.bad-patch",
      /\/linux\/sekkomp/,
      { operation: 1, at: "/1" },
    ],
    [{ process: { cwd: 7 } }, "spec.invalid", /\/process\/cwd must be a string/, { name: "p.json" }],
    [[{ op: "replace", path: "", value: 7 }], "spec.invalid", /must be an object/, {}],
  ])("%j is refused", (value, code, message, facts) => {
    const error = thrown(() => applyPatch(defaultSpec(), patch(value)));
    expect(error).toBeInstanceOf(OcilabError);
    expect(error).toMatchObject({ code, facts, got: expect.stringMatching(message) });
  });

  test("an operation is found by its line", () => {
    const text =
      '[\n  {"op": "test", "path": "/ociVersion", "value": "1.1.0"},\n  {"op": "remove", "path": "/hostnam"}\n]';
    const error = thrown(() => applyPatch(defaultSpec(), parsePatch(text, { name: "p.json" })));
    expect(error).toMatchObject({
      got: expect.stringContaining("line 3, /1"),
      hint: 'did you mean "/hostname"',
    });
  });
});

function thrown(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
