/** A number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function newRandom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Mutation = (random: Random, bytes: Buffer, other: Buffer) => Buffer;

/** A corpus archive with one to four things changed, mostly with right checksums: else nothing behind them would be reached. */
export function mutate(random: Random, corpus: readonly { readonly bytes: Buffer }[]): Buffer {
  const pick = () => corpus[random(corpus.length)]?.bytes ?? Buffer.alloc(0);
  let bytes: Buffer = Buffer.from(pick());
  for (let count = 1 + random(4); count > 0; count--) {
    const mutation = mutations[random(mutations.length)];
    if (mutation !== undefined && bytes.length >= 1024) bytes = mutation(random, bytes, pick());
  }
  return random(8) === 0 ? bytes : withChecksums(bytes);
}

/** Where the header fields are that a reader believes (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Sparse Formats"). */
const fields = [
  { at: 0, length: 100 },
  { at: 100, length: 8 },
  { at: 108, length: 8 },
  { at: 124, length: 12 },
  { at: 136, length: 12 },
  { at: 156, length: 1 },
  { at: 157, length: 100 },
  { at: 257, length: 8 },
  { at: 329, length: 8 },
  { at: 345, length: 155 },
  { at: 386, length: 12 },
  { at: 398, length: 12 },
  { at: 482, length: 1 },
  { at: 483, length: 12 },
  { at: 508, length: 4 },
] as const;

const numbers = ["0", "1", "777", "7777777", "77777777777", "-1", " 12 ", "8", "", "00000001000\0"];
const texts = ["../x", "/", "./", "a/../../b", "", ".wh.", ".wh..wh..opq", "d/.wh.f", "\xff\xfe", "a\0b"];
const flags = "01234567SLKxgDVMNA\0 ";
const values = ["0", "-1", "1", "9".repeat(30), "1e9", "0,1,2", "0,4,2,4", "1.0", "", "\0", "a=b", "0x10"];
const keys = ["path", "size", "uid", "mtime", "linkpath", "atime", "comment", "SCHILY.xattr.user.a"].concat(
  ["major", "minor", "map", "size", "realsize", "name", "offset", "numbytes"].map(
    (key) => `GNU.sparse.${key}`,
  ),
);

const mutations: readonly Mutation[] = [
  (random, bytes) => {
    bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  changeField,
  changeField,
  changeField,
  changeRecord,
  changeRecord,
  addRecords,
  (random, bytes) => bytes.subarray(0, random(bytes.length)),
  (random, bytes) => {
    const [at, to] = [blockIn(random, bytes), blockIn(random, bytes)];
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 512), bytes.subarray(to)]);
  },
  (random, bytes, other) =>
    Buffer.concat([bytes.subarray(0, blockIn(random, bytes)), other.subarray(blockIn(random, other))]),
  (random, bytes) => {
    const at = blockIn(random, bytes);
    return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(512 * (1 + random(2))), bytes.subarray(at)]);
  },
];

function blockIn(random: Random, bytes: Buffer): number {
  return 512 * random(Math.floor(bytes.length / 512) + 1);
}

/** A block that looks like a header, if one is found soon. */
function headerIn(random: Random, bytes: Buffer): number {
  const headers = headersOf(bytes);
  return headers[random(Math.max(1, headers.length))] ?? 0;
}

function changeField(random: Random, bytes: Buffer): Buffer {
  const header = headerIn(random, bytes);
  const { at, length } = fields[random(fields.length)] ?? fields[0];
  const field = bytes.subarray(header + at, header + at + length);
  if (length === 1) field.write(flags[random(flags.length)] ?? "0", "latin1");
  else if (random(4) === 0) base256(random, field);
  else {
    const choices = random(2) === 0 ? numbers : texts;
    const text = choices[random(choices.length)] ?? "";
    field.write(random(3) === 0 ? text.padEnd(length, "7") : `${text}\0`, "latin1");
  }
  return bytes;
}

/** A number in GNU's base-256 form: small, negative, or far too large. */
function base256(random: Random, field: Buffer): void {
  field.fill(random(2) === 0 ? 0 : 0xff);
  for (let count = random(4); count > 0; count--) field[random(field.length)] = random(256);
  field[0] = [0x80, 0xff, 0xc0, 0x8f][random(4)] ?? 0x80;
}

/** Another length, key or value in a PAX record. */
function changeRecord(random: Random, bytes: Buffer): Buffer {
  const extended = headersOf(bytes).filter((at) => "xg".includes(String.fromCharCode(bytes[at + 156] ?? 0)));
  const header = extended[random(Math.max(1, extended.length))];
  if (header === undefined) return bytes;
  const text = bytes.toString("latin1", header + 512, header + 1024);
  const records = [...text.matchAll(/(\d+) ([^=\n]+)=([^\n]*)\n/g)];
  const record = records[random(Math.max(1, records.length))];
  if (record === undefined) return bytes;
  const [whole, length = "", key = "", value = ""] = record;
  const changed = [
    `${random(600)} ${key}=${value}\n`,
    `${length} ${key}=${values[random(values.length)]?.padEnd(value.length, "0").slice(0, value.length)}\n`,
    `${length} ${keys[random(keys.length)]?.padEnd(key.length, ".").slice(0, key.length)}=${value}\n`,
    `${length} ${key} ${value}\n`,
  ][random(4)];
  bytes.write((changed ?? whole).slice(0, whole.length), header + 512 + record.index, "latin1");
  return bytes;
}

/** A PAX header of our own before some header. */
function addRecords(random: Random, bytes: Buffer): Buffer {
  const at = headerIn(random, bytes);
  const records = Array.from({ length: 1 + random(3) }, () => {
    const rest = ` ${keys[random(keys.length)]}=${values[random(values.length)]}\n`;
    const length = rest.length + 2 + (rest.length + 2 > 99 ? 1 : 0);
    return `${length}${rest}`;
  }).join("");
  const header = Buffer.from(bytes.subarray(at, at + 512));
  header.write(random(6) === 0 ? "g" : "x", 156, "latin1");
  header.write(`${records.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  const data = Buffer.alloc(Math.ceil(records.length / 512) * 512);
  data.write(records, "latin1");
  return Buffer.concat([bytes.subarray(0, at), header, data, bytes.subarray(at)]);
}

function headersOf(bytes: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (looksLikeHeader(bytes, at)) found.push(at);
  }
  return found;
}

/** By its checksum field, which all formats have: six octal digits, a NUL and a blank, whatever else is damaged. */
function looksLikeHeader(bytes: Buffer, at: number): boolean {
  return /^[0-7 ]{6}[\0 ]{2}$/.test(bytes.toString("latin1", at + 148, at + 156)) && bytes[at + 148] !== 0x20;
}

/** Put right the checksums that damage broke, in place. */
function withChecksums(bytes: Buffer): Buffer {
  for (const at of headersOf(bytes)) {
    const block = bytes.subarray(at, at + 512);
    block.write("        ", 148, "latin1");
    let sum = 0;
    for (const byte of block) sum += byte;
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  }
  return bytes;
}
