import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { LayerBlob } from "../../src/image/image.ts";
import type { Digest } from "../../src/oci/image.ts";

/** One tar member, right or wrong: every field can be given as it shall stand in the header. Text is one character a byte. */
export type Member = {
  readonly name?: string;
  readonly prefix?: string;
  /** One character; default "0", or "5" for a name that ends with a slash. */
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly link?: string;
  readonly data?: string | Buffer;
  /** Default: the data's. */
  readonly size?: number;
  readonly major?: number;
  readonly minor?: number;
  /** PAX records written before the member. */
  readonly pax?: Readonly<Record<string, string | Buffer>>;
  /** Raw bytes laid over the header at these offsets, before the checksum is made. */
  readonly raw?: Readonly<Record<number, Buffer>>;
  readonly magic?: string;
  /** Default: the right one. */
  readonly checksum?: number;
};

/** A tar archive with its end. */
export function tarOf(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.map(memberBytes), Buffer.alloc(1024)]);
}

/** One member: its PAX header if it has one, its header, its data. */
export function memberBytes(member: Member): Buffer {
  const { pax, data = "" } = member;
  const body = typeof data === "string" ? Buffer.from(data, "latin1") : data;
  const head = pax === undefined ? [] : [memberBytes({ name: "pax", type: "x", data: paxData(pax) })];
  return Buffer.concat([...head, headerBytes(member, body.length), body, Buffer.alloc(-body.length & 511)]);
}

export function paxData(records: Readonly<Record<string, string | Buffer>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`, "latin1"), bytesOf(value), Buffer.from("\n")]);
      let length = rest.length + 1;
      while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
      return Buffer.concat([Buffer.from(`${length}`), rest]);
    }),
  );
}

/** A number in GNU's base-256 form. */
export function base256(value: bigint, length: number): Buffer {
  const digits = value < 0n ? (1n << BigInt(length * 8)) + value : value | (1n << BigInt(length * 8 - 1));
  return Buffer.from(digits.toString(16).padStart(length * 2, "0"), "hex");
}

/** A layer that lies in a file, gzipped unless told otherwise; digest, diff-id and size are true, and can be given wrong. */
export function layerIn(
  file: string,
  tar: Buffer,
  options: { readonly stored?: Buffer; readonly fed?: boolean } & Partial<
    Readonly<Record<"digest" | "diffId", string>>
  > & { readonly size?: number } = {},
): LayerBlob {
  const stored = options.stored ?? gzipSync(tar);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stored);
  return {
    descriptor: {
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      digest: (options.digest ?? sha256(stored)) as Digest,
      size: options.size ?? stored.length,
    },
    diffId: (options.diffId ?? sha256(tar)) as Digest,
    ...(options.fed ? {} : { span: { path: file, offset: 0, length: options.size ?? statSync(file).size } }),
    open: async () => Readable.from([readFileSync(file)]),
  };
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function headerBytes(member: Member, length: number): Buffer {
  const { name = "", magic = "ustar\x0000", prefix = "", link = "" } = member;
  const header = Buffer.alloc(512);
  const type = member.type ?? (name.endsWith("/") ? "5" : "0");
  header.write(name, 0, 100, "latin1");
  octal(header, { at: 100, room: 8, value: member.mode ?? (type === "5" ? 0o755 : 0o644) });
  octal(header, { at: 108, room: 8, value: member.uid ?? 0 });
  octal(header, { at: 116, room: 8, value: member.gid ?? 0 });
  octal(header, { at: 124, room: 12, value: member.size ?? length });
  octal(header, { at: 136, room: 12, value: member.mtime ?? 1_000_000_000 });
  header.write(type, 156, 1, "latin1");
  header.write(link, 157, 100, "latin1");
  header.write(magic, 257, 8, "latin1");
  octal(header, { at: 329, room: 8, value: member.major ?? 0 });
  octal(header, { at: 337, room: 8, value: member.minor ?? 0 });
  if (prefix !== "") header.write(prefix, 345, 155, "latin1");
  for (const [at, bytes] of Object.entries(member.raw ?? {})) bytes.copy(header, Number(at));
  header.write("        ", 148, 8, "latin1");
  const sum = member.checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return header;
}

function octal(header: Buffer, field: { at: number; room: number; value: number }): void {
  header.write(field.value.toString(8).padStart(field.room - 1, "0"), field.at, field.room - 1, "latin1");
}

function bytesOf(value: string | Buffer): Buffer {
  return typeof value === "string" ? Buffer.from(value, "latin1") : value;
}
