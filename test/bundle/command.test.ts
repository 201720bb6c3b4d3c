import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandFault } from "../../src/bundle/command.ts";
import { readExecutable, runsNatively } from "../../src/bundle/executable.ts";
import { readInside, resolveInside } from "../../src/bundle/inside.ts";
import { readElf } from "../../src/linux/elf.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
afterAll(() => place[Symbol.asyncDispose]());
const rootfs = join(place.path, "rootfs");
const machine = process.arch === "arm64" ? 183 : 62;

/** A 64-bit little-endian ELF header, with a PT_INTERP when `interpreter` is given. */
function elf(of: number, interpreter?: string): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write("\x7fELF\x02\x01\x01", "latin1");
  bytes.writeUInt16LE(of, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(interpreter === undefined ? 0 : 1, 56);
  if (interpreter === undefined) return bytes;
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(128n, 72);
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
  bytes.write(`${interpreter}\0`, 128);
  return bytes;
}

function put(path: string, content: string | Buffer, mode = 0o755): void {
  mkdirSync(dirname(join(rootfs, path)), { recursive: true });
  writeFileSync(join(rootfs, path), content);
  chmodSync(join(rootfs, path), mode);
}

put("bin/sh", elf(machine));
put("bin/static", elf(machine));
put("bin/dynamic", elf(machine, "/lib64/ld.so"));
put("bin/linked", elf(machine, "/lib/ld-there.so"));
put("lib/ld-there.so", elf(machine));
put("bin/foreign", elf(8));
put("bin/script", "#!/bin/sh\necho\n");
put("bin/windows", "#!/bin/sh\r\necho\r\n");
put("bin/python", "#! /usr/bin/env python3\n");
put("bin/bare", "echo no first line\n");
put("bin/closed", elf(machine), 0o644);
put("opt/tool", elf(machine));
mkdirSync(join(rootfs, "etc"));
symlinkSync("/bin/static", join(rootfs, "etc/absolute"));
symlinkSync("../../../../bin/static", join(rootfs, "etc/climbing"));
symlinkSync("/etc/ring", join(rootfs, "etc/ring"));
symlinkSync("/etc/passwd", join(rootfs, "etc/passwd"));

const base = { ociVersion: "1.0.2", root: { path: "rootfs" } };
const withArg = (arg: string, more: Partial<Spec> = {}): Spec => ({
  ...base,
  process: { cwd: "/opt", args: [arg], env: ["PATH=/usr/bin:/bin"], user: { uid: 0, gid: 0 } },
  ...more,
});
const faultOf = (spec: Spec) => commandFault({ path: place.path, rootfs, spec, configText: "" });

describe("the command of a bundle", () => {
  test.each(["sh", "/bin/sh", "script", "linked", "./tool", "/etc/absolute", "/etc/climbing"])(
    "%s can run",
    (arg) => {
      expect(faultOf(withArg(arg))).toBeUndefined();
    },
  );

  test.each([
    ["shh", "missing", "is in none of the rootfs's PATH directories (/usr/bin, /bin)", 'did you mean "sh"?'],
    ["/bin/scrip", "missing", "there is no", 'did you mean "script"?'],
    ["/etc/ring", "missing", "there is no", ""],
    ["dynamic", "missing", 'its loader (PT_INTERP) "/lib64/ld.so" is not in the rootfs', "statically"],
    ["python", "missing", 'its interpreter "/usr/bin/env" is not in the rootfs', "install"],
    ["windows", "missing", "Windows line ends", "sed"],
    ["foreign", "denied", "is a program for mips", "--platform"],
    ["bare", "denied", "neither an ELF program nor a script", "#!/bin/sh"],
    ["closed", "denied", "has mode 0644", "chmod +x"],
    ["/etc", "denied", "is a directory", "name a program"],
  ])("%s: %s, %s", (arg, kind, says, hint) => {
    const fault = faultOf(withArg(arg));
    expect(fault).toMatchObject({ kind, problem: { at: "/process/args/0", from: "host", level: "error" } });
    expect(fault?.problem.says).toContain(says);
    expect(fault?.problem.hint).toContain(hint);
  });

  test("without PATH is said so", () => {
    const spec = withArg("sh");
    const bare = { ...spec, process: { cwd: "/", args: ["sh"], user: { uid: 0, gid: 0 } } };
    expect(faultOf(bare)?.problem.says).toContain("process.env has no PATH");
  });

  test("below a mount is not judged", () => {
    expect(faultOf(withArg("/data/tool", { mounts: [{ destination: "/data" }] }))).toBeUndefined();
  });

  test("that a hook could still make is a warning", () => {
    const hooks = { createRuntime: [{ path: "/bin/true" }] };
    expect(faultOf(withArg("shh", { hooks }))?.problem.level).toBe("warning");
  });
});

describe("paths inside a rootfs", () => {
  test("never lead out of it", () => {
    expect(resolveInside(rootfs, "/etc/climbing")?.path).toBe("/bin/static");
    expect(resolveInside(rootfs, "/../../bin/sh")?.path).toBe("/bin/sh");
  });

  test("a passwd that links to itself, or a missing one, has no text", () => {
    expect(readInside(rootfs, "/etc/passwd")).toBeUndefined();
    expect(readInside(rootfs, "/etc/group")).toBeUndefined();
  });

  test("a file in place of a directory is missing, not an error", () => {
    expect(resolveInside(rootfs, "/bin/sh/x")).toBeUndefined();
  });
});

describe("the first bytes of a program", () => {
  test.each([
    ["", { kind: "unknown" }],
    ["#!", { kind: "unknown" }],
    ["#!/bin/sh", { kind: "script", interpreter: "/bin/sh", carriageReturn: false }],
    ["#! /bin/sh -e\r\n", { kind: "script", interpreter: "/bin/sh", carriageReturn: true }],
    ["\x7fELF", { kind: "unknown" }],
  ])("%j", (text, expected) => {
    expect(readExecutable(Buffer.from(text, "latin1"))).toEqual(expected);
  });

  test("an ELF header that lies about its tables does no harm", () => {
    const bytes = elf(62, "/x");
    bytes.writeBigUInt64LE(2n ** 60n, 32);
    bytes.writeUInt16LE(65535, 56);
    expect(readExecutable(bytes)).toEqual({ kind: "elf", architecture: "amd64", interpreter: undefined });
  });

  test("machines, in both byte orders", () => {
    const header = (machine: number, order: number): Buffer => {
      const bytes = elf(machine, "/x");
      bytes[5] = order;
      return order === 2 ? bytes.fill(0, 6).fill(machine, 19, 20) : bytes;
    };
    const named = (machine: number, order = 1) => readElf(header(machine, order))?.architecture;
    expect([named(183), named(7), named(21), named(21, 2)]).toEqual([
      "arm64",
      "machine 7",
      "ppc64le",
      "ppc64",
    ]);
    expect(
      [
        ["386", "amd64"],
        ["arm64", "amd64"],
        ["amd64", "amd64"],
      ].map(([a = "", b = ""]) => runsNatively(a, b)),
    ).toEqual([true, false, true]);
  });
});
