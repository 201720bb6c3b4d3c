import {
  type BigIntStats,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeDirectory } from "../base/directory.ts";

/**
 * What the program at this path printed for `--version` when it was asked before, while it is still that very file: device, inode, size and
 * times (inode(7)) are the same. Undefined when it is not known. `directory` is where `remember` keeps it.
 */
export function remembered(path: string, directory: string): string | undefined {
  try {
    const { text, ...known } = JSON.parse(readFileSync(fileOf(path, directory), "utf8")) as Memory;
    return sameFile(known, identityOf(path)) && typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keep what a program printed for `--version`, in a file of its own. Only of ELF programs: what a script starts may change while the script
 * does not. Nothing is kept, and nothing thrown, where the directory above `directory` is missing or may not be written.
 */
export function remember(path: string, directory: string, text: string): void {
  const file = fileOf(path, directory);
  const half = `${file}.${process.pid}`;
  try {
    if (!existsSync(dirname(directory)) || !isElf(path)) return;
    makeDirectory(directory);
    writeFileSync(half, JSON.stringify({ ...identityOf(path), text }), { mode: 0o600 });
    renameSync(half, file);
  } catch {
    rmSync(half, { force: true });
  }
}

type Identity = { readonly [Name in (typeof identity)[number]]: string };
type Memory = Identity & { readonly text: string };

const identity = [
  "dev",
  "ino",
  "size",
  "mtimeNs",
  "ctimeNs",
] as const satisfies readonly (keyof BigIntStats)[];

function identityOf(path: string): Identity {
  const stats = statSync(path, { bigint: true });
  return Object.fromEntries(identity.map((name) => [name, String(stats[name])])) as Identity;
}

function sameFile(one: Identity, other: Identity): boolean {
  return identity.every((name) => one[name] === other[name]);
}

function fileOf(path: string, directory: string): string {
  return join(directory, `${encodeURIComponent(path)}.json`);
}

function isElf(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(4);
    return readSync(file, head) === 4 && head.toString("latin1") === "\x7fELF";
  } finally {
    closeSync(file);
  }
}
