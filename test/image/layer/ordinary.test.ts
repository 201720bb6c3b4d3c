import { describe, expect, test } from "vitest";
import type { TarEntry } from "../../../src/image/layer/entry.ts";
import { formatOwner, ordinaryEntry } from "../../../src/image/layer/ordinary.ts";
import { Refusal } from "../../../src/image/layer/refusal.ts";
import type { IdMaps } from "../../../src/linux/sub-ids.ts";

const own = { containerID: 0, hostID: 1000, size: 1 };
const single: IdMaps = { kind: "single", uidMappings: [own], gidMappings: [own] };
const range = [own, { containerID: 1, hostID: 100_000, size: 99 }];
const ranges: IdMaps = { kind: "ranges", uidMappings: range, gidMappings: range };

const file: TarEntry = {
  ...{ type: "file", name: "f", linkName: "", mode: 0o644, uid: 33, gid: 34, mtime: 1n, atime: undefined },
  ...{ size: 3, sparse: undefined, major: 0, minor: 0, attributes: new Map() },
};

/** Names and values (hexadecimal) of an entry's attributes. */
function attributesOf(entry: TarEntry): Record<string, string> {
  return Object.fromEntries([...entry.attributes].map(([name, value]) => [name, value.toString("hex")]));
}

describe("formatOwner", () => {
  // What umoci 0.6.0 wrote for these owners.
  test.each([
    [33, 34, "08211022"],
    [0, 50, "08ffffffff0f1032"],
    [65534, 65534, "08feff0310feff03"],
    [5, 0, "080510ffffffff0f"],
  ])("%d:%d", (uid, gid, hex) => {
    expect(formatOwner(uid, gid).toString("hex")).toBe(hex);
  });
});

describe("a single id", () => {
  test.each([
    ["file", { "user.rootlesscontainers": "08211022" }],
    ["directory", { "user.rootlesscontainers": "08211022" }],
    ["character", { "user.rootlesscontainers": "08211022" }],
    ["symlink", {}],
    ["fifo", {}],
  ] as const)("a %s's owner is kept where the kernel allows it", (type, attributes) => {
    const entry = ordinaryEntry({ ...file, type }, single, new Set());
    expect([entry.uid, entry.gid]).toEqual([0, 0]);
    expect(attributesOf(entry)).toEqual(attributes);
  });

  test("root's files have no attribute, whatever the image says", () => {
    const attributes = new Map([["user.rootlesscontainers", Buffer.from("x")]]);
    const lost = new Set<string>();
    expect(ordinaryEntry({ ...file, uid: 0, gid: 0, attributes }, single, lost).attributes.size).toBe(0);
    expect([...lost]).toEqual([]);
  });

  test("a device is an empty file", () => {
    expect(ordinaryEntry({ ...file, type: "block", size: 0, major: 8 }, single, new Set()).type).toBe("file");
  });
});

describe("ranges", () => {
  test("owners stay", () => {
    const entry = ordinaryEntry(file, ranges, new Set());
    expect([entry.uid, entry.gid, entry.attributes.size]).toEqual([33, 34, 0]);
  });

  test.each([
    [{ uid: 100 }, "belongs to the user 100, which is not among the 100 ids that may be mapped here"],
    [{ gid: 65534 }, "belongs to the group 65534, which is not among the 100 ids that may be mapped here"],
  ])("an owner without an id is refused", (owner, because) => {
    expect(() => ordinaryEntry({ ...file, ...owner }, ranges, new Set())).toThrow(
      new Refusal("layer.unmapped-owner", because),
    );
  });
});

test("attributes of the host's root are lost, and named", () => {
  const names = ["trusted.a", "security.ima", "security.capability", "user.b", "system.posix_acl_access"];
  const attributes = new Map(names.map((name) => [name, Buffer.from("x")]));
  const lost = new Set<string>();
  expect([...ordinaryEntry({ ...file, attributes }, ranges, lost).attributes.keys()]).toEqual(names.slice(2));
  expect([...lost]).toEqual(["trusted.a", "security.ima"]);
  lost.clear();
  ordinaryEntry({ ...file, attributes }, single, lost);
  expect([...lost]).toEqual(["trusted.a", "security.ima", "system.posix_acl_access"]);
});
