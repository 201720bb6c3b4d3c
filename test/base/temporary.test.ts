import { chownSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { startTime, sweepTemporary, temporaryDirectory } from "../../src/base/temporary.ts";
import { scratch } from "../support/scratch.ts";

const here = /^pid:\[(\d+)\]$/.exec(readlinkSync("/proc/self/ns/pid"))?.[1] ?? "";

describe("a temporary directory", () => {
  test("is gone after its use, and again harmlessly", async () => {
    await using place = scratch();
    const made = temporaryDirectory(join(place.path, "a/b"));
    mkdirSync(join(made.path, "x/y"), { recursive: true });
    await made[Symbol.asyncDispose]();
    await made[Symbol.asyncDispose]();
    expect(readdirSync(join(place.path, "a/b"))).toEqual([]);
  });

  test("stays while its maker lives", async () => {
    await using place = scratch();
    await using made = temporaryDirectory(place.path);
    expect(sweepTemporary(place.path)).toEqual([]);
    expect(existsSync(made.path)).toBe(true);
  });

  test("names its maker: pid, start time, pid namespace", async () => {
    await using place = scratch();
    await using made = temporaryDirectory(place.path);
    expect(basename(made.path)).toMatch(
      new RegExp(`^\\.ocilab-${process.pid}-${startTime(process.pid)}-${here}-[0-9a-f]{8}$`),
    );
  });
});

describe("sweeping", () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["of a process that is no more", `.ocilab-999999999-1-${here}-0123abcd`, true],
    ["of a process whose pid another has now", `.ocilab-${process.pid}-1-${here}-0123abcd`, true],
    ["of another pid namespace, whose processes cannot be seen", ".ocilab-999999999-1-1-0123abcd", false],
    ["whose name says no namespace", ".ocilab-999999999-1-0123abcd", false],
    ["of another kind", ".ocilab-cache", false],
    ["not hidden", `ocilab-999999999-1-${here}-0123abcd`, false],
  ];
  test.each(rows)("one %s", async (_, name, goes) => {
    await using place = scratch();
    mkdirSync(join(place.path, name, "deep"), { recursive: true });
    expect(sweepTemporary(place.path)).toEqual(goes ? [join(place.path, name)] : []);
    expect(existsSync(join(place.path, name))).toBe(!goes);
  });

  test("a link of such a name leads nowhere", async () => {
    await using place = scratch();
    mkdirSync(join(place.path, "kept/deep"), { recursive: true });
    symlinkSync("kept", join(place.path, `.ocilab-999999999-1-${here}-0123abcd`));
    expect(sweepTemporary(place.path)).toEqual([]);
    expect(readdirSync(join(place.path, "kept"))).toEqual(["deep"]);
  });

  test.runIf(process.getuid?.() === 0)("one of another user stays", async () => {
    await using place = scratch();
    const path = join(place.path, `.ocilab-999999999-1-${here}-0123abcd`);
    mkdirSync(path);
    chownSync(path, 12345, 12345);
    expect(sweepTemporary(place.path)).toEqual([]);
  });

  test("a parent that is not there has none", () => {
    expect(sweepTemporary("/nowhere/at/all")).toEqual([]);
  });
});
