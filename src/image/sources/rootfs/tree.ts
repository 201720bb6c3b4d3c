import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { printable, quote } from "../../../base/text.ts";
import { deviceParts } from "../../../linux/node.ts";
import { nextData } from "../../../linux/seek.ts";
import { listAttributes, readAttribute } from "../../../linux/xattr.ts";
import { entryHeader, type PaxEntry, paddingOf, type Stretch } from "./pax.ts";

export type TreeOptions = {
  /** Paths from the root directory that are left out. */
  readonly leaveOut: (path: string) => boolean;
  /** Called for each thing that an archive cannot have or that is not looked into: its path from the root directory, and why. */
  readonly note: (path: string, why: string) => void;
};

/** Attributes that belong to the host and not to a root filesystem (as in src/image/layer/metadata.ts). */
const hostsOwn: ReadonlySet<string> = new Set(["security.selinux", "system.nfs4_acl"]);
const piece = 256 * 1024;
/** Beyond so many stretches a sparse file is written with its zeros: the map of them would be longer than readers take. */
const mostStretches = 20_000;

/**
 * The directory `root` ("" is the host's own root) as a tar archive, in order of names, so that the same tree always gives the same bytes: owners, modes, times to the nanosecond, hard
 * links, devices, fifos, extended attributes and holes. Left out, with a note: sockets, names that mean whiteouts in a layer, and what is mounted
 * below the root, of which empty directories and files stay. What goes away meanwhile was never there.
 * Errors: "image.tree-changed" for a file that shrinks while it is read; those of node:fs.
 */
export function* packTree(root: string, options: TreeOptions): Generator<Buffer> {
  const state: State = { root: Buffer.from(root), seen: new Map(), mounts: mountPoints(), ...options };
  yield* gathered(packDirectory("", state));
  yield Buffer.alloc(1024);
}

type State = TreeOptions & {
  readonly root: Buffer;
  /** The first name of each file that has several. */
  readonly seen: Map<string, string>;
  readonly mounts: ReadonlySet<string>;
};

function* packDirectory(path: string, state: State): Generator<Buffer> {
  const stat = statAt(path, state);
  if (stat === undefined) return;
  yield entryHeader({
    ...metadata(path, stat, state),
    name: `./${path}${path === "" ? "" : "/"}`,
    type: "directory",
  });
  if (path !== "" && isMount(path, state))
    return state.note(path, "is a mount point: what is mounted there is not part of the directory");
  const names = readdirSync(onDisk(path, state), { encoding: "buffer" }).map((name) =>
    name.toString("latin1"),
  );
  for (const name of names.sort()) {
    const child = path === "" ? name : `${path}/${name}`;
    if (state.leaveOut(child)) continue;
    if (name.startsWith(".wh.")) state.note(child, "has a name that means a whiteout in a layer");
    else yield* packChild(child, state);
  }
}

function* packChild(path: string, state: State): Generator<Buffer> {
  const stat = statAt(path, state);
  if (stat === undefined) return;
  if (stat.isDirectory()) return yield* packDirectory(path, state);
  if (stat.isSocket()) return state.note(path, "is a socket, which an archive cannot hold");
  const name = `./${path}`;
  const common = { ...metadata(path, stat, state), name };
  const first = firstName(path, stat, state);
  if (first !== undefined)
    yield entryHeader({ ...common, attributes: [], type: "hard-link", target: `./${first}` });
  else if (stat.isFile()) yield* packFile(path, { ...common, type: "file", size: Number(stat.size) }, state);
  else if (stat.isSymbolicLink()) {
    const target = readlinkSync(onDisk(path, state), "latin1");
    yield entryHeader({ ...common, type: "symlink", target });
  } else if (stat.isFIFO()) yield entryHeader({ ...common, type: "fifo" });
  else
    yield entryHeader({
      ...common,
      type: stat.isBlockDevice() ? "block" : "character",
      ...deviceParts(stat.rdev),
    });
}

type FileEntry = Extract<PaxEntry, { type: "file" }>;

