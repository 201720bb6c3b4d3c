import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mount, mountFlags, umountFlags, unmount } from "../../src/linux/mount.ts";
import { deviceNumber, makeNode } from "../../src/linux/node.ts";
import { setTimes } from "../../src/linux/time.ts";
import { listAttributes, readAttribute, removeAttribute, setAttribute } from "../../src/linux/xattr.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

describeWith(["root"], "files through system calls", () => {
  test("nodes are what was asked for", async () => {
    await using place = scratch();
    makeNode(join(place.path, "null"), { kind: "character", mode: 0o640, device: deviceNumber(1, 3) });
    makeNode(join(place.path, "pipe"), { kind: "fifo", mode: 0o600 });
    expect(lstatSync(join(place.path, "null")).isCharacterDevice()).toBe(true);
    expect(lstatSync(join(place.path, "null")).rdev).toBe(0x103);
    expect(lstatSync(join(place.path, "pipe")).isFIFO()).toBe(true);
  });

  test("attributes are set on the link itself, names and values are bytes", async () => {
    await using place = scratch();
    const [file, link] = [join(place.path, "file"), join(place.path, "link")];
    writeFileSync(file, "");
    symlinkSync("file", link);
    setAttribute(link, "trusted.a", Buffer.from([0, 255]));
    setAttribute(Buffer.from(file), Buffer.from("trusted.b\xff", "latin1"), Buffer.alloc(0));
    expect(listAttributes(link)).toEqual(["trusted.a"]);
    expect(readAttribute(link, "trusted.a")).toEqual(Buffer.from([0, 255]));
    expect(listAttributes(file)).toEqual(["trusted.b\xff"]);
    removeAttribute(link, "trusted.a");
    expect(listAttributes(link)).toEqual([]);
  });

  test.each([0n, 1n, -1n, 1_700_000_000_123_456_789n, -1_500_000_000n])("%i ns is kept", async (mtime) => {
    await using place = scratch();
    const link = join(place.path, "link");
    symlinkSync("/nowhere", link);
    setTimes(link, { atime: 5n, mtime });
    expect(lstatSync(link, { bigint: true })).toMatchObject({ mtimeNs: mtime, atimeNs: 5n });
  });

  test("a mount comes and goes", async () => {
    await using place = scratch();
    const target = join(place.path, "mount");
    mkdirSync(target);
    mount(target, { type: "tmpfs", flags: mountFlags.MS_NOSUID | mountFlags.MS_NODEV, data: "mode=0711" });
    try {
      expect(statSync(target).mode & 0o7777).toBe(0o711);
      expect(readFileSync("/proc/self/mountinfo", "utf8")).toContain(`${target} rw,nosuid,nodev`);
    } finally {
      unmount(target, umountFlags.MNT_DETACH);
    }
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(target);
  });
});
