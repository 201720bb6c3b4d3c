import { describe, expect, test } from "vitest";
import { imagesNamed, longName, type NamedImage } from "../../../src/image/sources/naming.ts";
import { parseDigest } from "../../../src/oci/digest.ts";

describe("docker names in full", () => {
  test.each([
    ["busybox", "docker.io/library/busybox:latest"],
    ["busybox:1", "docker.io/library/busybox:1"],
    ["a/b", "docker.io/a/b:latest"],
    ["docker.io/busybox", "docker.io/library/busybox:latest"],
    ["localhost/a:1", "localhost/a:1"],
    ["localhost:5000/a", "localhost:5000/a:latest"],
    ["ghcr.io/a/b:v1", "ghcr.io/a/b:v1"],
    ["a@sha256:1", "docker.io/library/a@sha256:1"],
  ])("%s is %s", (name, long) => {
    expect(longName(name)).toBe(long);
  });
});

describe("what a tag means", () => {
  const digest = parseDigest(`sha256:${"a".repeat(64)}`);
  const images: readonly NamedImage<number>[] = [
    { names: ["latest", "docker.io/library/busy:latest"], digest, value: 1 },
    { names: ["latest", "docker.io/library/other:latest"], digest: undefined, value: 2 },
    { names: ["example.org/team/tool:2"], digest: undefined, value: 3 },
    { names: ["2"], digest: undefined, value: 4 },
  ];
  test.each([
    [undefined, [1, 2, 3, 4]],
    ["latest", [1, 2]],
    ["busy", [1]],
    ["other:latest", [2]],
    ["2", [4]],
    ["tool:2", [3]],
    ["team/tool:2", [3]],
    [digest, [1]],
    [`@${digest}`, [1]],
  ])("%s: %j", (tag, values) => {
    expect(imagesNamed(images, tag, "test").map(({ value }) => value)).toEqual(values);
  });

  test.each(["tool", "3", "busyy", `sha256:${"b".repeat(64)}`, "example.org/team/tool"])(
    "%s: nothing",
    (tag) => {
      expect(() => imagesNamed(images, tag, "test")).toThrow(
        /there is no image .* in it; there are latest = /,
      );
    },
  );

  test("names of hostile layouts are escaped and cut", () => {
    const hostile = Array.from({ length: 1000 }, (_, at) => ({
      names: [`\u001b[31m\n${"x".repeat(999)}${at}`],
      digest,
      value: at,
    }));
    const message = (() => {
      try {
        return String(imagesNamed(hostile, "a", "test"));
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).not.toMatch(/\u001b|\n/);
    expect(message.length).toBeLessThan(6000);
    expect(message).toContain("and 980 more");
  });
});
