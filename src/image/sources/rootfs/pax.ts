/** One entry to write. Names, targets and attributes' names have one character a byte. Times are nanoseconds since 1970. */
export type PaxEntry = {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: bigint;
  readonly attributes: readonly (readonly [name: string, value: Buffer])[];
} & (
  | { readonly type: "directory" | "fifo" }
  | { readonly type: "symlink" | "hard-link"; readonly target: string }
  | { readonly type: "character" | "block"; readonly major: number; readonly minor: number }
  | { readonly type: "file"; readonly size: number; readonly sparse?: readonly Stretch[] | undefined }
);

/** A stretch of a sparse file that holds data. */
export type Stretch = { readonly offset: number; readonly length: number };

const flags = {
  file: "0",
  "hard-link": "1",
  symlink: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
} as const;

/** The largest numbers that the fields of a ustar header hold. */
const mostId = 0o7777777;
const mostSize = 0o77777777777;

/**
 * The blocks before an entry's data: a PAX header with what ustar cannot say (long names, nanoseconds, attributes, large numbers), then the ustar
 * header (POSIX.1-2017 pax). Of a sparse file the map is part of it (GNU tar manual, "PAX Format, Version 1.0"): the data of its stretches
 * follows, and then `paddingOf`. Pure.
 */
export function entryHeader(entry: PaxEntry): Buffer {
  const map = entry.type === "file" && entry.sparse !== undefined ? sparseMap(entry.sparse) : undefined;
  const stored = map === undefined ? plainSize(entry) : map.length + sum(entry);
  const target = "target" in entry ? entry.target : "";
  const records = recordsOf(entry, { stored, target, sparse: map !== undefined });
  const pax =
    records.length === 0 ? [] : [block("x", { name: "PaxHeader", size: records.length }), pad(records)];
  const header = block(flags[entry.type], { ...entry, name: entry.name, size: stored, target });
  return Buffer.concat([...pax, header, ...(map === undefined ? [] : [map])]);
}

/** Bytes of zeros after an entry's data. */
export function paddingOf(entry: PaxEntry): number {
  if (entry.type !== "file") return 0;
  return -(entry.sparse === undefined ? entry.size : sum(entry)) & 511;
}

function plainSize(entry: PaxEntry): number {
  return entry.type === "file" ? entry.size : 0;
}

function sum(entry: PaxEntry): number {
  const stretches = entry.type === "file" ? (entry.sparse ?? []) : [];
  return stretches.reduce((bytes, { length }) => bytes + length, 0);
}

type Stored = { readonly stored: number; readonly target: string; readonly sparse: boolean };

function recordsOf(entry: PaxEntry, { stored, target, sparse }: Stored): Buffer {
  const { name, uid, gid, mtime, attributes } = entry;
  const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
  const whole = mtime >= 0n && mtime % 1_000_000_000n === 0n && mtime / 1_000_000_000n <= BigInt(mostSize);
  const records: readonly (readonly [string, Buffer] | undefined)[] = [
    name.length > 100 && !sparse ? ["path", bytes(name)] : undefined,
    target.length > 100 ? ["linkpath", bytes(target)] : undefined,
    stored > mostSize ? ["size", bytes(`${stored}`)] : undefined,
    uid > mostId ? ["uid", bytes(`${uid}`)] : undefined,
    gid > mostId ? ["gid", bytes(`${gid}`)] : undefined,
    whole ? undefined : ["mtime", bytes(formatTime(mtime))],
    ...attributes.map(([key, value]) => [`SCHILY.xattr.${key}`, value] as const),
    ...(sparse && entry.type === "file"
      ? ([
          ["GNU.sparse.major", bytes("1")],
          ["GNU.sparse.minor", bytes("0")],
          ["GNU.sparse.name", bytes(name)],
          ["GNU.sparse.realsize", bytes(`${entry.size}`)],
        ] as const)
      : []),
  ];
  return Buffer.concat(records.flatMap((record) => (record === undefined ? [] : [paxRecord(...record)])));
}

/** LENGTH KEY=VALUE and a line feed; the length counts its own digits. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + `${rest}`.length;
  length = rest + `${length}`.length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`, "latin1"), value, Buffer.from("\n")]);
}

/** Seconds with nine digits after the point; before 1970 with a sign before the whole. */
function formatTime(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const digits = `${size % 1_000_000_000n}`.padStart(9, "0");
  return `${nanoseconds < 0n ? "-" : ""}${size / 1_000_000_000n}.${digits}`;
}

function sparseMap(stretches: readonly Stretch[]): Buffer {
  const numbers = stretches.flatMap(({ offset, length }) => [offset, length]);
  return pad(Buffer.from([stretches.length, ...numbers].map((number) => `${number}\n`).join("")));
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
}

type Fields = {
  readonly name: string;
  readonly size: number;
  readonly target?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: bigint;
  readonly major?: number;
  readonly minor?: number;
};

/** A ustar header. What a field cannot hold is 0 or cut in it: a PAX record says it. */
function block(flag: string, fields: Fields): Buffer {
  const bytes = Buffer.alloc(512);
  const number = (value: number, at: number, room: number, most: number): void => {
    const held = value >= 0 && value <= most ? value : 0;
    bytes.write(held.toString(8).padStart(room - 1, "0"), at, room - 1, "latin1");
  };
  bytes.write(fields.name.slice(0, 100), 0, 100, "latin1");
  number(fields.mode ?? 0, 100, 8, 0o7777);
  number(fields.uid ?? 0, 108, 8, mostId);
  number(fields.gid ?? 0, 116, 8, mostId);
  number(fields.size, 124, 12, mostSize);
  number(Number((fields.mtime ?? 0n) / 1_000_000_000n), 136, 12, mostSize);
  bytes.fill(" ", 148, 156, "latin1");
  bytes.write(flag, 156, "latin1");
  bytes.write((fields.target ?? "").slice(0, 100), 157, 100, "latin1");
  bytes.write("ustar\x0000", 257, "latin1");
  number(fields.major ?? 0, 329, 8, mostId);
  number(fields.minor ?? 0, 337, 8, mostId);
  const checksum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}