function* packFile(path: string, entry: FileEntry, state: State): Generator<Buffer> {
  if (isMount(path, state)) {
    state.note(path, "is a mount point: what is mounted there is not part of the directory");
    return yield entryHeader({ ...entry, size: 0 });
  }
  const file = openFile(onDisk(path, state));
  if (file === undefined) return;
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw changed(path, "it is no file any more");
    const stretches = stat.blocks * 512 < stat.size ? dataStretches(file, stat.size) : undefined;
    const sparse = stretches !== undefined && stretches.length <= mostStretches ? stretches : undefined;
    const whole: FileEntry = { ...entry, size: stat.size, sparse };
    yield entryHeader(whole);
    for (const stretch of sparse ?? [{ offset: 0, length: stat.size }]) yield* dataOf(file, stretch, path);
    yield Buffer.alloc(paddingOf(whole));
  } finally {
    closeSync(file);
  }
}

/** What of a file is data and no hole, in order. */
function dataStretches(file: number, size: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = 0; at < size; ) {
    const next = nextData(file, at);
    if (next === undefined || next.start >= size) break;
    at = Math.min(next.end, size);
    stretches.push({ offset: next.start, length: at - next.start });
  }
  return stretches;
}

function* dataOf(file: number, { offset, length }: Stretch, path: string): Generator<Buffer> {
  for (let done = 0; done < length; ) {
    const buffer = Buffer.allocUnsafe(Math.min(piece, length - done));
    const got = readSync(file, buffer, 0, buffer.length, offset + done);
    if (got === 0) throw changed(path, `it has become shorter than ${offset + length} bytes`);
    done += got;
    yield buffer.subarray(0, got);
  }
}

/** Opened without changing its time of access, where that is allowed (open(2), O_NOATIME); undefined when it is gone. */
function openFile(path: Buffer): number | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  for (const more of [constants.O_NOATIME, 0]) {
    try {
      return openSync(path, flags | more);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      if (errnoOf(error) !== "EPERM" || more === 0) throw error;
    }
  }
  return undefined;
}

/** The name under which a file with several names is in the archive already. */
function firstName(path: string, stat: BigIntStats, { seen }: State): string | undefined {
  if (stat.nlink === 1n) return undefined;
  const key = `${stat.dev}:${stat.ino}`;
  const first = seen.get(key);
  if (first === undefined) seen.set(key, path);
  return first;
}

function metadata(path: string, stat: BigIntStats, state: State): Omit<PaxEntry, "name" | "type"> {
  return {
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtime: stat.mtimeNs,
    attributes: attributesOf(onDisk(path, state)),
  };
}

function attributesOf(path: Buffer): PaxEntry["attributes"] {
  try {
    return listAttributes(path)
      .filter((name) => !hostsOwn.has(name))
      .map((name) => [name, readAttribute(path, Buffer.from(name, "latin1"))]);
  } catch (error) {
    if (["ENOTSUP", "EOPNOTSUPP", "ENOENT", "ENODATA"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}

function statAt(path: string, state: State): BigIntStats | undefined {
  return lstatSync(onDisk(path, state), { bigint: true, throwIfNoEntry: false });
}

function onDisk(path: string, { root }: State): Buffer {
  if (path === "") return root.length === 0 ? Buffer.from("/") : root;
  return Buffer.concat([root, Buffer.from(`/${path}`, "latin1")]);
}

function isMount(path: string, state: State): boolean {
  return state.mounts.has(onDisk(path, state).toString("latin1"));
}

/** Where something is mounted (proc_pid_mountinfo(5)), one character a byte. */
function mountPoints(): ReadonlySet<string> {
  const lines = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  const unescaped = (field: string): string =>
    field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return new Set(lines.map((line) => unescaped(line.split(" ")[4] ?? "")));
}

/** Small pieces joined to larger ones. */
function* gathered(pieces: Iterable<Buffer>): Generator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for (const next of pieces) {
    held.push(next);
    length += next.length;
    if (length < piece) continue;
    yield Buffer.concat(held);
    [held, length] = [[], 0];
  }
  yield Buffer.concat(held);
}

function changed(path: string, got: string): OcilabError {
  const name = quote(printable(Buffer.from(path, "latin1").toString("utf8"), 200));
  return new OcilabError("image.tree-changed", { doing: `read the file ${name} of a directory`, got });
}
