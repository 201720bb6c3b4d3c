/** Where the parts of a program are loaded: code and what it reads, and what it writes. Both below 2^31. */
export const codeOrigin = 0x400000;
export const dataOrigin = 0x10000000;

const headerSize = 64;
const segmentSize = 56;
const page = 4096;
/** Where the code begins in the file, and after `codeOrigin` in memory. */
export const codeOffset = headerSize + 3 * segmentSize;

/** elf.h */
const [ET_EXEC, PT_LOAD, PT_GNU_STACK] = [2, 1, 0x6474e551];
const [PF_X, PF_W, PF_R] = [1, 2, 4];

export type Executable = {
  /** e_machine: 62 for x86-64, 183 for AArch64. */
  readonly machine: number;
  /** Begins to run at its first byte, at codeOrigin + codeOffset. */
  readonly code: Uint8Array;
  /** What the writable memory begins with, at most a page, and its size. */
  readonly data: Uint8Array;
  readonly dataSize: number;
};

/** A static ELF program of 64 bits, little-endian (elf(5)): it needs no loader, no library and no file. */
export function executable({ machine, code, data, dataSize }: Executable): Buffer {
  const dataAt = Math.ceil((codeOffset + code.length) / page) * page;
  const file = Buffer.alloc(dataAt + page);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(ET_EXEC, 16);
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(codeOrigin + codeOffset), 24);
  file.writeBigUInt64LE(BigInt(headerSize), 32);
  file.writeUInt16LE(headerSize, 52);
  file.writeUInt16LE(segmentSize, 54);
  file.writeUInt16LE(3, 56);
  const size = codeOffset + code.length;
  const segments = [
    { type: PT_LOAD, flags: PF_R | PF_X, offset: 0, address: codeOrigin, inFile: size, inMemory: size },
    {
      type: PT_LOAD,
      flags: PF_R | PF_W,
      offset: dataAt,
      address: dataOrigin,
      inFile: page,
      inMemory: dataSize,
    },
    { type: PT_GNU_STACK, flags: PF_R | PF_W, offset: 0, address: 0, inFile: 0, inMemory: 0 },
  ];
  for (const [index, segment] of segments.entries())
    file.set(programHeader(segment), headerSize + index * segmentSize);
  file.set(code, codeOffset);
  file.set(data, dataAt);
  return file;
}

type Segment = {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly inFile: number;
  readonly inMemory: number;
};

function programHeader({ type, flags, offset, address, inFile, inMemory }: Segment): Buffer {
  const header = Buffer.alloc(segmentSize);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(flags, 4);
  for (const [index, value] of [offset, address, address, inFile, inMemory, page].entries())
    header.writeBigUInt64LE(BigInt(value), 8 + 8 * index);
  return header;
}
