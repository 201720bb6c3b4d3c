import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRegistryName, type RegistryReference, readRegistryName } from "../../src/oci/registry-name.ts";

const digest = `sha256:${"0a".repeat(32)}`;

describe("the name of an image in a registry", () => {
  test.each([
    ["alpine", "docker.io", "library/alpine", "latest", undefined],
    ["alpine:3.20", "docker.io", "library/alpine", "3.20", undefined],
    ["library/alpine", "docker.io", "library/alpine", "latest", undefined],
    ["grafana/loki:2.9", "docker.io", "grafana/loki", "2.9", undefined],
    ["docker.io/alpine", "docker.io", "library/alpine", "latest", undefined],
    ["index.docker.io/alpine", "docker.io", "library/alpine", "latest", undefined],
    ["docker.io/a/b/c", "docker.io", "a/b/c", "latest", undefined],
    ["ghcr.io/a/b/c:v1", "ghcr.io", "a/b/c", "v1", undefined],
    ["GHCR.io/a/b", "ghcr.io", "a/b", "latest", undefined],
    ["localhost/x", "localhost", "x", "latest", undefined],
    ["localhost:5000/x:1", "localhost:5000", "x", "1", undefined],
    ["registry:5000/x", "registry:5000", "x", "latest", undefined],
    ["[::1]:5000/x", "[::1]:5000", "x", "latest", undefined],
    ["127.0.0.1:1/x", "127.0.0.1:1", "x", "latest", undefined],
    [`alpine@${digest}`, "docker.io", "library/alpine", undefined, digest],
    [`alpine:3@${digest}`, "docker.io", "library/alpine", "3", digest],
    ["a/b__c/d---e.f_g", "docker.io", "a/b__c/d---e.f_g", "latest", undefined],
    ["foo/bar/baz", "docker.io", "foo/bar/baz", "latest", undefined],
    ["docker:24-dind", "docker.io", "library/docker", "24-dind", undefined],
    [`x:${"t".repeat(128)}`, "docker.io", "library/x", "t".repeat(128), undefined],
  ])("%s is read as docker reads it", (text, host, repository, tag, hash) => {
    const expected = { kind: "registry", host, repository, tag, digest: hash };
    const read = readRegistryName(text);
    expect(read.ok ? { tag: undefined, digest: undefined, ...read.reference } : read).toEqual(expected);
  });

  test.each([
    ["", "there is no repository name"],
    ["localhost:5000/", "there is no repository name"],
    ["Alpine", 'upper-case letters in "Alpine"'],
    ["ghcr.io/a/B", 'upper-case letters in "B"'],
    ["a//b", "a slash too many"],
    ["/a", "a slash too many"],
    ["a/", "a slash too many"],
    ["a b", 'has " " in it'],
    ["a..b", 'the part "a..b" of the repository name'],
    ["-a", 'the part "-a"'],
    ["a_", 'the part "a_"'],
    ["a___b", 'the part "a___b"'],
    ["a".repeat(256), "has 256 characters; it may have 255"],
    ["0a".repeat(32), "64 hex digits alone are an image id"],
    ["a:", "nothing follows the last colon"],
    ["a:-x", 'the tag "-x"'],
    ["a:x y", 'the tag "x y"'],
    [`a:${"t".repeat(129)}`, "the tag has 129 characters"],
    ["a@", 'nothing follows the "@"'],
    ["a@latest", '"latest" is no digest'],
    ["a@md5:00", '"md5:00" is no digest'],
    ["a@sha256:00", "a sha256 digest has 64 hex digits"],
    [`a@sha256:${"0A".repeat(32)}`, "must be lower case"],
    ["localhost:0/a", 'the port "0"'],
    ["localhost:99999/a", 'the port "99999"'],
    ["localhost:http/a", 'the port "http"'],
    ["-x.y/a", 'the host "-x.y"'],
    ["x..y/a", 'the host "x..y"'],
    [":5000/a", "is no host"],
  ])("%j is refused by the rule that it breaks: %s", (text, because) => {
    expect(readRegistryName(text)).toEqual({ ok: false, because: expect.stringContaining(because) });
  });

  test("whatever is read is written in full and read back the same, and no text makes it throw", () => {
    const piece = fc.constantFrom(
      "a",
      "b0",
      "/",
      ":",
      "@",
      ".",
      "_",
      "-",
      "localhost",
      "5000",
      digest,
      "docker.io",
      "A",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        const read = readRegistryName(written);
        if (!read.ok) return;
        const full = formatRegistryName(read.reference);
        expect(readRegistryName(full)).toEqual({
          ok: true,
          reference: read.reference satisfies RegistryReference,
        });
        expect(full).toMatch(/^[^/]+\/[^:@]+(?::[^@]+)?(?:@.+)?$/);
      }),
      { numRuns: 5000 },
    );
  });
});
