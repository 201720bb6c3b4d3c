import type { FileStatus, KernelFiles } from "../../../src/kernel/reading.ts";

/**
 * A captured tree: path to text; `-> target` is a link; an Error is thrown; a trailing slash is an empty directory;
 * `!c 10:229 640 1:2` is a node (c, b or p) with its mode in octal and its owner; `!inode 9` is a file with that inode, `!inode 9 on 2` one of another device.
 */
export type Tree = Readonly<Record<string, string | Error>>;

/** KernelFiles of a tree written by hand. */
export function captured(tree: Tree): KernelFiles {
  const at = (path: string): string | undefined => {
    const entry = tree[path];
    if (entry instanceof Error) throw entry;
    return entry;
  };
  const names = (path: string): readonly string[] => {
    const below = Object.keys(tree).filter((key) => key.startsWith(`${path}/`) && key !== `${path}/`);
    return [...new Set(below.map((key) => key.slice(path.length + 1).split("/")[0] ?? ""))];
  };
  return {
    readText: async (path) => at(path) ?? fail("ENOENT"),
    readLink: async (path) => {
      const entry = at(path);
      return entry?.startsWith("-> ") ? entry.slice(3) : fail(entry === undefined ? "ENOENT" : "EINVAL");
    },
    list: async (path) =>
      names(path).length === 0 && tree[`${path}/`] === undefined ? fail("ENOENT") : names(path),
    status: async (path) => {
      const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
      const entry = at(clean);
      const node = nodeOf(entry ?? "");
      if (node !== undefined) return node;
      if (entry === undefined && names(clean).length === 0 && tree[`${clean}/`] === undefined)
        return { kind: "absent" };
      const kind = entry === undefined ? "directory" : entry.startsWith("-> ") ? "link" : "file";
      return { ...plain, kind };
    },
  };
}

const plain: Extract<FileStatus, { mode: number }> = {
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  device: 1n,
  inode: 1n,
  major: 0,
  minor: 0,
};

function nodeOf(entry: string): FileStatus | undefined {
  const [, inode, device = 1] = /^!inode (\d+)(?: on (\d+))?$/.exec(entry) ?? [];
  if (inode !== undefined) return { ...plain, inode: BigInt(inode), device: BigInt(device) };
  const [, type, major, minor, mode, uid, gid] = /^!([cbp]) (\d+):(\d+) (\d+) (\d+):(\d+)$/.exec(entry) ?? [];
  if (type === undefined || mode === undefined) return undefined;
  const kind = type === "c" ? "character" : type === "b" ? "block" : "fifo";
  const numbers = { major: Number(major), minor: Number(minor), uid: Number(uid), gid: Number(gid) };
  return { ...plain, ...numbers, kind, mode: Number.parseInt(mode, 8) };
}

/** An error as node:fs throws it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: captured`), { code });
}

function fail(code: string): never {
  throw errno(code);
}
