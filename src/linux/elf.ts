/** What the header and the program headers of an ELF file say (elf(5)). */
export type ElfHeader = {
  /** As image platforms spell it ("amd64"); "machine 7" for one without a name here. */
  readonly architecture: string;
  /** PT_INTERP, the program that loads this one; undefined for a static program, and for one whose table lies beyond the bytes given. */
  readonly interpreter: string | undefined;
};

/** Bytes that `readElf` wants: program headers and the interpreter's name stand at the beginning. */
export const elfStart = 64 * 1024;

/** Pure: read an ELF header, or undefined when the bytes are none. */
export function readElf(bytes: Buffer): ElfHeader | undefined {
  if (bytes.length < 64 || bytes.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const wide = bytes[4] === 2;
  const big = bytes[5] === 2;
  const read = (offset: number, size: 2 | 4 | 8): number => readInteger(bytes, { offset, size, big });
  const architecture = architectureOf(read(18, 2), big);
  const table = wide ? read(32, 8) : read(28, 4);
  const [entrySize, count] = wide ? [read(54, 2), read(56, 2)] : [read(42, 2), read(44, 2)];
  for (let index = 0; index < Math.min(count, 100); index++) {
    const at = table + index * entrySize;
    if (at + 56 > bytes.length || read(at, 4) !== PT_INTERP) continue;
    const [offset, size] = wide ? [read(at + 8, 8), read(at + 32, 8)] : [read(at + 4, 4), read(at + 16, 4)];
    const name = bytes.subarray(offset, offset + size).toString("utf8");
    return { architecture, interpreter: name.replace(/\0.*$/s, "") || undefined };
  }
  return { architecture, interpreter: undefined };
}

const PT_INTERP = 3;

/** Names of machines by e_machine (elf.h). */
const machines: Readonly<Record<number, string>> = {
  3: "386",
  8: "mips",
  20: "ppc",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "amd64",
  183: "arm64",
  243: "riscv64",
  258: "loong64",
};

/** The machines that come in both byte orders. */
function architectureOf(machine: number, big: boolean): string {
  const name = machines[machine] ?? `machine ${machine}`;
  if (big) return name;
  if (name === "ppc64") return "ppc64le";
  return name === "mips" ? "mipsle" : name;
}

function readInteger(bytes: Buffer, place: { offset: number; size: 2 | 4 | 8; big: boolean }): number {
  const { offset, size, big } = place;
  if (size === 8) return Number(big ? bytes.readBigUInt64BE(offset) : bytes.readBigUInt64LE(offset));
  return big ? bytes.readUIntBE(offset, size) : bytes.readUIntLE(offset, size);
}
