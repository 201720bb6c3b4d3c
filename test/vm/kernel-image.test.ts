import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decompress } from "../../src/vm/decompress.ts";
import { elfSection, isElf } from "../../src/vm/elf.ts";
import { readKernelImage } from "../../src/vm/kernel-image.ts";

const kernel = Buffer.from(`\x7fELF\x02\x01${"kernel ".repeat(100)}`, "latin1");

/** A bzImage as Documentation/arch/x86/boot.rst lays it out: two setup sectors, then code with the payload at an offset. */
function bzImage(payload: Buffer): Buffer {
  const setup = Buffer.alloc(3 * 512);
  setup[0x1f1] = 2;
  setup.write("HdrS", 0x202, "latin1");
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt16LE(0x300 - 0x200, 0x20e);
  setup.write("6.1.0-9-test (maker@host) #1\0", 0x300, "latin1");
  setup.writeUInt32LE(32, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(32, 0xcc), payload, Buffer.alloc(100)]);
}

const size = Buffer.alloc(4);
size.writeUInt32LE(kernel.length);

test.each([
  ["gzip, which ends in the size by itself", gzipSync(kernel)],
  ["zstd, followed by the size", Buffer.concat([zstdCompressSync(kernel), size])],
])("a bzImage packed with %s gives its release and its kernel", async (_, payload) => {
  const image = readKernelImage(bzImage(payload));
  expect(image).toMatchObject({ kind: "bzImage", release: "6.1.0-9-test" });
  if (image?.kind === "bzImage") expect(Buffer.from(await decompress(image.payload))).toEqual(kernel);
});

test.each([
  [
    "an ELF kernel",
    Buffer.concat([kernel, Buffer.from("\0Linux version 7.2.1-x (a@b)\0")]),
    { kind: "elf", release: "7.2.1-x" },
  ],
  [
    "an arm64 Image",
    Buffer.concat([Buffer.alloc(0x38), Buffer.from("ARMd"), Buffer.alloc(64)]),
    { kind: "arm64", release: undefined },
  ],
  ["text", Buffer.from("x".repeat(2000)), undefined],
  ["nothing", Buffer.alloc(0), undefined],
  ["a bzImage of an old protocol", bzImage(kernel).fill(0x01, 0x207, 0x208), undefined],
])("%s is recognised for what it is", (_, file, image) => {
  expect(readKernelImage(file)).toEqual(image);
});

test("a file that is no ELF has no sections", () => {
  expect(isElf(Buffer.from("\x7fELF\x01\x01short", "latin1"))).toBe(false);
  expect(elfSection(Buffer.from("#!/bin/sh\n"), ".modinfo")).toBeUndefined();
});
