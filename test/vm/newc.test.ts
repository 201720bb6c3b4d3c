import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeArchive } from "../../src/vm/newc.ts";
import { describeWith, programPath } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

test("an entry is an ASCII header of 110 bytes, the path and the content, each padded to four bytes", () => {
  const bytes = Buffer.from(
    writeArchive([{ kind: "file", path: "ab", content: Buffer.from("12345"), mode: 0o600 }]),
  );
  expect(bytes.toString("latin1", 0, 14)).toBe("07070100000001");
  expect(bytes.toString("latin1", 14, 22)).toBe("00008180");
  expect(bytes.toString("latin1", 110, 113)).toBe("ab\0");
  expect(bytes.toString("latin1", 116, 124)).toBe("12345\0\0\0");
  expect(bytes.length % 4).toBe(0);
  expect(bytes.toString("latin1")).toContain("TRAILER!!!\0");
});

test("equal entries give equal bytes", () => {
  const entries = [
    { kind: "directory", path: "a" } as const,
    { kind: "link", path: "a/b", target: "c" } as const,
  ];
  expect(writeArchive(entries)).toEqual(writeArchive(entries));
});

describeWith(["busybox", "root"], "busybox's cpio reads what we write", () => {
  test("directories, files, links and devices come out as they went in", async () => {
    await using place = scratch();
    const content = Buffer.from([0, 255, 10, 13]);
    const input = writeArchive([
      { kind: "directory", path: "d", mode: 0o700 },
      { kind: "file", path: "d/f", content, mode: 0o751 },
      { kind: "link", path: "d/l", target: "f" },
      { kind: "device", path: "null", mode: 0o666, major: 1, minor: 3 },
    ]);
    const { status, stderr } = spawnSync(programPath("busybox") ?? "", ["cpio", "-id"], {
      cwd: place.path,
      input,
    });
    expect(stderr.toString()).toMatch(/blocks/);
    expect(status).toBe(0);
    expect(readFileSync(join(place.path, "d/f"))).toEqual(content);
    expect(statSync(join(place.path, "d/f")).mode & 0o7777).toBe(0o751);
    expect(statSync(join(place.path, "d")).mode & 0o7777).toBe(0o700);
    expect(readlinkSync(join(place.path, "d/l"))).toBe("f");
    expect(statSync(join(place.path, "null")).rdev).toBe(0x103);
  });
});
