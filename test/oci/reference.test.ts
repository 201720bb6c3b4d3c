import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exitCodeOf, OcilabError } from "../../src/base/errors.ts";
import { formatReference, parseReference } from "../../src/oci/reference.ts";

describe("a reference", () => {
  test.each([
    ["busybox", { kind: "builtin", name: "busybox" }],
    ["oci:dir", { kind: "oci", path: "dir" }],
    ["oci:/a/b c:v1.2", { kind: "oci", path: "/a/b c", tag: "v1.2" }],
    ["oci:dir:a:b", { kind: "oci", path: "dir", tag: "a:b" }],
    ["oci-archive:f.tar", { kind: "oci-archive", path: "f.tar" }],
    ["oci-archive:f.tar:latest", { kind: "oci-archive", path: "f.tar", tag: "latest" }],
    ["docker-archive:f.tar", { kind: "docker-archive", path: "f.tar" }],
    ["docker-archive:f.tar:app", { kind: "docker-archive", path: "f.tar", tag: "app" }],
    ["docker-archive:f.tar:app:1", { kind: "docker-archive", path: "f.tar", tag: "app:1" }],
    [
      "docker-archive:f.tar:registry:5000/name:tag",
      { kind: "docker-archive", path: "f.tar", tag: "registry:5000/name:tag" },
    ],
    ["docker-archive:f.tar:@0", { kind: "docker-archive", path: "f.tar", tag: "@0" }],
    ["docker-archive:f.tar:@sha256:0a", { kind: "docker-archive", path: "f.tar", tag: "@sha256:0a" }],
    ["docker-archive:f.tar:sha256:0a", { kind: "docker-archive", path: "f.tar", tag: "sha256:0a" }],
    ["docker-daemon:app", { kind: "docker-daemon", name: "app" }],
    ["docker-daemon:h.example:5000/a/b_c:v1", { kind: "docker-daemon", name: "h.example:5000/a/b_c:v1" }],
    ["docker-daemon:a@sha256:0a", { kind: "docker-daemon", name: "a@sha256:0a" }],
    ["docker-container:web_1", { kind: "docker-container", name: "web_1" }],
    ["dir:/a:b c", { kind: "dir", path: "/a:b c" }],
    ["rootfs-tar:-", { kind: "rootfs-tar", path: "-" }],
    ["rootfs-tar:a:b.tar", { kind: "rootfs-tar", path: "a:b.tar" }],
    ["./busybox", { kind: "path", path: "./busybox" }],
    ["dir", { kind: "path", path: "dir" }],
    ["/var/lib/x:y", { kind: "path", path: "/var/lib/x:y" }],
    ["name:tag", { kind: "path", path: "name:tag" }],
  ])("%s is read, and written back", (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
    expect(formatReference(parseReference(text))).toBe(text);
  });

  test.each([
    ["", "it is empty", undefined],
    ["oci:", "oci: is not followed by a directory", undefined],
    ["oci::tag", "oci: is not followed by a directory", undefined],
    ["oci-archive::", "oci-archive: is not followed by a file", undefined],
    ["oci:dir:", "nothing follows the last colon", undefined],
    ["oci:dir:a b", 'the tag "a b" holds a space or a control character', undefined],
    ["docker-archive:f:app:", '"app:" is no NAME:TAG', undefined],
    ["docker-archive:f:@x", '"@x" is no NAME:TAG', undefined],
    ["a\0b", "it holds a NUL character", undefined],
    [
      "docker://Busybox",
      'the repository name has upper-case letters in "Busybox"; it must be lower case',
      undefined,
    ],
    ["https://ghcr.io/a/b", "it is a URL", "without https://"],
    ["docker-daemon:", "docker-daemon: is not followed by the name or id of an image", undefined],
    ["docker-daemon:../a", '"../a" is not the name or id of an image', undefined],
    ["docker-daemon:a/../b", '"a/../b" is not the name or id of an image', undefined],
    ["docker-daemon:a?b", '"a?b" is not the name or id of an image', undefined],
    ["docker-container:a/b", '"a/b" is not the name or id of a container', undefined],
    ["dir:", "dir: is not followed by a directory", undefined],
    ["rootfs-tar:", "rootfs-tar: is not followed by a file, or - for standard input", undefined],
    ["rootfs-ta:x", 'there is no transport "rootfs-ta"', "did you mean rootfs-tar:?"],
    ["containers-storage:x", 'images cannot be read from "containers-storage:" yet', "skopeo copy"],
    ["ftp://x/y", '"ftp:" is no transport that is known here', undefined],
    ["oci-archiv:x", 'there is no transport "oci-archiv"', "did you mean oci-archive:?"],
  ])("%j is refused: %s", (text, got, hint) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: "spec.bad-reference", got });
    expect(error.hint).toContain(hint ?? "");
    expect(error.hint).toContain("oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG]");
    expect(exitCodeOf(error)).toBe(2);
  });

  test("every text is read and written back the same, or refused with our error", () => {
    const piece = fc.constantFrom(
      "oci",
      "oci-archive",
      "docker-archive",
      "docker",
      "dir",
      "docker-daemon",
      "docker-container",
      "rootfs-tar",
      "busybox",
      ":",
      ":",
      "/",
      "a",
      "5000",
      ".",
      " ",
      "\u0000",
      "@",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        const read = parsedOrRefused(written);
        if (read?.kind === "registry")
          expect(parseReference(`docker://${formatReference(read)}`)).toEqual(read);
        else if (read !== undefined) expect(formatReference(read)).toBe(written);
      }),
      { numRuns: 5000 },
    );
  });
});

function parsedOrRefused(text: string): ReturnType<typeof parseReference> | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof OcilabError && error.code === "spec.bad-reference") return undefined;
    throw error;
  }
}

function refusal(text: string): OcilabError {
  try {
    parseReference(text);
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}
