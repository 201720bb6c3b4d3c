/** One instruction of eBPF (struct bpf_insn). */
export type Row = readonly [code: number, target: number, source: number, offset: number, immediate: number];

/** The instructions as the kernel has them in memory. */
export function bytesOf(rows: readonly Row[]): Buffer {
  const bytes = Buffer.alloc(rows.length * 8);
  for (const [index, [code, target, source, offset, immediate]] of rows.entries()) {
    bytes.writeUInt8(code, 8 * index);
    bytes.writeUInt8(target | (source << 4), 8 * index + 1);
    bytes.writeInt16LE(offset, 8 * index + 2);
    bytes.writeInt32LE(immediate, 8 * index + 4);
  }
  return bytes;
}

export function hexOf(rows: readonly Row[]): string {
  return bytesOf(rows).toString("hex");
}
