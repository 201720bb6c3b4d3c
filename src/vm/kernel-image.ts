import { isElf } from "./elf.ts";

/** A kernel image as distributions ship it: what it is, its release (`uname -r`), and the compressed kernel inside where there is one. */
export type KernelImage =
  | { readonly kind: "bzImage"; readonly release: string; readonly payload: Uint8Array }
  | { readonly kind: "elf" | "arm64"; readonly release: string | undefined };

/**
 * Recognise a kernel image: x86 bzImage of boot protocol 2.08 or newer (kernel: Documentation/arch/x86/boot.rst), an ELF kernel, or arm64's
 * Image (Documentation/arch/arm64/booting.rst). Undefined for anything else.
 */
export function readKernelImage(file: Uint8Array): KernelImage | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (isElf(file)) return { kind: "elf", release: releaseIn(bytes) };
  if (bytes.length > 64 && bytes.toString("latin1", 0x38, 0x3c) === "ARMd")
    return { kind: "arm64", release: releaseIn(bytes) };
  const bzImage = bytes.length > 0x250 && bytes.toString("latin1", 0x202, 0x206) === "HdrS";
  if (!bzImage || bytes.readUInt16LE(0x206) < 0x208) return undefined;
  const setup = ((bytes.readUInt8(0x1f1) || 4) + 1) * 512;
  const start = setup + bytes.readUInt32LE(0x248);
  const version = bytes.readUInt16LE(0x20e) + 0x200;
  const [release = ""] = bytes.toString("latin1", version, bytes.indexOf(0, version)).split(" ");
  const end = start + bytes.readUInt32LE(0x24c);
  // Every compression but gzip, which ends in it by itself, is followed by the kernel's size in four bytes.
  const tail = bytes.readUInt16BE(start) === 0x1f8b ? 0 : 4;
  return { kind: "bzImage", release, payload: bytes.subarray(start, end - tail) };
}

function releaseIn(bytes: Buffer): string | undefined {
  const at = bytes.indexOf("Linux version ");
  return at < 0 ? undefined : /^Linux version (\S+)/.exec(bytes.toString("latin1", at, at + 200))?.[1];
}
