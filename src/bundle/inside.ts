import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";

/** What a path of the container leads to, seen from the host. */
export type Inside = {
  /** The path inside, after all links: absolute. */
  readonly path: string;
  /** The same on the host. */
  readonly hostPath: string;
  /** Of the file itself, which is no link. */
  readonly stats: Stats;
};

/** The kernel's own limit on links in one path (path_resolution(7)). */
const mostLinks = 40;

/**
 * Follow `path` as a process with `root` as its root directory would: absolute links start at `root`, ".." stops at it. Nothing outside
 * is ever looked at, as long as nobody changes the tree meanwhile. Undefined when a part is missing, no directory, or links go in a ring.
 */
export function resolveInside(root: string, path: string): Inside | undefined {
  const pending = partsOf(path).reverse();
  let at: readonly string[] = [];
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === "..") {
      at = at.slice(0, -1);
      continue;
    }
    const here = join(root, ...at, part);
    const stats = look(here);
    if (stats === undefined) return undefined;
    if (!stats.isSymbolicLink()) {
      at = [...at, part];
      continue;
    }
    links += 1;
    if (links > mostLinks) return undefined;
    const target = readlinkSync(here);
    if (target.startsWith("/")) at = [];
    pending.push(...partsOf(target).reverse());
  }
  const stats = look(join(root, ...at));
  return stats === undefined ? undefined : { path: `/${at.join("/")}`, hostPath: join(root, ...at), stats };
}

/** The text of a small file inside `root`, undefined when there is none, or it is no regular file, or is longer than `most` bytes. */
export function readInside(root: string, path: string, most = 1 << 20): string | undefined {
  const found = resolveInside(root, path);
  if (found === undefined || !found.stats.isFile() || found.stats.size > most) return undefined;
  return readStart(found.hostPath, most).toString("utf8");
}

/** What `look` gives, or `otherwise` where this user may not look: an ordinary user's sub ids close directories to him. */
export function unlessDenied<T, U>(look: () => T, otherwise: U): T | U {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === "EACCES") return otherwise;
    throw error;
  }
}

/** The first bytes of a regular file; never waits for a FIFO's writer and follows no link. */
export function readStart(hostPath: string, most: number): Buffer {
  const fd = openSync(hostPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) return Buffer.alloc(0);
    const bytes = Buffer.alloc(Math.min(most, fstatSync(fd).size));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** "//bin/./sh/" → ["bin", "sh"]. */
function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR" || errnoOf(error) === "ENAMETOOLONG")
      return undefined;
    throw error;
  }
}
