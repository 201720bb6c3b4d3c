import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { posix, resolve } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { quote } from "../../base/text.ts";
import type { FileSpan } from "../image.ts";
import { magicLength } from "../layer/compression.ts";
import { type FileTree, readAt, readFully, signalOf, statOf } from "./file-tree.ts";
import { type Unpack, unpackError, unpackingOf } from "./packing.ts";
import { writeOut } from "./spool.ts";
import { badArchive, type TarMember, walkTar } from "./tar-members.ts";

/** The files of an archive, by their names in it, and how many members it has of any kind. */
export type ArchiveTree = FileTree & { readonly members: number };

/**
 * The files of a tar archive: its headers are walked once, its bodies stay where they lie. A compressed archive (gzip, zstd) and one that is no
 * regular file (a pipe) is first written out below `temporary`, and removed on disposal. Names are taken without "./" and "/" in front; a member
 * whose name leads out of the archive is passed over; of members of one name the last counts. Error "image.bad-archive", "image.archive-too-large".
 */
export async function openArchive(
  path: string,
  options: Cancel & { readonly temporary: string; readonly most?: number },
): Promise<ArchiveTree> {
  const plain = await plainArchive(path, options);
  try {
    const members = await indexMembers(plain.path, path, options);
    return {
      path,
      members: members.size,
      locate: (name) => locate(members, name, { archive: path, file: resolve(plain.path) }),
      place: (name) => `${quote(name)} in ${quote(path)}`,
      [Symbol.asyncDispose]: () => plain[Symbol.asyncDispose](),
    };
  } catch (error) {
    await plain[Symbol.asyncDispose]();
    throw error;
  }
}

type Plain = AsyncDisposable & { readonly path: string };

async function plainArchive(
  path: string,
  options: Cancel & { temporary: string; most?: number },
): Promise<Plain> {
  const regular = statOf(path)?.isFile() === true;
  const unpack = regular ? unpackingOf(await readAt(path, 0, magicLength), path) : undefined;
  if (regular && unpack === undefined) return { path, async [Symbol.asyncDispose]() {} };
  sweepTemporary(options.temporary);
  const place = temporaryDirectory(options.temporary);
  try {
    await unpackTo(`${place.path}/archive.tar`, { ...options, unpack, archive: path });
    const again = regular ? place : await plainArchive(`${place.path}/archive.tar`, options);
    return {
      path: again === place ? `${place.path}/archive.tar` : again.path,
      async [Symbol.asyncDispose]() {
        await again[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

type WriteOptions = Cancel & {
  readonly unpack: Unpack | undefined;
  readonly archive: string;
  readonly most?: number;
};

async function unpackTo(file: string, options: WriteOptions): Promise<void> {
  const { archive, unpack, most, signal } = options;
  const source = createReadStream(archive, signalOf(options));
  try {
    await writeOut(unpack?.(source) ?? source, file, { what: archive, most, signal });
  } catch (error) {
    throw unpackError(error, archive);
  } finally {
    source.destroy();
  }
}

async function indexMembers(
  file: string,
  archive: string,
  { signal }: Cancel,
): Promise<ReadonlyMap<string, TarMember>> {
  await using handle = await open(file, "r");
  const { size: length } = await handle.stat();
  const members = new Map<string, TarMember>();
  const read = (offset: number, size: number) => readFully(handle, offset, size);
  for await (const member of walkTar(read, archive)) {
    signal?.throwIfAborted();
    if (member.offset + member.size > length) {
      throw badArchive(archive, `it ends in the middle of the member ${quote(member.name)}`);
    }
    const name = inside(member.name);
    if (name !== undefined) members.set(name, member);
  }
  return members;
}

/** A member's name from the archive's root, or undefined when it leads out. */
export function inside(name: string): string | undefined {
  const normal = posix.normalize(name).replace(/^\/+/, "").replace(/\/+$/, "");
  return normal === ".." || normal.startsWith("../") ? undefined : normal;
}

function locate(
  members: ReadonlyMap<string, TarMember>,
  name: string,
  { archive, file }: { readonly archive: string; readonly file: string },
): FileSpan | undefined {
  const seen = new Set<string>();
  for (let at = inside(name); at !== undefined; ) {
    if (seen.has(at)) throw badArchive(archive, `the links from the member ${quote(name)} lead in a circle`);
    seen.add(at);
    const member = members.get(at);
    if (member === undefined || member.kind === "other") return undefined;
    if (member.kind === "file") return { path: file, offset: member.offset, length: member.size };
    at = inside(member.kind === "symlink" ? posix.join(posix.dirname(at), member.link) : member.link);
  }
  return undefined;
}
