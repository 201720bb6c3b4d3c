import type { ByteReader } from "./bytes.ts";
import type { EntryType, TarEntry } from "./entry.ts";
import { parseHeader, readNumber, type TarHeader } from "./header.ts";
import type { LayerLimits } from "./limits.ts";
import { type PaxRecords, parseCount, parsePax } from "./pax.ts";
import { quoteName, Refusal } from "./refusal.ts";
import {
  checkSparse,
  hasExtension,
  parseStretches,
  readGnuStretches,
  readLeadingStretches,
  type SparseMap,
  type Stretch,
} from "./sparse.ts";

/** What stands before an entry and says something of it. */
type Announced = { name?: string; linkName?: string; pax?: PaxRecords };

const types: Readonly<Record<string, EntryType>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  S: "file",
  "1": "hard-link",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};
const noAttributes: ReadonlyMap<string, Buffer> = new Map();
const noRecords: PaxRecords = {};

/**
 * Reads ustar, v7, GNU and PAX archives from front to back (POSIX.1-2017 pax; GNU tar manual, "Tar Internals").
 * Where readers are known to disagree it does as Go's, which the engines use, or refuses.
 * Errors: Refusal "layer.malformed-archive" or "layer.limit", worded as the end of a sentence about the entry.
 */
export class TarReader {
  /** The name of the entry being read, as far as it is known: for errors. */
  name = "";
  readonly #bytes: ByteReader;
  readonly #limits: Pick<LayerLimits, "headerBytes">;
  #left = 0;
  #padding = 0;
  #sparse: SparseMap | undefined;
  #global: PaxRecords = noRecords;

