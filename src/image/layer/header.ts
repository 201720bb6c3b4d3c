import { Refusal } from "./refusal.ts";

/** One 512-byte tar header, taken apart (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). */
export type TarHeader = {
  /** The type flag as one character; "\0" for the oldest archives' files. */
  readonly flag: string;
  readonly format: "v7" | "ustar" | "gnu" | "star";
  /** One character a byte. */
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of data that follow the header; 0 for the flags that never have any. */
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly atime: bigint | undefined;
  readonly major: number;
  readonly minor: number;
};

/** Flags whose entries have no data whatever their size field says, as Go's and GNU's readers agree. */
const withoutData = "123456";

/** Parse a header block. Errors: "layer.malformed-archive" for a wrong checksum or a field that is no number. */
export function parseHeader(block: Buffer): TarHeader {
  checkSum(block);
  const format = formatOf(block);
  const flag = String.fromCharCode(block[156] ?? 0);
  const size = readNumber(block, 124, 12, "size");
  if (size < 0) throw new Refusal("layer.malformed-archive", `has a negative size of ${size} bytes`);
  const device = format !== "v7" && (flag === "3" || flag === "4");
  return {
    flag,
    format,
    name: fullName(block, format),
    linkName: readText(block, 157, 100),
    mode: readNumber(block, 100, 8, "mode"),
    uid: readNumber(block, 108, 8, "uid"),
    gid: readNumber(block, 116, 8, "gid"),
    size: withoutData.includes(flag) ? 0 : size,
    mtime: BigInt(readNumber(block, 136, 12, "mtime")) * 1_000_000_000n,
    atime: gnuTime(block, format),
    major: device ? readNumber(block, 329, 8, "device major") : 0,
    minor: device ? readNumber(block, 337, 8, "device minor") : 0,
  };
}

/** A number field: octal text, or base-256 when its first bit is set (GNU). Beyond 2^53 it is refused, nothing so large is real. */
export function readNumber(block: Buffer, at: number, length: number, field: string): number {
  const field256 = ((block[at] ?? 0) & 0x80) !== 0;
  if (field256) return readBase256(block.subarray(at, at + length), field);
  const text = block.toString("latin1", at, at + length).replace(/^[ \0]+|[ \0]+$/g, "");
  if (text === "") return 0;
  if (!/^[0-7]+$/.test(text))
    throw new Refusal("layer.malformed-archive", `has a ${field} that is no number`);
  return Number.parseInt(text, 8);
}

function readBase256(bytes: Buffer, field: string): number {
  const negative = ((bytes[0] ?? 0) & 0x40) !== 0;
  const digits = BigInt(`0x${bytes.toString("hex")}`) & (2n ** BigInt(bytes.length * 8 - 1) - 1n);
  const value = negative ? digits - 2n ** BigInt(bytes.length * 8 - 1) : digits;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new Refusal("layer.malformed-archive", `has a ${field} beyond 2^53`);
  }
  return number;
}

/** The sum is of unsigned bytes; very old writers summed signed ones. */
function checkSum(block: Buffer): void {
  let unsigned = 8 * 32;
  let high = 0;
  for (let at = 0; at < 512; at++) {
    if (at >= 148 && at < 156) continue;
    const byte = block[at] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  const stated = readNumber(block, 148, 8, "checksum");
  if (stated === unsigned || stated === unsigned - 256 * high) return;
  throw new Refusal("layer.malformed-archive", "has a header whose checksum is wrong");
}

function formatOf(block: Buffer): TarHeader["format"] {
  const magic = block.toString("latin1", 257, 265);
  if (magic === "ustar  \0") return "gnu";
  if (!magic.startsWith("ustar\0")) return "v7";
  return block.toString("latin1", 508, 512) === "tar\0" ? "star" : "ustar";
}

function fullName(block: Buffer, format: TarHeader["format"]): string {
  const name = readText(block, 0, 100);
  if (format === "v7" || format === "gnu") return name;
  const prefix = readText(block, 345, format === "star" ? 131 : 155);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function gnuTime(block: Buffer, format: TarHeader["format"]): bigint | undefined {
  if (format !== "gnu" || block[345] === 0) return undefined;
  return BigInt(readNumber(block, 345, 12, "atime")) * 1_000_000_000n;
}

function readText(block: Buffer, at: number, length: number): string {
  const text = block.toString("latin1", at, at + length);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}
