import { chmodSync, lchownSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { setTimes } from "../../linux/time.ts";
import { listAttributes, removeAttribute, setAttribute } from "../../linux/xattr.ts";
import type { TarEntry } from "./entry.ts";

/** Attributes that belong to the host and not to an image; engines neither set nor clear them. */
const hostsOwn: ReadonlySet<string> = new Set(["security.selinux", "system.nfs4_acl"]);

/** What is still to be done for something that was just made. */
export type Pending = {
  /** The owner is not yet that of the entry. */
  readonly owner: boolean;
  /** The mode is not: it was not given when it was made, or has bits that come after the owner. */
  readonly mode: boolean;
  /** It may have attributes that it should not have. */
  readonly clear: boolean;
  /** The times are not: regular files and new directories get them otherwise. */
  readonly times: boolean;
};

/**
 * Give a file what its entry says and it has not yet: owner, mode (after the owner, whose change clears setuid), attributes (after the
 * owner, whose change clears security.capability), times last. Returns the names of attributes that the file system cannot hold.
 */
export function setMetadata(path: string | Buffer, entry: TarEntry, pending: Pending): readonly string[] {
  if (pending.owner) lchownSync(path, entry.uid, entry.gid);
  if (pending.mode && entry.type !== "symlink") chmodSync(path, entry.mode);
  if (pending.clear) clearAttributes(path);
  const lost = entry.attributes.size === 0 ? [] : setAttributes(path, entry.attributes);
  if (pending.times) setTimes(path, { atime: entry.atime ?? entry.mtime, mtime: entry.mtime });
  return lost;
}

function setAttributes(path: string | Buffer, attributes: ReadonlyMap<string, Buffer>): readonly string[] {
  const lost: string[] = [];
  for (const [name, value] of attributes) {
    if (hostsOwn.has(name)) continue;
    try {
      setAttribute(path, Buffer.from(name, "latin1"), value);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      lost.push(name);
    }
  }
  return lost;
}

function clearAttributes(path: string | Buffer): void {
  try {
    for (const name of listAttributes(path)) {
      if (!hostsOwn.has(name)) removeAttribute(path, Buffer.from(name, "latin1"));
    }
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  }
}

function isUnsupported(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "ENOTSUP" || errno === "EOPNOTSUPP";
}
