/**
 * One section of a 64-bit little-endian ELF file by name, or undefined when the file is none or has no such section (elf(5)).
 * The view shares the file's memory.
 */
export function elfSection(file: Uint8Array, name: string): Uint8Array | undefined {
  if (!isElf(file)) return undefined;
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const count = bytes.readUInt16LE(60);
  const sections = Array.from({ length: count }, (_, index) => sectionAt(bytes, index));
  const names = sections[bytes.readUInt16LE(62)];
  if (names === undefined) return undefined;
  return sections.find(({ nameOffset }) => textAt(names.content, nameOffset) === name)?.content;
}

/** True for a 64-bit little-endian ELF file. */
export function isElf(file: Uint8Array): boolean {
  return file.length >= 64 && Buffer.from(file.subarray(0, 6)).toString("latin1") === "\x7fELF\x02\x01";
}

/** True when the ELF file asks for a program interpreter, as one that needs shared libraries does (program header PT_INTERP). */
export function needsInterpreter(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const start = Number(bytes.readBigUInt64LE(32));
  const types = Array.from({ length: bytes.readUInt16LE(56) }, (_, index) =>
    bytes.readUInt32LE(start + index * bytes.readUInt16LE(54)),
  );
  return types.includes(3);
}

function sectionAt(bytes: Buffer, index: number) {
  const at = Number(bytes.readBigUInt64LE(40)) + index * bytes.readUInt16LE(58);
  const offset = Number(bytes.readBigUInt64LE(at + 24));
  const size = Number(bytes.readBigUInt64LE(at + 32));
  return { nameOffset: bytes.readUInt32LE(at), content: bytes.subarray(offset, offset + size) };
}

function textAt(bytes: Buffer, offset: number): string {
  return bytes.toString("latin1", offset, bytes.indexOf(0, offset));
}
