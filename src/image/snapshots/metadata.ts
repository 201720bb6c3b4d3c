import { type BigIntStats, chmodSync, lchownSync, lstatSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { setTimes } from "../../linux/time.ts";
import { listAttributes, readAttribute, removeAttribute, setAttribute } from "../../linux/xattr.ts";

type Path = string | Buffer;

/**
 * Give `to` the owner, mode, extended attributes and times of `from`, but for what overlayfs keeps for itself. Neither is followed if it is a link.
 * What of attributes `to` has already and `from` has not, is removed. Errors: the kernel's.
 */
export function copyMetadata(
  from: Path,
  to: Path,
  there: BigIntStats = lstatSync(from, { bigint: true }),
): void {
  lchownSync(to, Number(there.uid), Number(there.gid));
  if (!there.isSymbolicLink()) chmodSync(to, Number(there.mode) & 0o7777);
  copyAttributes(from, to);
  setTimes(to, { atime: there.atimeNs, mtime: there.mtimeNs });
}

function copyAttributes(from: Path, to: Path): void {
  const wanted = namesOf(from).filter((name) => !name.startsWith("trusted.overlay."));
  for (const name of namesOf(to)) {
    if (!wanted.includes(name) && !isHosts(name)) removeAttribute(to, Buffer.from(name, "latin1"));
  }
  for (const name of wanted.filter((wish) => !isHosts(wish))) {
    const bytes = Buffer.from(name, "latin1");
    setAttribute(to, bytes, readAttribute(from, bytes));
  }
}

/** The host's, and no part of an image. */
function isHosts(name: string): boolean {
  return name === "security.selinux" || name === "system.nfs4_acl";
}

function namesOf(path: Path): readonly string[] {
  try {
    return listAttributes(path);
  } catch (error) {
    if (errnoOf(error) === "ENOTSUP" || errnoOf(error) === "EOPNOTSUPP") return [];
    throw error;
  }
}