  constructor(bytes: ByteReader, limits: Pick<LayerLimits, "headerBytes">) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** The next entry, or undefined at the archive's end. What was not read of the entry before is skipped. */
  next(): TarEntry | undefined {
    this.#skip();
    this.name = "";
    const announced: Announced = {};
    for (;;) {
      const at = this.#header();
      if (at === -1) return this.#end(announced);
      const header = parseHeader(this.#bytes.bytes, at);
      this.name = announced.name ?? announced.pax?.path ?? header.name;
      if (!this.#announce(header, announced)) return this.#entry(header, at, announced);
    }
  }

  /** Hand the current entry's data over in pieces, each with its place in the file; a piece is good until `write` returns. */
  data(write: (piece: Buffer, position: number) => void): void {
    const stretches: readonly Stretch[] = this.#sparse?.stretches ?? [{ offset: 0, length: this.#left }];
    for (const { offset, length } of stretches) {
      for (let done = 0; done < length; ) {
        const piece = this.#take(length - done);
        write(piece, offset + done);
        done += piece.length;
      }
    }
  }

  /** Where the next header block lies; -1 at the end: two blocks of zeros, or nothing more. */
  #header(): number {
    const at = this.#bytes.block();
    if (at === -1 || !isZero(this.#bytes.bytes, at)) return at;
    const second = this.#bytes.block();
    if (second === -1 || isZero(this.#bytes.bytes, second)) return -1;
    throw malformed("follows a single block of zeros, which would be half an end of the archive");
  }

  #end(announced: Announced): undefined {
    if (Object.keys(announced).length > 0) throw malformed("is announced, but the archive ends before it");
    return undefined;
  }

  #announce(header: TarHeader, announced: Announced): boolean {
    switch (header.flag) {
      case "L":
        once(announced.name, "long names");
        announced.name = untilNul(this.#collect(header));
        return true;
      case "K":
        once(announced.linkName, "long link names");
        announced.linkName = untilNul(this.#collect(header));
        return true;
      case "x":
        once(announced.pax, "PAX headers");
        announced.pax = parsePax(this.#collect(header));
        return true;
      case "g":
        this.#global = { ...this.#global, ...checkGlobal(parsePax(this.#collect(header))) };
        return true;
    }
    return false;
  }

  #entry(header: TarHeader, at: number, announced: Announced): TarEntry {
    const pax =
      this.#global === noRecords ? (announced.pax ?? noRecords) : { ...this.#global, ...announced.pax };
    this.name = announced.name ?? pax.sparse?.get("name") ?? pax.path ?? header.name;
    const type = typeOf(header, this.name);
    const stored = hasData(header.flag) ? (pax.size ?? header.size) : 0;
    this.#begin(stored);
    this.#sparse = this.#readSparse(header, at, pax.sparse);
    if (this.#sparse !== undefined && type !== "file") throw malformed("is sparse, but no file");
    return {
      type,
      name: this.name,
      linkName: announced.linkName ?? pax.linkpath ?? header.linkName,
      mode: header.mode & 0o7777,
      uid: pax.uid ?? header.uid,
      gid: pax.gid ?? header.gid,
      mtime: pax.mtime ?? header.mtime,
      atime: pax.atime ?? header.atime,
      size: type === "file" ? (this.#sparse?.size ?? stored) : 0,
      sparse: this.#sparse,
      major: header.major,
      minor: header.minor,
      attributes: pax.attributes ?? noAttributes,
    };
  }

  #readSparse(header: TarHeader, at: number, pax: PaxRecords["sparse"]): SparseMap | undefined {
    if (header.flag === "S") return this.#readGnuSparse(this.#bytes.bytes.subarray(at, at + 512));
    if (pax === undefined) return undefined;
    const size = pax.get("realsize") ?? pax.get("size");
    const version = `${pax.get("major") ?? 0}.${pax.get("minor") ?? 0}`;
    if (size === undefined) throw malformed("is sparse, but of no size");
    if (version === "1.0") {
      const stretches = readLeadingStretches(() => this.#dataBlock(), this.#limits.headerBytes);
      return checkSparse({ size: parseCount("GNU.sparse.realsize", size), stretches }, this.#left);
    }
    if (version !== "0.0" && version !== "0.1") throw malformed("is sparse in a format that is not known");
    const stretches = parseStretches(pax.get("map") ?? "");
    return checkSparse({ size: parseCount("GNU.sparse.size", size), stretches }, this.#left);
  }

  #readGnuSparse(header: Buffer): SparseMap {
    const size = readNumber(header, 483, 12, "sparse size");
    const stretches = [...readGnuStretches(header, "header")];
    for (let more = hasExtension(header, "header"); more; ) {
      const at = this.#bytes.block();
      if (at === -1) throw malformed("is cut short inside its sparse map");
      const block = this.#bytes.bytes.subarray(at, at + 512);
      stretches.push(...readGnuStretches(block, "extension"));
      more = hasExtension(block, "extension");
      if (stretches.length * 24 > this.#limits.headerBytes) {
        throw new Refusal(
          "layer.limit",
          `has a sparse map of more than ${this.#limits.headerBytes} bytes (--limit header-bytes)`,
        );
      }
    }
    return checkSparse({ size, stretches }, this.#left);
  }

  /** 512 bytes of the current entry's data. */
  #dataBlock(): Buffer {
    const whole = Buffer.alloc(512);
    if (this.#left < 512) throw malformed("is cut short inside its sparse map");
    for (let at = 0; at < 512; ) at += this.#take(512 - at).copy(whole, at);
    return whole;
  }

  #collect(header: TarHeader): Buffer {
    const { headerBytes } = this.#limits;
    if (header.size > headerBytes) {
      throw new Refusal(
        "layer.limit",
        `has an extended header of ${header.size} bytes, more than ${headerBytes} (--limit header-bytes)`,
      );
    }
    this.#begin(header.size);
    const whole = Buffer.allocUnsafe(header.size);
    for (let at = 0; at < whole.length; ) at += this.#take(whole.length - at).copy(whole, at);
    this.#skip();
    return whole;
  }

  #begin(size: number): void {
    this.#left = size;
    this.#padding = (512 - (size % 512)) % 512;
  }

  #take(most: number): Buffer {
    const piece = this.#bytes.some(Math.min(most, this.#left));
    this.#left -= piece.length;
    return piece;
  }

  #skip(): void {
    this.#bytes.skip(this.#left + this.#padding);
    this.#left = 0;
    this.#padding = 0;
  }
}

/** The oldest archives mark a directory by nothing but a slash at the end of its name. */
function typeOf(header: TarHeader, name: string): EntryType {
  const type = types[header.flag];
  if (type === undefined) throw malformed(`is of the unknown type ${quoteName(header.flag)}`);
  return header.flag === "\0" && name.endsWith("/") ? "directory" : type;
}

function hasData(flag: string): boolean {
  return !"123456".includes(flag);
}

/** A global header speaks of all entries that follow: it cannot name one of them or say how long it is. */
function checkGlobal(records: PaxRecords): PaxRecords {
  const { path, linkpath, size, sparse } = records;
  if (path === undefined && linkpath === undefined && size === undefined && sparse === undefined)
    return records;
  throw malformed("has a global PAX header that gives every entry the same name or size");
}

function once(before: unknown, what: string): void {
  if (before !== undefined) throw malformed(`has two ${what}`);
}

function untilNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString("latin1", 0, end === -1 ? data.length : end);
}

const zeros = Buffer.alloc(512);

function isZero(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0 && bytes.compare(zeros, 0, 512, at, at + 512) === 0;
}

function malformed(because: string): Refusal {
  return new Refusal("layer.malformed-archive", because);
}
