import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";

/** One member of a tar file: its name as written, and where its bytes lie. */
export type TarMember = {
  readonly name: string;
  readonly kind: "file" | "hard link" | "symlink" | "other";
  /** Target of a link, else "". */
  readonly link: string;
  readonly offset: number;
  readonly size: number;
};

/** Up to `length` bytes from `offset` on; fewer only at the end. Offsets only grow, so that a stream can answer too. */
export type TarReader = (offset: number, length: number) => Promise<Buffer>;

const block = 512;
/** Bytes of one extended header or long name: real ones have a few hundred. */
const mostExtension = 1 << 20;
/** Members of one archive: an image has a few for each layer. */
const mostMembers = 200_000;

/**
 * The members of a tar file in order, by their headers alone: bodies are skipped, never read. Understands ustar, GNU long names,
 * base-256 sizes and PAX path, linkpath and size (POSIX.1-2017 pax; GNU tar manual, "Basic Tar Format").
 * It ends at the end marker or at the end of the bytes. Error "image.bad-archive": a header that is none or is cut, or too many.
 */
export async function* walkTar(read: TarReader, archive: string): AsyncGenerator<TarMember> {
  let overrides: Extension = {};
  let count = 0;
  for (let position = 0; ; ) {
    const bytes = await read(position, block);
    if (bytes.length === 0 && position > 0) return;
    if (bytes.length < block) throw badArchive(archive, `a header is cut at byte ${position}`);
    if (bytes.every((byte) => byte === 0)) return;
    const header = parseHeader(bytes);
    if (header === undefined) throw badArchive(archive, `there is no tar header at byte ${position}`);
    const offset = position + block;
    if (header.extends) {
      if (header.size > mostExtension)
        throw badArchive(archive, `an extended header claims ${header.size} bytes`);
      const body = await read(offset, header.size);
      if (body.length < header.size) throw badArchive(archive, `a header is cut at byte ${offset}`);
      overrides = { ...overrides, ...parseExtension(header.type, body) };
      position = offset + padded(header.size);
      continue;
    }
    if (++count > mostMembers) throw badArchive(archive, `it has more than ${mostMembers} members`);
    const { name = header.name, link = header.link, size = header.size } = overrides;
    overrides = {};
    yield { name, kind: kindOf(header.type), link, offset, size };
    position = offset + padded(size);
  }
}

/** The error of an archive that cannot be read as one. */
export function badArchive(archive: string, got: string, cause?: unknown): OcilabError {
  return new OcilabError("image.bad-archive", { doing: `read the archive ${quote(archive)}`, got, cause });
}

type Extension = { name?: string; link?: string; size?: number };
type Header = {
  readonly type: string;
  readonly extends: boolean;
  readonly name: string;
  readonly link: string;
  readonly size: number;
};

function parseHeader(bytes: Buffer): Header | undefined {
  const size = parseNumber(bytes.subarray(124, 136));
  if (size === undefined || parseNumber(bytes.subarray(148, 156)) !== checksum(bytes)) return undefined;
  const prefix = bytes.toString("latin1", 257, 263) === "ustar\0" ? text(bytes.subarray(345, 500)) : "";
  const type = String.fromCharCode(bytes[156] ?? 0);
  const short = text(bytes.subarray(0, 100));
  return {
    type,
    extends: "xgLK".includes(type),
    name: prefix === "" ? short : `${prefix}/${short}`,
    link: text(bytes.subarray(157, 257)),
    size: "123456".includes(type) ? 0 : size,
  };
}

/** The sum of the header's bytes, its own field counted as spaces. */
function checksum(bytes: Buffer): number {
  return bytes.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** An octal number, or GNU's base-256 when the first bit is set; undefined for anything else and beyond 2^53. */
function parseNumber(field: Buffer): number | undefined {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = field.toString("latin1").replaceAll("\0", " ").trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : undefined;
}

function parseExtension(type: string, body: Buffer): Extension {
  if (type === "L") return { name: text(body) };
  if (type === "K") return { link: text(body) };
  if (type === "g") return {};
  const records = parseRecords(body);
  const size = Number(records.get("size") ?? Number.NaN);
  const name = records.get("path");
  const link = records.get("linkpath");
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === undefined ? {} : { link }),
    ...(Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
  };
}

/** PAX records: "LENGTH KEY=VALUE\n", LENGTH counting itself. What does not fit the form ends the list. */
function parseRecords(body: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(body.toString("latin1", at, at + 20), 10);
    if (!(length > 4) || at + length > body.length) break;
    const record = body.toString("utf8", at, at + length - 1);
    const start = record.indexOf(" ") + 1;
    const equals = record.indexOf("=", start);
    if (equals > 0) records.set(record.slice(start, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function kindOf(type: string): TarMember["kind"] {
  if (type === "0" || type === "\0" || type === "7") return "file";
  if (type === "1") return "hard link";
  return type === "2" ? "symlink" : "other";
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}

function padded(size: number): number {
  return Math.ceil(size / block) * block;
}
