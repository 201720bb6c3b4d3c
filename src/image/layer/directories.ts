import { mkdirSync, readlinkSync } from "node:fs";
import { setTimes } from "../../linux/time.ts";
import type { TarEntry } from "./entry.ts";
import { join, lookAt, onDisk, parentOf } from "./paths.ts";
import { quoteName, Refusal } from "./refusal.ts";

/** A directory being written into. */
type Entered = {
  readonly path: string;
  /** The times that it shall have. */
  readonly atime: bigint;
  readonly mtime: bigint;
  /** Whether what root makes in it is owned by root, and no setgid bit is handed down. */
  readonly plain: boolean;
};

/** As many links as filepath-securejoin follows, which the engines use. */
const mostLinks = 255;
/** Bytes of names that are remembered before all are forgotten: bounds memory, not correctness. */
const mostRemembered = 4 * 2 ** 20;

/**
 * The directories of a root filesystem while layers are applied to it: finds them without ever following a link out of the root,
 * makes those that no layer lists, and keeps the times of those that are written into. Paths are relative, one character a byte.
 */
export class Directories {
  readonly #root: string;
  readonly #longest: number;
  /** Paths known to be real directories, every parent included. */
  readonly #known = new Set<string>();
  #remembered = 0;
  /** The directory being written into and those above it that have been, outermost first: archives are in order, mostly. */
  readonly #entered: Entered[] = [];

  constructor(root: string, longest: number) {
    this.#root = root;
    this.#longest = longest;
  }

  /**
   * Where a directory path really is, links in it followed inside the root as chroot would; what does not exist is taken as it is.
   * Errors: Refusal "layer.refused-entry" for a ring of links or a path that grows beyond the limit.
   */
  resolve(path: string): string {
    if (path === "" || this.#known.has(path)) return path;
    const rest = path.split("/").reverse();
    let at = "";
    let links = 0;
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (part === "" || part === ".") continue;
      if (part === "..") at = parentOf(at);
      else {
        const next = join(at, part);
        const target = this.#linkAt(next);
        if (target === undefined) at = next;
        else {
          if (++links > mostLinks) throw refused("has parent directories that are links in a ring");
          if (target.startsWith("/")) at = "";
          rest.push(...target.split("/").reverse());
        }
      }
      if (at.length > this.#longest)
        throw refused(`has a path of more than ${this.#longest} bytes behind links (--limit path-length)`);
    }
    return at;
  }

  /** Make a resolved directory and its parents where they are missing: mode 0755, owned by root, dated 1970 as umoci dates the root. */
  ensure(path: string): void {
    if (path === "" || this.#known.has(path)) return;
    const there = lookAt(onDisk(this.#root, path));
    if (there === undefined) {
      this.ensure(parentOf(path));
      this.enter(parentOf(path));
      mkdirSync(onDisk(this.#root, path), 0o755);
      setTimes(onDisk(this.#root, path), { atime: 0n, mtime: 0n });
    } else if (!there.isDirectory()) {
      throw refused(`has the parent ${quoteName(path)}, which is no directory`);
    }
    this.remember(path);
  }

  /**
   * Say that `path` will be written into: its times now are those it keeps. Those that it does not lie in get theirs back.
   * Undefined when there is none.
   */
  enter(path: string): Entered | undefined {
    const above = this.#leaveBut(path);
    if (above?.path === path) return above;
    const there = lookAt(onDisk(this.#root, path));
    if (there === undefined) return undefined;
    const { atimeNs: atime, mtimeNs: mtime, gid, mode } = there;
    return this.#push({ path, atime, mtime, plain: gid === 0n && (mode & 0o2000n) === 0n });
  }

  /** Say that the directory `path` has just been made, in one that was entered: it gets its times when it is left. */
  enterNew(path: string, entry: Pick<TarEntry, "mtime" | "atime" | "gid" | "mode">): void {
    const { mtime, atime = mtime, gid, mode } = entry;
    this.#push({ path, atime, mtime, plain: gid === 0 && (mode & 0o2000) === 0 });
  }

  /** Give the directories written into their times back. Call it before times are set by other means, and at the end. */
  leave(): void {
    for (let last = this.#entered.pop(); last !== undefined; last = this.#entered.pop()) this.#restore(last);
  }

  /** Leave all directories that are neither `path` nor above it; the innermost that remains. */
  #leaveBut(path: string): Entered | undefined {
    for (;;) {
      const last = this.#entered.at(-1);
      if (last === undefined || last.path === path || last.path === "") return last;
      if (path.startsWith(last.path) && path[last.path.length] === "/") return last;
      this.#entered.pop();
      this.#restore(last);
    }
  }

  #push(entered: Entered): Entered {
    this.#entered.push(entered);
    return entered;
  }

  #restore(entered: Entered): void {
    setTimes(onDisk(this.#root, entered.path), entered);
  }

  /** Note that `path` is a real directory. */
  remember(path: string): void {
    if (this.#remembered > mostRemembered) this.forget();
    this.#known.add(path);
    this.#remembered += path.length;
  }

  /** Call it whenever a directory was removed: a link may come in its place. */
  forget(): void {
    this.#known.clear();
    this.#remembered = 0;
  }

  #linkAt(path: string): string | undefined {
    if (this.#known.has(path)) return undefined;
    const there = lookAt(onDisk(this.#root, path));
    if (there?.isDirectory()) this.remember(path);
    return there?.isSymbolicLink() ? readlinkSync(onDisk(this.#root, path), "latin1") : undefined;
  }
}

function refused(because: string): Refusal {
  return new Refusal("layer.refused-entry", because);
}
