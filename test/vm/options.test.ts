import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../src/base/configuration.ts";
import { splitAtDashes } from "../../src/cli/commands/vm.ts";
import { findAccount } from "../../src/vm/account.ts";
import { machineCache } from "../../src/vm/cache.ts";
import { parseKernelPackage, parseMemory, parseShare, parseTimeout } from "../../src/vm/options.ts";

describe("what the flags mean", () => {
  test.each([
    ["512m", 512],
    ["2g", 2048],
    ["2GiB", 2048],
    ["1024", 1024],
    ["64m", undefined],
    ["2t", undefined],
    ["", undefined],
    ["-1", undefined],
  ])("--memory %s is %s MiB", (text, memory) => expect(parseMemory(text)).toBe(memory));

  test.each([
    ["90", 90_000],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["0", undefined],
    ["5d", undefined],
    ["", undefined],
  ])("--timeout %s is %s ms", (text, milliseconds) => expect(parseTimeout(text)).toBe(milliseconds));

  test.each([
    ["/a", "/a", true],
    ["/a:ro", "/a", false],
    ["/a:rw", "/a", true],
    ["/a:b", "/a:b", true],
    ["/a:b:ro", "/a:b", false],
  ])("--share %s is %s, writable %s", (text, path, write) =>
    expect(parseShare(text)).toEqual({ path, write }),
  );

  test.each([
    ["linux-image-amd64", { kind: "package", name: "linux-image-amd64", suite: "own" }],
    [
      "linux-image-6.12.1+deb13-amd64/trixie",
      { kind: "package", name: "linux-image-6.12.1+deb13-amd64", suite: "trixie" },
    ],
    ["xx/bookworm-backports", { kind: "package", name: "xx", suite: "bookworm-backports" }],
    ["../x", undefined],
    ["-o/x", undefined],
    ["a b", undefined],
  ])("--kernel-package %s", (text, choice) => {
    expect(parseKernelPackage(text, "own")).toEqual(choice);
  });
});

test.each([
  [["vm", "--", "true"], ["true"], { words: [], command: ["true"] }],
  [["vm", "shell"], ["shell"], { words: ["shell"], command: [] }],
  [["vm", "--", "shell"], ["shell"], { words: [], command: ["shell"] }],
  [["vm", "-t", "--", "sh", "--", "x"], ["sh", "--", "x"], { words: [], command: ["sh", "--", "x"] }],
  [["vm", "prepare", "--", "x"], ["prepare", "x"], { words: ["prepare"], command: ["x"] }],
  [["vm", "--"], [], { words: [], command: [] }],
])("%j: a command comes after --", (argv, positionals, split) => {
  expect(splitAtDashes(positionals, argv)).toEqual(split);
});

test("the cache is OCILAB_HOME/vm, else XDG's, else /var/cache for root", () => {
  const cache = (env: Record<string, string>, uid: number) =>
    machineCache(readConfiguration(env, uid), env, uid);
  expect(cache({ OCILAB_HOME: "/o" }, 0)).toBe("/o/vm");
  expect(cache({ XDG_CACHE_HOME: "/x" }, 0)).toBe("/x/ocilab/vm");
  expect(cache({}, 0)).toBe("/var/cache/ocilab/vm");
  expect(cache({ HOME: "/home/u" }, 1000)).toBe("/home/u/.cache/ocilab/vm");
});

test("a user is found by name or number", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
  expect(findAccount(passwd, "ann")).toEqual({ name: "ann", uid: 1000, home: "/home/ann" });
  expect(findAccount(passwd, "1000")?.name).toBe("ann");
  expect(findAccount(passwd, "bob")).toBeUndefined();
  expect(findAccount(passwd, "")).toBeUndefined();
});
