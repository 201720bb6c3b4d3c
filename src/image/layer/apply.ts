import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { deviceNumber, makeNode } from "../../linux/node.ts";
import { setOpenTimes } from "../../linux/time.ts";
import { listAttributes } from "../../linux/xattr.ts";
import { Directories } from "./directories.ts";
import type { TarEntry } from "./entry.ts";
import { type Pending, setMetadata } from "./metadata.ts";
import { join, lookAt, nameOf, onDisk, parentOf } from "./paths.ts";
import type { LayerChange } from "./plan.ts";
import { quoteName, Refusal } from "./refusal.ts";
import { removeTree, visitChildren } from "./remove.ts";
import { UpperPaths } from "./upper.ts";

type Data = (write: (piece: Buffer, position: number) => void) => void;
type Write = Extract<LayerChange, { kind: "write" }>;
/** How to make a file, and what of the entry has to be set because the kernel gives it something else. */
type WantedFile = { readonly owner: boolean; readonly mode: boolean; readonly data: Data };

/** All that an entry says has to be set on what was there before. */
const existing: Pending = { owner: true, mode: true, clear: true, times: true };

/** Who wants to know of hard links, as snapshots/hard-links.ts does. */
export type LinkKeeper = {
  accept(entry: TarEntry): void;
  before(target: string): void;
  made(at: string, target: string): void;
};

const creating = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A root filesystem that layers are applied to, base first. `root` is "" in a process that has chrooted into it. Every parent is
 * resolved inside the root before anything is touched, so that it would stay inside without the chroot as well.
 * The process's umask must be 0. Nobody else may write into the root meanwhile.
 */
export class Rootfs {
  /** Attributes that the file system could not hold, by name. */
  readonly lostAttributes = new Set<string>();
  readonly #root: string;
  readonly #directories: Directories;
  /** undefined while the base layer is applied: nothing is below it. */
  #upper: UpperPaths | undefined;
  #layers: number;
  /** Whether new files may come with attributes: below a directory with a default ACL they do. */
  #inherits: boolean;
  #links: LinkKeeper | undefined;
  /** Whether what this process makes is owned by root. */
  readonly #makesRoots = process.geteuid?.() === 0 && process.getegid?.() === 0;

  /** `below`: layers have been applied to it already. */
  constructor(root: string, options: { readonly pathLength: number; readonly below?: boolean }) {
    const { pathLength, below = false } = options;
    this.#root = root;
    this.#directories = new Directories(root, pathLength);
    this.#layers = below ? 1 : 0;
    this.#inherits = below || hasDefaultAcl(onDisk(root, ""));
  }

  /** Have each entry that is written, and each hard link, pass by `links` from here on. */
  keepLinks(links: LinkKeeper): void {
    this.#links = links;
  }

  /** Begin the next layer. */
  beginLayer(): void {
    this.#upper = this.#layers++ === 0 ? undefined : new UpperPaths();
  }

  /** End a layer: every directory has the times it shall have. */
  endLayer(): void {
    this.#directories.leave();
  }

  /** Carry out what `planEntry` decided; `data` yields the entry's contents. Errors: Refusal, or the kernel's. */
  apply(change: Exclude<LayerChange, { kind: "refuse" }>, entry: TarEntry, data: Data): void {
    switch (change.kind) {
      case "ignore":
        break;
      case "remove":
        this.#whiteout(change.path);
        break;
      case "clear-directory":
        this.#clear(this.#directories.resolve(change.path));
        break;
      case "write":
        if (change.path === "") this.#writeRoot(entry);
        else this.#write(change, entry, data);
    }
  }

