import { describe, expect, test } from "vitest";
import { findMirror, sourceLines } from "../../src/vm/mirror.ts";

const stanzas = `# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
`;

describe("the mirror of this host's apt", () => {
  test.each([
    [
      "deb822",
      [stanzas],
      { main: "http://mirror.example/debian", security: "http://mirror.example/security" },
    ],
    [
      "one line",
      ["deb [arch=amd64 signed-by=/k] https://m.example/d bookworm main\n"],
      { main: "https://m.example/d", security: undefined },
    ],
    ["sources only", ["deb-src https://m.example/d bookworm main\n"], undefined],
    ["another project", ["deb https://packages.example stable main\n"], undefined],
    ["switched off", [stanzas.replaceAll("Components", "Enabled: no\nComponents")], undefined],
    ["none", [], undefined],
  ])("%s", (_, texts, mirror) => expect(findMirror(texts, "bookworm")).toEqual(mirror));
});

test("released suites come with their security archive, others without", () => {
  const mirror = { main: "http://m", security: "http://s" };
  expect(sourceLines(mirror, "trixie", "/k")).toBe(
    "deb [signed-by=/k] http://m trixie main\ndeb [signed-by=/k] http://s trixie-security main\n",
  );
  expect(sourceLines(mirror, "sid", "/k")).toBe("deb [signed-by=/k] http://m sid main\n");
  expect(sourceLines(mirror, "bookworm-backports", "/k")).toBe(
    "deb [signed-by=/k] http://m bookworm-backports main\n",
  );
});
