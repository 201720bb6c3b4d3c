import fc from "fast-check";
import { expect, test } from "vitest";
import { parseChallenges } from "../../../../src/image/sources/registry/challenge.ts";

test.each([
  ["", []],
  ['Basic realm="lab"', [{ scheme: "basic", parameters: { realm: "lab" } }]],
  ["Basic", [{ scheme: "basic", parameters: {} }]],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
    [
      {
        scheme: "bearer",
        parameters: {
          realm: "https://auth.docker.io/token",
          service: "registry.docker.io",
          scope: "repository:library/alpine:pull",
        },
      },
    ],
  ],
  [
    'BEARER Realm = "x" , Scope="a:b:pull,push c:d:pull"',
    [{ scheme: "bearer", parameters: { realm: "x", scope: "a:b:pull,push c:d:pull" } }],
  ],
  [
    'Negotiate, Bearer realm=x, Basic realm="y, z"',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "bearer", parameters: { realm: "x" } },
      { scheme: "basic", parameters: { realm: "y, z" } },
    ],
  ],
  [
    'Negotiate YWJj==, Basic realm="a \\"quoted\\" word"',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "basic", parameters: { realm: 'a "quoted" word' } },
    ],
  ],
  ['Bearer realm="x",realm="y"', [{ scheme: "bearer", parameters: { realm: "x" } }]],
  [', ,Bearer realm="x",,', [{ scheme: "bearer", parameters: { realm: "x" } }]],
  ['Bearer realm="x", "nonsense', [{ scheme: "bearer", parameters: { realm: "x" } }]],
  ['realm="x"', []],
])("%j", (header, challenges) => {
  expect(parseChallenges(header)).toEqual(challenges);
});

test("no header makes it throw or run without end", () => {
  const piece = fc.constantFrom("Bearer", "Basic", " ", ",", "=", '"', "realm", "\\", "a", "==", "\t");
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 20 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (header) => void parseChallenges(header)),
    { numRuns: 5000 },
  );
});
