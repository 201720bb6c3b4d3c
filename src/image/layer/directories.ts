import { mkdirSync, readlinkSync } from "node:fs";
import { setTimes } from "../../linux/time.ts";
import { join, lookAt, onDisk, parentOf } from "./paths.ts";
import { quoteName, Refusal } from "./refusal.ts";

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
  /** The directory being written into and the times that it shall have. Only one at a time: archives are in order, mostly. */
  #current: { readonly path: string; readonly atime: bigint; readonly mtime: bigint } | undefined;

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
        throw refused(`has a path of more than ${this.#longest} bytes behind links`);
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

  /** Say that `path` will be written into: its times now are those it keeps. The one before gets its own back. */
  enter(path: string): void {
    if (this.#current?.path === path) return;
    this.leave();
    const there = lookAt(onDisk(this.#root, path));
    if (there !== undefined) this.#current = { path, atime: there.atimeNs, mtime: there.mtimeNs };
  }

  /** Give the directory written into its times back. Call it before times are set by other means, and at the end. */
  leave(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) setTimes(onDisk(this.#root, current.path), current);
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
