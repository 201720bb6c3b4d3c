import { Refusal } from "./refusal.ts";

/** What PAX records say of an entry, parsed; what no record says is absent (POSIX.1-2017 pax, "pax Extended Header"). */
export type PaxRecords = {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: bigint;
  readonly atime?: bigint;
  /** Extended attributes by name, names one character a byte. */
  readonly attributes?: ReadonlyMap<string, Buffer>;
  /** GNU.sparse.* without that prefix; `offset` and `numbytes` of format 0.0 are joined to a `map`. */
  readonly sparse?: ReadonlyMap<string, string>;
};

type Building = { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } & {
  attributes: Map<string, Buffer>;
  sparse: Map<string, string>;
};

/**
 * Parse the records of one extended header. Names and values are bytes, so any hdrcharset reads the same. Records that say nothing
 * of a root filesystem (comment, uname, gname, ctime, text ACLs and vendors' own) are skipped, as engines do.
 */
export function parsePax(data: Buffer): PaxRecords {
  const records: Building = { attributes: new Map(), sparse: new Map() };
  for (let at = 0; at < data.length; ) {
    const { key, value, next } = readRecord(data, at);
    take(records, key, value);
    at = next;
  }
  const { attributes, sparse, ...rest } = records;
  return {
    ...rest,
    ...(attributes.size > 0 ? { attributes } : {}),
    ...(sparse.size > 0 ? { sparse } : {}),
  };
}

function readRecord(data: Buffer, at: number): { key: string; value: Buffer; next: number } {
  const space = data.indexOf(0x20, at);
  const digits = space === -1 || space - at > 10 ? "" : data.toString("latin1", at, space);
  const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
  const next = at + length;
  const equals = data.indexOf(0x3d, space);
  if (length === 0 || next > data.length || equals === -1 || equals >= next - 1 || data[next - 1] !== 0x0a) {
    throw new Refusal("layer.malformed-archive", "has a PAX record that is not of the form LENGTH KEY=VALUE");
  }
  const key = data.toString("latin1", space + 1, equals);
  if (key === "" || key.includes("\0"))
    throw new Refusal("layer.malformed-archive", "has a PAX record without a key");
  return { key, value: data.subarray(equals + 1, next - 1), next };
}

function take(records: Building, key: string, value: Buffer): void {
  if (key.startsWith("SCHILY.xattr.")) {
    records.attributes.set(checkText("xattr name", key.slice(13)), Buffer.from(value));
  } else if (key.startsWith("LIBARCHIVE.xattr.")) {
    takeLibarchive(records.attributes, key.slice(17), value.toString("latin1"));
  } else if (key.startsWith("GNU.sparse.")) {
    takeSparse(records.sparse, key.slice(11), value.toString("latin1"));
  } else if (value.length > 0) {
    takeField(records, key, value.toString("latin1"));
  }
}

/** An empty value leaves the header's own field in force, so it never arrives here. */
function takeField(records: Building, key: string, value: string): void {
  switch (key) {
    case "path":
    case "linkpath":
      records[key] = checkText(key, value);
      return;
    case "size":
    case "uid":
    case "gid":
      records[key] = parseCount(key, value);
      return;
    case "mtime":
    case "atime":
      records[key] = parseTime(key, value);
      return;
  }
}

/** libarchive writes the name percent-encoded and the value in base64, beside SCHILY's; SCHILY's wins. */
function takeLibarchive(attributes: Map<string, Buffer>, encoded: string, value: string): void {
  const name = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  if (!attributes.has(name)) attributes.set(checkText("xattr name", name), Buffer.from(value, "base64"));
}

function takeSparse(sparse: Map<string, string>, key: string, value: string): void {
  if (key !== "offset" && key !== "numbytes") {
    sparse.set(key, key === "name" ? checkText("GNU.sparse.name", value) : value);
    return;
  }
  const map = sparse.get("map");
  sparse.set("map", map === undefined ? value : `${map},${value}`);
}

function checkText(field: string, value: string): string {
  if (value.includes("\0"))
    throw new Refusal("layer.malformed-archive", `has a PAX ${field} with a NUL in it`);
  return value;
}

/** A decimal count for `field`, within 2^53. */
export function parseCount(field: string, value: string): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new Refusal("layer.malformed-archive", `has a PAX ${field} that is no number within 2^53`);
  }
  return number;
}

function parseTime(field: string, value: string): bigint {
  const [, sign, seconds, fraction = ""] = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(value) ?? [];
  if (seconds === undefined) {
    throw new Refusal("layer.malformed-archive", `has a PAX ${field} that is no time`);
  }
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return sign === "-" ? -nanoseconds : nanoseconds;
}
