import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { placesOf } from "../../../../src/image/sources/registry/places.ts";
import { scratch } from "../../../support/scratch.ts";

const usual = { insecure: false, mirrors: [], home: "/nonexistent" };

/** Where a host is asked, as "ORIGIN PREFIX". */
function asked(host: string, options: Partial<Parameters<typeof placesOf>[1]> = {}): readonly string[] {
  return placesOf(host, { ...usual, ...options }).flatMap(({ origins, prefix }) =>
    origins.map((origin) => `${origin.origin} ${prefix}`.trim()),
  );
}

describe("where images of a host are asked for", () => {
  test.each([
    ["docker.io", ["https://registry-1.docker.io"]],
    ["ghcr.io", ["https://ghcr.io"]],
    ["registry:5000", ["https://registry:5000"]],
    ["localhost:5000", ["https://localhost:5000", "http://localhost:5000"]],
    ["localhost", ["https://localhost", "http://localhost"]],
    ["127.9.8.7:1", ["https://127.9.8.7:1", "http://127.9.8.7:1"]],
    ["[::1]:5000", ["https://[::1]:5000", "http://[::1]:5000"]],
    ["128.0.0.1", ["https://128.0.0.1"]],
    ["127.0.0.1.example.org", ["https://127.0.0.1.example.org"]],
  ])("%s", (host, places) => {
    expect(asked(host)).toEqual(places);
  });

  test("--insecure tries http after https", () => {
    expect(asked("ghcr.io", { insecure: true })).toEqual(["https://ghcr.io", "http://ghcr.io"]);
  });

  test.each([
    ["docker.io=https://mirror.example", "https://mirror.example"],
    ["docker.io=mirror.example:5000", "https://mirror.example:5000"],
    ["docker.io=http://mirror.example/", "http://mirror.example"],
    ["DOCKER.io=https://harbor.example/hub", "https://harbor.example hub/"],
    ["docker.io=https://harbor.example/v2/a/b/", "https://harbor.example a/b/"],
  ])("--mirror %s comes first", (mirror, place) => {
    expect(asked("docker.io", { mirrors: [mirror] })).toEqual([place, "https://registry-1.docker.io"]);
    expect(asked("ghcr.io", { mirrors: [mirror] })).toEqual(["https://ghcr.io"]);
  });

  test.each([
    "https://mirror.example",
    "docker.io=",
    "docker.io=ftp://x",
    "=x",
    "docker.io=https://u:p@x",
    "a=https://x?y",
  ])("--mirror %s is refused with the form it should have", (mirror) => {
    expect(() => asked("ghcr.io", { mirrors: [mirror] })).toThrow(
      expect.objectContaining({ code: "registry.bad-settings", hint: expect.stringContaining("HOST=URL") }),
    );
  });

  test("registries.json adds mirrors after those of the command line, and says what may go without TLS", async () => {
    await using home = scratch();
    const registries = {
      "docker.io": { mirrors: ["https://one.example", "two.example/hub"] },
      "lab:5000": { insecure: true },
    };
    writeFileSync(join(home.path, "registries.json"), JSON.stringify({ registries }));
    const mirrors = ["docker.io=https://first.example"];
    expect(asked("docker.io", { home: home.path, mirrors })).toEqual([
      "https://first.example",
      "https://one.example",
      "https://two.example hub/",
      "https://registry-1.docker.io",
    ]);
    expect(asked("lab:5000", { home: home.path })).toEqual(["https://lab:5000", "http://lab:5000"]);
  });

  test.each([
    ["{", "spec.bad-json", ""],
    ["[]", "registry.bad-settings", "the document is no object"],
    ['{"registry":{}}', "registry.bad-settings", "/registry is no setting; there is registries"],
    ['{"registries":{"x":1}}', "registry.bad-settings", "/registries/x is no object"],
    [
      '{"registries":{"x":{"miror":[]}}}',
      "registry.bad-settings",
      "/registries/x/miror is no setting; there are mirrors and insecure",
    ],
    ['{"registries":{"x":{"mirrors":"y"}}}', "registry.bad-settings", "/registries/x/mirrors is no array"],
    [
      '{"registries":{"x":{"mirrors":[1]}}}',
      "registry.bad-settings",
      '/registries/x/mirrors/0 is no http or https URL: "1"',
    ],
    [
      '{"registries":{"x":{"insecure":"yes"}}}',
      "registry.bad-settings",
      "/registries/x/insecure is not true or false",
    ],
  ])("registries.json with %s is told", async (text, code, got) => {
    await using home = scratch();
    writeFileSync(join(home.path, "registries.json"), text);
    expect(() => asked("ghcr.io", { home: home.path })).toThrow(
      expect.objectContaining({ code, got: expect.stringContaining(got) }),
    );
  });
});
