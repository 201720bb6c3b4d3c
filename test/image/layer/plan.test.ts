import { describe, expect, test } from "vitest";
import type { TarEntry } from "../../../src/image/layer/entry.ts";
import { type LayerChange, planEntry } from "../../../src/image/layer/plan.ts";

function plan(changes: Partial<TarEntry>): LayerChange {
  const entry: TarEntry = {
    type: "file",
    name: "f",
    linkName: "",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0n,
    atime: undefined,
    size: 0,
    sparse: undefined,
    major: 0,
    minor: 0,
    attributes: new Map(),
    ...changes,
  };
  return planEntry(entry, { pathLength: 100 });
}

describe("what a name asks for", () => {
  test.each<[string, LayerChange]>([
    ["a", { kind: "write", path: "a" }],
    ["./a//b/", { kind: "write", path: "a/b" }],
    ["/a", { kind: "write", path: "a" }],
    ["a/../b", { kind: "write", path: "b" }],
    ["...", { kind: "write", path: "..." }],
    ["a\nb", { kind: "write", path: "a\nb" }],
    [".wh.a", { kind: "remove", path: "a" }],
    ["d/.wh.a", { kind: "remove", path: "d/a" }],
    ["d/.wh..a", { kind: "remove", path: "d/.a" }],
    ["d/.wh....", { kind: "remove", path: "d/..." }],
    ["d/.wh.a/", { kind: "remove", path: "d/a" }],
    ["d/.wh..wh..opq", { kind: "clear-directory", path: "d" }],
    [".wh..wh..opq", { kind: "clear-directory", path: "" }],
    [".wh..wh.plnk", { kind: "ignore", path: ".wh..wh.plnk" }],
    ["d/.wh..wh.aufs", { kind: "ignore", path: "d/.wh..wh.aufs" }],
    [".wh..wh.orph/x", { kind: "ignore", path: ".wh..wh.orph/x" }],
    [".wh.d/x", { kind: "write", path: ".wh.d/x" }],
    ["a.wh.b", { kind: "write", path: "a.wh.b" }],
    ["n".repeat(100), { kind: "write", path: "n".repeat(100) }],
  ])("%j", (name, expected) => {
    expect(plan({ name })).toEqual(expected);
  });

  test.each<[string, string]>([
    ["", "has no name"],
    ["..", "leads out of the root filesystem"],
    ["../a", "leads out of the root filesystem"],
    ["/../a", "leads out of the root filesystem"],
    ["a/../../b", "leads out of the root filesystem"],
    ["a\0b", "has a NUL in its name"],
    ["n".repeat(101), "has a path of more than 100 bytes (--limit path-length)"],
    [`${"n".repeat(256)}`, "has a name of more than 255 bytes"],
    [".wh.", "is a whiteout of nothing"],
    ["d/.wh..", "is a whiteout of a whole directory by way of its dots"],
    ["d/.wh...", "is a whiteout of a whole directory by way of its dots"],
    [".", "would replace the root directory by a file"],
    ["a/..", "would replace the root directory by a file"],
  ])("%j is refused", (name, because) => {
    expect(plan({ name })).toEqual({ kind: "refuse", path: name, because });
  });
});

describe("what else an entry asks for", () => {
  test.each<[string, Partial<TarEntry>, LayerChange]>([
    ["the root", { type: "directory", name: "./" }, { kind: "write", path: "" }],
    ["a hard link", { type: "hard-link", linkName: "./d//x" }, { kind: "write", path: "f", linked: "d/x" }],
    ["a link upwards", { type: "symlink", linkName: "../../x" }, { kind: "write", path: "f" }],
    ["the highest owner", { uid: 2 ** 32 - 2 }, { kind: "write", path: "f" }],
    ["the highest device", { type: "block", major: 4095, minor: 2 ** 20 - 1 }, { kind: "write", path: "f" }],
  ])("%s", (_, changes, expected) => {
    expect(plan(changes)).toEqual(expected);
  });

  test.each<[Partial<TarEntry>, RegExp]>([
    [{ type: "hard-link", linkName: "f" }, /to itself/],
    [{ type: "hard-link", linkName: "" }, /target has no name/],
    [{ type: "hard-link", linkName: "../x" }, /target leads out/],
    [{ type: "hard-link", linkName: "a\0" }, /target has a NUL/],
    [{ type: "hard-link", linkName: "/" }, /to the root/],
    [{ type: "symlink", linkName: "" }, /to nothing/],
    [{ type: "symlink", linkName: "a\0b" }, /NUL in its target/],
    [{ type: "symlink", linkName: "x".repeat(4096) }, /more than 4095/],
    [{ uid: 2 ** 32 - 1 }, /owner 4294967295:0/],
    [{ gid: -1 }, /owner 0:-1/],
    [{ type: "character", major: 4096 }, /device 4096:0/],
    [{ type: "character", minor: -1 }, /device 0:-1/],
    [{ type: "symlink", name: "/", linkName: "x" }, /replace the root directory by a symlink/],
  ])("%j is refused", (changes, because) => {
    expect(plan(changes)).toMatchObject({ kind: "refuse", because: expect.stringMatching(because) });
  });
});
