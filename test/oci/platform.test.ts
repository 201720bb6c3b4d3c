import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/oci/digest.ts";
import type { Descriptor, Platform } from "../../src/oci/image.ts";
import { choosePlatform, formatPlatform, parsePlatform, platformOf } from "../../src/oci/platform.ts";

describe("a platform", () => {
  test.each([
    ["linux/amd64", "linux/amd64"],
    ["amd64", "linux/amd64"],
    ["Linux/X86_64", "linux/amd64"],
    ["x86-64", "linux/amd64"],
    ["linux/amd64/v1", "linux/amd64"],
    ["linux/amd64/v3", "linux/amd64/v3"],
    ["linux/i386", "linux/386"],
    ["aarch64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64"],
    ["linux/arm64/8", "linux/arm64"],
    ["linux/arm64/v9", "linux/arm64/v9"],
    ["arm/v6", "linux/arm/v6"],
    ["linux/arm", "linux/arm/v7"],
    ["linux/arm/7", "linux/arm/v7"],
    ["armhf", "linux/arm/v7"],
    ["armel", "linux/arm/v6"],
    ["linux/riscv64", "linux/riscv64"],
    ["windows/amd64", "windows/amd64"],
    ["macos/arm64", "darwin/arm64"],
  ])("%s is %s", (text, normal) => {
    expect(formatPlatform(parsePlatform(text))).toBe(normal);
    expect(formatPlatform(parsePlatform(normal))).toBe(normal);
  });

  test.each(["", "linux/", "/amd64", "linux/arm/v7/x", "linux amd64", "linux/amd64\n;"])(
    "%j is refused",
    (text) => {
      expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: "spec.bad-platform" }));
    },
  );

  test.each([
    ["x64", "linux/amd64"],
    ["arm64", "linux/arm64"],
    ["arm", "linux/arm/v7"],
    ["ia32", "linux/386"],
    ["ppc64", "linux/ppc64le"],
    ["riscv64", "linux/riscv64"],
    ["s390x", "linux/s390x"],
    ["loong64", "linux/loong64"],
  ])("%s of Node is %s", (arch, platform) => {
    expect(formatPlatform(platformOf(arch))).toBe(platform);
  });
});

describe("of several images the one for a platform", () => {
  test.each([
    ["linux/amd64", ["linux/arm64", "linux/amd64"], 1],
    ["linux/amd64", ["linux/amd64", "linux/amd64"], 0],
    ["linux/amd64", ["linux/386", "linux/amd64"], 1],
    ["linux/amd64", ["linux/386", "linux/arm64"], 0],
    ["linux/amd64", ["linux/amd64/v2"], undefined],
    ["linux/amd64/v3", ["linux/amd64", "linux/amd64/v2"], 1],
    ["linux/arm64", ["linux/arm64/v8"], 0],
    ["linux/arm64/v8", ["linux/arm64"], 0],
    ["linux/arm64/v9", ["linux/arm64"], 0],
    ["linux/arm64", ["linux/arm/v6", "linux/arm/v7"], 1],
    ["linux/arm/v7", ["linux/arm/v5", "linux/arm/v6"], 1],
    ["linux/arm/v7", ["linux/arm/v7", "linux/arm/v6"], 0],
    ["linux/arm/v6", ["linux/arm/v7"], undefined],
    ["linux/amd64", ["windows/amd64"], undefined],
    ["linux/amd64", [], undefined],
    ["linux/amd64", [undefined], 0],
    ["linux/amd64", [undefined, undefined], undefined],
    ["linux/amd64", ["linux/arm64", undefined], 1],
    ["linux/amd64", ["unknown/unknown"], undefined],
    ["linux/amd64", ["unknown/unknown", undefined], 1],
  ])("%s among %j is %s", (wanted, offered, index) => {
    const descriptors = offered.map((text, size) =>
      descriptor(size, text === undefined ? undefined : written(text)),
    );
    expect(choosePlatform(descriptors, parsePlatform(wanted))).toBe(
      index === undefined ? undefined : descriptors[index],
    );
  });

  test("is never an attestation, whatever platform that claims", () => {
    const attestation = {
      ...descriptor(1, written("linux/amd64")),
      annotations: { "vnd.docker.reference.type": "attestation-manifest" },
    };
    const image = descriptor(2, written("linux/amd64"));
    expect(choosePlatform([attestation, image], parsePlatform("amd64"))).toBe(image);
  });
});

/** As indexes write them: not in normal form. */
function written(text: string): Platform {
  const [os = "", architecture = "", variant] = text.split("/");
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function descriptor(size: number, platform: Platform | undefined): Descriptor {
  const digest = parseDigest(`sha256:${"0".repeat(64)}`);
  return {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest,
    size,
    ...(platform === undefined ? {} : { platform }),
  };
}
