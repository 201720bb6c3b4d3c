import { describe, expect, test } from "vitest";
import { capabilityNames } from "../../src/oci/capabilities.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { algorithmOf, encodedOf, isDigest, parseDigest } from "../../src/oci/digest.ts";
import { documentKind, layerCompression, mediaTypes } from "../../src/oci/media-types.ts";

describe("a digest", () => {
  test.each([
    [`sha256:${"0a".repeat(32)}`, "sha256"],
    [`sha512:${"0f".repeat(64)}`, "sha512"],
  ])("%s is one", (text, algorithm) => {
    expect(parseDigest(text)).toBe(text);
    expect(algorithmOf(parseDigest(text))).toBe(algorithm);
    expect(`${algorithm}:${encodedOf(parseDigest(text))}`).toBe(text);
  });

  test.each([
    ["", "a digest is written ALGORITHM:HEX"],
    ["sha256", "a digest is written ALGORITHM:HEX"],
    [`sha256:${"A".repeat(64)}`, "its hex digits must be lower case"],
    [`sha256:${"a".repeat(63)}`, "sha256 takes 64 hex digits"],
    [`sha256:${"a".repeat(64)}\n`, "sha256 takes 64 hex digits"],
    [`sha512:${"a".repeat(64)}`, "sha512 takes 128 hex digits"],
    [`md5:${"a".repeat(32)}`, 'the algorithm "md5" is neither sha256 nor sha512'],
    ["sha256:../../../etc/passwd", "sha256 takes 64 hex digits"],
    ["__proto__:a", 'the algorithm "__proto__" is neither'],
  ])("%j is none", (text, got) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(
      expect.objectContaining({ code: "spec.bad-digest", got: expect.stringContaining(got) }),
    );
  });
});

describe("a container id", () => {
  test.each(["a", "A-b_c.d+e", "0", "x".repeat(1024), "...", "-"])("%s is taken", (text) => {
    expect(parseContainerId(text)).toBe(text);
  });

  test.each(["", ".", "..", "a/b", "a b", "é", "a\n", "x".repeat(1025), "a\0", "$(x)"])(
    "%j is refused",
    (text) => {
      expect(() => parseContainerId(text)).toThrow(
        expect.objectContaining({ code: "spec.bad-container-id" }),
      );
    },
  );
});

describe("a media type", () => {
  test.each([
    [mediaTypes.index, "index", undefined],
    [mediaTypes.dockerManifest, "manifest", undefined],
    [`${mediaTypes.manifest}; charset=utf-8`, "manifest", undefined],
    [mediaTypes.config, "config", undefined],
    [mediaTypes.layer, undefined, "none"],
    [mediaTypes.layerZstd, undefined, "zstd"],
    [mediaTypes.dockerLayerGzip, undefined, "gzip"],
    ["application/vnd.oci.image.layer.v1.tar+gzip+encrypted", undefined, undefined],
    ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", undefined, "gzip"],
    ["constructor", undefined, undefined],
    ["", undefined, undefined],
  ])("%s", (text, kind, compression) => {
    expect(documentKind(text)).toBe(kind);
    expect(layerCompression(text)).toBe(compression);
  });
});

test("capabilities stand at their bit", () => {
  expect(capabilityNames.length).toBe(41);
  expect(capabilityNames.indexOf("CAP_NET_BIND_SERVICE")).toBe(10);
  expect(capabilityNames.indexOf("CAP_SYS_ADMIN")).toBe(21);
  expect(capabilityNames.indexOf("CAP_AUDIT_READ")).toBe(37);
  expect(capabilityNames.indexOf("CAP_CHECKPOINT_RESTORE")).toBe(40);
});
