import { bad, good, type Parsed } from "../parsed.ts";

/** One instruction of classic BPF (struct sock_filter, linux/filter.h). */
export type Instruction = {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly k: number;
};

/** The instructions of a filter, in the byte order of this machine, which is little-endian wherever ocilab runs. */
export function parseProgram(bytes: Uint8Array): Parsed<readonly Instruction[]> {
  if (bytes.length === 0 || bytes.length % 8 !== 0)
    return bad("instructions of 8 bytes", `${bytes.length} bytes`);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return good(
    Array.from({ length: bytes.length / 8 }, (_, index) => ({
      code: words.getUint16(index * 8, true),
      whenTrue: words.getUint8(index * 8 + 2),
      whenFalse: words.getUint8(index * 8 + 3),
      k: words.getUint32(index * 8 + 4, true),
    })),
  );
}
