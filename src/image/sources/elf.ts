/** What a program's ELF header says: the architecture in the words of images, and whether it is loaded by an interpreter. */
export type ElfProgram = { readonly architecture: string | undefined; readonly dynamic: boolean };

/** e_machine (elf.h) to GOARCH, little-endian machines but for s390x. */
const machines: Readonly<Record<number, string>> = {
  3: "386",
  21: "ppc64le",
  22: "s390x",
  40: "arm",
  62: "amd64",
  183: "arm64",
  243: "riscv64",
  258: "loong64",
};
const PT_INTERP = 3;

/** The ELF header of a program (elf(5)), or undefined when the bytes are none. A static program has no PT_INTERP segment. Pure. */
export function readElf(bytes: Buffer): ElfProgram | undefined {
  if (bytes.length < 64 || bytes.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const wide = bytes[4] === 2;
  const little = bytes[5] === 1;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const table = wide ? u32(little ? 32 : 36) : u32(28);
  const [entrySize, entries] = wide ? [u16(54), u16(56)] : [u16(42), u16(44)];
  const segments = Array.from({ length: entries }, (_, index) => table + index * entrySize).filter(
    (at) => at + 4 <= bytes.length,
  );
  return { architecture: machines[u16(18)], dynamic: segments.some((at) => u32(at) === PT_INTERP) };
}