  #whiteout(path: string): void {
    if (this.#upper === undefined) return;
    const parent = this.#directories.resolve(parentOf(path));
    const at = join(parent, nameOf(path));
    if (lookAt(onDisk(this.#root, at)) === undefined) return;
    this.#removeLower(at, this.#upper);
  }

  #clear(path: string): void {
    const upper = this.#upper;
    if (upper === undefined || !lookAt(onDisk(this.#root, path))?.isDirectory()) return;
    visitChildren(this.#root, path, (child) => this.#removeLower(child, upper));
  }

  /** Remove what this layer has not written; of what it has, look into the directories. */
  #removeLower(path: string, upper: UpperPaths): void {
    if (!upper.has(path)) {
      this.#directories.enter(parentOf(path));
      this.#remove(path);
    } else {
      visitChildren(this.#root, path, (child) => this.#removeLower(child, upper));
    }
  }

  #writeRoot(entry: TarEntry): void {
    this.#links?.accept(entry);
    this.#directories.leave();
    this.#describe("", entry, existing);
  }

  #write(change: Write, entry: TarEntry, data: Data): void {
    this.#links?.accept(entry);
    const parent = this.#directories.resolve(parentOf(change.path));
    this.#directories.ensure(parent);
    const plain = (this.#directories.enter(parent)?.plain ?? false) && this.#makesRoots && !this.#inherits;
    const at = join(parent, nameOf(change.path));
    if (entry.type === "directory") this.#writeDirectory(at, entry, plain);
    else if (entry.type === "hard-link") this.#link(at, change.linked ?? "");
    else this.#writeOther(at, entry, { plain, data });
    this.#upper?.add(at);
  }

  #writeOther(at: string, entry: TarEntry, { plain, data }: { plain: boolean; data: Data }): void {
    const owner = !plain || entry.uid !== 0 || entry.gid !== 0;
    const mode = !plain || (entry.mode & 0o7000) !== 0;
    this.#replace(at, (path) => this.#create(path, entry, { owner, mode, data }));
    const { type, attributes } = entry;
    if (type !== "file") this.#describe(at, entry, { owner, mode, clear: this.#inherits, times: true });
    else if (this.#inherits || attributes.size > 0) {
      this.#describe(at, entry, { owner: false, mode: false, clear: this.#inherits, times: false });
    }
  }

  #describe(at: string, entry: TarEntry, pending: Pending): void {
    for (const name of setMetadata(onDisk(this.#root, at), entry, pending)) this.lostAttributes.add(name);
    if (entry.attributes.has("system.posix_acl_default")) this.#inherits = true;
  }

  /** A directory that is there already stays, with what is in it. */
  #writeDirectory(at: string, entry: TarEntry, plain: boolean): void {
    const existed = lookAt(onDisk(this.#root, at))?.isDirectory() ?? false;
    if (existed) this.#describe(at, entry, existing);
    else {
      this.#replace(at, (path) => mkdirSync(path, entry.mode & 0o777));
      const owner = !plain || entry.uid !== 0 || entry.gid !== 0;
      const mode = !plain || (entry.mode & 0o7000) !== 0;
      this.#describe(at, entry, { owner, mode, clear: this.#inherits, times: false });
      this.#directories.enterNew(at, entry);
    }
    this.#directories.remember(at);
  }

  #link(at: string, linked: string): void {
    const target = join(this.#directories.resolve(parentOf(linked)), nameOf(linked));
    const there = lookAt(onDisk(this.#root, target));
    if (there === undefined) throw refused(`is a hard link to ${quoteName(linked)}, which does not exist`);
    if (there.isDirectory()) throw refused(`is a hard link to ${quoteName(linked)}, which is a directory`);
    if (target === at) throw refused("is a hard link to itself by way of links");
    this.#links?.before(target);
    this.#replace(at, (path) => linkSync(onDisk(this.#root, target), path));
    this.#links?.made(at, target);
  }

  #create(path: string | Buffer, entry: TarEntry, wanted: WantedFile): void {
    const { type, linkName, major, minor } = entry;
    if (type === "file") writeFile(path, entry, wanted);
    else if (type === "symlink") symlinkSync(Buffer.from(linkName, "latin1"), path);
    else if (type === "fifo") makeNode(path, { kind: type, mode: entry.mode & 0o777 });
    else if (type === "character" || type === "block") {
      makeNode(path, { kind: type, mode: entry.mode & 0o777, device: deviceNumber(major, minor) });
    }
  }

  /** Create something at `at`; what is there already goes first. */
  #replace(at: string, create: (path: string | Buffer) => void): void {
    const path = onDisk(this.#root, at);
    try {
      create(path);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
      this.#remove(at);
      create(path);
    }
  }

  #remove(at: string): void {
    this.#directories.forget();
    removeTree(this.#root, at);
  }
}

function writeFile(path: string | Buffer, entry: TarEntry, { owner, mode, data }: WantedFile): void {
  const file = openSync(path, creating, entry.mode & 0o777);
  try {
    data((piece, position) => {
      for (let done = 0; done < piece.length; ) {
        done += writeSync(file, piece, done, piece.length - done, position + done);
      }
    });
    if (entry.sparse !== undefined) ftruncateSync(file, entry.size);
    if (owner) fchownSync(file, entry.uid, entry.gid);
    if (mode) fchmodSync(file, entry.mode);
    setOpenTimes(file, { atime: entry.atime ?? entry.mtime, mtime: entry.mtime });
  } finally {
    closeSync(file);
  }
}

function hasDefaultAcl(path: string | Buffer): boolean {
  try {
    return listAttributes(path).includes("system.posix_acl_default");
  } catch {
    return false;
  }
}

function refused(because: string): Refusal {
  return new Refusal("layer.refused-entry", because);
}
