import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { parseHeader } from "../layer/header.ts";
import { type PaxRecords, parsePax } from "../layer/pax.ts";
import { Refusal } from "../layer/refusal.ts";

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
 * Sparse members count as other. It ends at the end marker or at the end of the bytes.
 * Error "image.bad-archive": a header that is none or is cut, or too many.
 */
export async function* walkTar(read: TarReader, archive: string): AsyncGenerator<TarMember> {
  let overrides: Extension = {};
  let count = 0;
  for (let position = 0; ; ) {
    const bytes = await read(position, block);
    if (bytes.length === 0 && position > 0) return;
    if (bytes.length < block)
      throw badArchive(archive, position === 0 ? "it is no tar file" : `a header is cut at byte ${position}`);
    if (bytes.every((byte) => byte === 0)) return;
    const header = heeded(archive, position, () => parseHeader(bytes));
    const offset = position + block;
    if ("xgLK".includes(header.flag)) {
      if (header.size > mostExtension) {
        throw badArchive(archive, `an extended header claims ${header.size} bytes`);
      }
      const body = await read(offset, header.size);
      if (body.length < header.size) throw badArchive(archive, `a header is cut at byte ${offset}`);
      overrides = { ...overrides, ...heeded(archive, position, () => parseExtension(header.flag, body)) };
      position = offset + padded(header.size);
      continue;
    }
    if (++count > mostMembers) throw badArchive(archive, `it has more than ${mostMembers} members`);
    const { path = header.name, linkpath = header.linkName, size = header.size, sparse } = overrides;
    overrides = {};
    const kind = sparse === undefined ? kindOf(header.flag) : "other";
    yield { name: utf8(path), kind, link: utf8(linkpath), offset, size };
    position = offset + padded(size);
  }
}

/** The error of an archive that cannot be read as one. */
export function badArchive(archive: string, got: string, cause?: unknown): OcilabError {
  return new OcilabError("image.bad-archive", { doing: `read the archive ${quote(archive)}`, got, cause });
}

type Extension = Pick<PaxRecords, "path" | "linkpath" | "size" | "sparse">;

function parseExtension(flag: string, body: Buffer): Extension {
  if (flag === "L") return { path: untilNul(body) };
  if (flag === "K") return { linkpath: untilNul(body) };
  return flag === "x" ? parsePax(body) : {};
}

/** What the readers of layers refuse, as an error of this archive. */
function heeded<T>(archive: string, position: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw badArchive(archive, `what is at byte ${position} ${error.because}`, error);
  }
}

function kindOf(type: string): TarMember["kind"] {
  if (type === "0" || type === "\0" || type === "7") return "file";
  if (type === "1") return "hard link";
  return type === "2" ? "symlink" : "other";
}

function untilNul(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("latin1", 0, end === -1 ? field.length : end);
}

/** Names come as one character a byte. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function padded(size: number): number {
  return Math.ceil(size / block) * block;
}
