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

/** Every byte as a character: so that none is made for each header. */
const flags = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** Parse the header block at `at`. Errors: "layer.malformed-archive" for a wrong checksum or a field that is no number. */
export function parseHeader(block: Buffer, at = 0): TarHeader {
  checkSum(block, at);
  const format = formatOf(block, at);
  const flag = flags[byte(block, at + 156)] ?? "";
  const size = readNumber(block, at + 124, 12, "size");
  if (size < 0) throw new Refusal("layer.malformed-archive", `has a negative size of ${size} bytes`);
  const device = format !== "v7" && (flag === "3" || flag === "4");
  return {
    flag,
    format,
    name: fullName(block, at, format),
    linkName: readText(block, at + 157, 100),
    mode: readNumber(block, at + 100, 8, "mode"),
    uid: readNumber(block, at + 108, 8, "uid"),
    gid: readNumber(block, at + 116, 8, "gid"),
    size: withoutData.includes(flag) ? 0 : size,
    mtime: inNanoseconds(readNumber(block, at + 136, 12, "mtime")),
    atime: gnuTime(block, at, format),
    major: device ? readNumber(block, at + 329, 8, "device major") : 0,
    minor: device ? readNumber(block, at + 337, 8, "device minor") : 0,
  };
}

/** A number field: octal text, or base-256 when its first bit is set (GNU). Beyond 2^53 it is refused, nothing so large is real. */
export function readNumber(block: Buffer, from: number, length: number, field: string): number {
  if (byte(block, from) >= 0x80) return readBase256(block.subarray(from, from + length), field);
  let [at, end] = [from, from + length];
  while (at < end && isBlank(byte(block, at))) at++;
  while (at < end && isBlank(byte(block, end - 1))) end--;
  let value = 0;
  for (; at < end; at++) {
    const digit = byte(block, at) - 0x30;
    if (digit < 0 || digit > 7)
      throw new Refusal("layer.malformed-archive", `has a ${field} that is no number`);
    value = value * 8 + digit;
  }
  return value;
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

/** The sum is of unsigned bytes, its own field taken as blanks; very old writers summed signed ones. */
function checkSum(block: Buffer, at: number): void {
  const stated = readNumber(block, at + 148, 8, "checksum");
  const unsigned = 8 * 32 + sum(block, at, 148) + sum(block, at + 156, 356);
  if (stated === unsigned) return;
  if (stated === unsigned - 256 * (highBytes(block, at, 148) + highBytes(block, at + 156, 356))) return;
  throw new Refusal("layer.malformed-archive", "has a header whose checksum is wrong");
}

/** `length` is a multiple of four. */
function sum(block: Buffer, from: number, length: number): number {
  let total = 0;
  for (let at = from; at < from + length; at += 4) {
    total += byte(block, at) + byte(block, at + 1) + byte(block, at + 2) + byte(block, at + 3);
  }
  return total;
}

function highBytes(block: Buffer, from: number, length: number): number {
  let count = 0;
  for (let at = from; at < from + length; at++) count += byte(block, at) >> 7;
  return count;
}

function formatOf(block: Buffer, at: number): TarHeader["format"] {
  if (!hasText(block, at + 257, "ustar")) return "v7";
  if (byte(block, at + 262) === 0) return hasText(block, at + 508, "tar\0") ? "star" : "ustar";
  return hasText(block, at + 262, "  \0") ? "gnu" : "v7";
}

function hasText(block: Buffer, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (byte(block, at + index) !== text.charCodeAt(index)) return false;
  }
  return true;
}

function fullName(block: Buffer, at: number, format: TarHeader["format"]): string {
  const name = readText(block, at, 100);
  if (format === "v7" || format === "gnu" || byte(block, at + 345) === 0) return name;
  return `${readText(block, at + 345, format === "star" ? 131 : 155)}/${name}`;
}

function gnuTime(block: Buffer, at: number, format: TarHeader["format"]): bigint | undefined {
  if (format !== "gnu" || byte(block, at + 345) === 0) return undefined;
  return inNanoseconds(readNumber(block, at + 345, 12, "atime"));
}

let lastSeconds = 0;
let lastNanoseconds = 0n;

/** Neighbours in an archive often have the same time: the last one is kept. */
function inNanoseconds(seconds: number): bigint {
  if (seconds !== lastSeconds) {
    lastSeconds = seconds;
    lastNanoseconds = BigInt(seconds) * 1_000_000_000n;
  }
  return lastNanoseconds;
}

function readText(block: Buffer, from: number, length: number): string {
  let end = from;
  while (end < from + length && byte(block, end) !== 0) end++;
  return end === from ? "" : block.toString("latin1", from, end);
}

function isBlank(value: number): boolean {
  return value === 0x20 || value === 0;
}

/** Only ever called with a place inside the block. */
function byte(block: Buffer, at: number): number {
  return block[at] as number;
}
