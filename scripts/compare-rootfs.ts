/**
 * Compare two root filesystems: `node scripts/compare-rootfs.ts A B [--atime]`. Prints one line a difference; exits with 0 when there is
 * none, 3 when there are some, 2 for wrong arguments. Run it as root: only root sees all attributes.
 */
import { createHash } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { quote } from "../src/base/text.ts";
import { deviceParts } from "../src/linux/node.ts";
import { listAttributes, readAttribute } from "../src/linux/xattr.ts";

/** One difference: at which path (quoted in messages; one character a byte), in what, and what each side has. */
export type Difference = {
  readonly path: string;
  readonly what: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
};

export type CompareOptions = { readonly atime?: boolean };

type Facts = Readonly<Record<string, string>>;

/**
 * All differences between two trees, by path: names, types, modes, owners, device numbers, link targets, link counts and which names share
 * a file, extended attributes, modification times to the nanosecond (access times if asked for), sizes and contents.
 */
export function compareRootfs(a: string, b: string, options: CompareOptions = {}): readonly Difference[] {
  const [left, right] = [readTree(a, options), readTree(b, options)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths.flatMap((path) => compareFacts(path, left.get(path), right.get(path)));
}

/** How many files a tree has, its root included. */
export function countFiles(root: string): number {
  return readTree(root, {}).size;
}

function compareFacts(path: string, a: Facts | undefined, b: Facts | undefined): readonly Difference[] {
  if (a === undefined || b === undefined) return [{ path, what: "presence", a: a?.["type"], b: b?.["type"] }];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((what) => a[what] !== b[what])
    .map((what) => ({ path, what, a: a[what], b: b[what] }));
}

function readTree(root: string, options: CompareOptions): ReadonlyMap<string, Facts> {
  const whole = Buffer.from(root);
  const stats = new Map<string, BigIntStats>();
  walk(whole, "", stats);
  const shared = new Map<bigint, string>();
  for (const path of [...stats.keys()].sort()) {
    const inode = stats.get(path)?.ino ?? 0n;
    if (!shared.has(inode)) shared.set(inode, path);
  }
  const facts = new Map<string, Facts>();
  for (const [path, stat] of stats) {
    facts.set(path, factsOf(below(whole, path), stat, { ...options, first: shared.get(stat.ino) ?? "" }));
  }
  return facts;
}

function walk(root: Buffer, path: string, into: Map<string, BigIntStats>): void {
  const here = below(root, path);
  const stat = lstatSync(here, { bigint: true });
  into.set(path === "" ? "." : path, stat);
  if (!stat.isDirectory()) return;
  const children = readdirSync(here, { encoding: "buffer", withFileTypes: true }) as Dirent<Buffer>[];
  for (const child of children) {
    const name = child.name.toString("latin1");
    walk(root, path === "" ? name : `${path}/${name}`, into);
  }
}

function factsOf(
  path: Buffer,
  stat: BigIntStats,
  options: CompareOptions & { readonly first: string },
): Facts {
  const { major, minor } = deviceParts(stat.rdev);
  const isDevice = stat.isCharacterDevice() || stat.isBlockDevice();
  return {
    type: typeOf(stat),
    ...(stat.isSymbolicLink() ? {} : { mode: (Number(stat.mode) & 0o7777).toString(8).padStart(4, "0") }),
    owner: `${stat.uid}:${stat.gid}`,
    mtime: asTime(stat.mtimeNs),
    ...(options.atime ? { atime: asTime(stat.atimeNs) } : {}),
    ...(stat.isDirectory() ? {} : { links: `${stat.nlink}`, "same file as": options.first }),
    ...(isDevice ? { device: `${major}:${minor}` } : {}),
    ...(stat.isSymbolicLink() ? { target: readlinkSync(path, "latin1") } : {}),
    ...(stat.isFile() ? { size: `${stat.size}`, content: digestOf(path) } : {}),
    ...attributesOf(path),
  };
}

function typeOf(stat: BigIntStats): string {
  if (stat.isDirectory()) return "directory";
  if (stat.isFile()) return "file";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  if (stat.isCharacterDevice()) return "character device";
  return stat.isBlockDevice() ? "block device" : "socket";
}

function attributesOf(path: Buffer): Facts {
  return Object.fromEntries(
    listAttributes(path).map((name) => [
      `attribute ${name}`,
      readAttribute(path, Buffer.from(name, "latin1")).toString("hex"),
    ]),
  );
}

const buffer = Buffer.allocUnsafe(256 * 1024);

function digestOf(path: Buffer): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    for (let got = readSync(file, buffer); got > 0; got = readSync(file, buffer))
      hash.update(buffer.subarray(0, got));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

function asTime(nanoseconds: bigint): string {
  const rest = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${(nanoseconds - rest) / 1_000_000_000n}.${String(rest).padStart(9, "0")}`;
}

function below(root: Buffer, path: string): Buffer {
  if (path === "" || path === ".") return root;
  return Buffer.concat([root, Buffer.from(`/${path}`, "latin1")]);
}

/** One line about a difference. */
export function describeDifference({ path, what, a, b }: Difference): string {
  const name = quote(Buffer.from(path, "latin1").toString("utf8"));
  const side = (value: string | undefined): string => (value === undefined ? "nothing" : quote(value));
  return `${name}: ${what} is ${side(a)} in A, ${side(b)} in B`;
}

function main(args: readonly string[]): number {
  const [a, b, ...rest] = args.filter((arg) => arg !== "--atime");
  if (a === undefined || b === undefined || rest.length > 0) {
    process.stderr.write("usage: node scripts/compare-rootfs.ts A B [--atime]\n");
    return 2;
  }
  const differences = compareRootfs(a, b, { atime: args.includes("--atime") });
  for (const difference of differences) process.stdout.write(`${describeDifference(difference)}\n`);
  process.stdout.write(`${countFiles(a)} files compared, ${differences.length} differences\n`);
  return differences.length === 0 ? 0 : 3;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
