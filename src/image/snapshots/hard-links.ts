import { randomBytes } from "node:crypto";
import { linkSync, unlinkSync } from "node:fs";
import { setTimes } from "../../linux/time.ts";
import type { TarEntry } from "../layer/entry.ts";
import { join, lookAt, onDisk, parentOf } from "../layer/paths.ts";
import { Refusal } from "../layer/refusal.ts";

/** Names that are one file, for each file with several, one character a byte. */
export type LinkGroups = readonly (readonly string[])[];

type Group = { readonly names: readonly string[]; readonly inode: bigint; raised: boolean };

/** Names of hard links that one layer may bring, for the sake of memory: a Debian has three. */
const mostNames = 200_000;

/**
 * Keeps hard links what they are while a layer is applied to an overlay of those below it. Overlayfs copies a file up by one of its names and leaves
 * the others behind, and counts names that are whited out. So before a lower file gets a name more, and after a layer has taken one away, all
 * names that are left come up together: then whoever mounts the layers sees what a plain directory would show. `root` is as of `Rootfs`.
 */
export class HardLinks {
  readonly #root: string;
  readonly #groups: readonly Group[];
  readonly #lower: ReadonlyMap<bigint, Group>;
  readonly #made = new Set<string>();

  /** `groups` are those of the layers below, which must be mounted at `root` and as yet unchanged. */
  constructor(root: string, groups: LinkGroups) {
    this.#root = root;
    this.#groups = groups.map((names) => ({ names, inode: this.#inodeOf(names[0] ?? ""), raised: false }));
    this.#lower = new Map(this.#groups.map((group) => [group.inode, group]));
  }

  /** Errors: Refusal "layer.no-snapshot" for an entry that in an upper or lower directory would mean something else. */
  accept({ type, major, minor, attributes }: TarEntry): void {
    if (type === "character" && major === 0 && minor === 0)
      throw unfit("is a device 0:0, which is a whiteout to overlayfs");
    for (const name of attributes.keys()) {
      if (name.startsWith("trusted.overlay."))
        throw unfit("has an attribute trusted.overlay, which overlayfs takes for its own");
    }
  }

  /** Call it before `target` gets another name. */
  before(target: string): void {
    const group = this.#lower.get(this.#inodeOf(target));
    if (group === undefined || group.raised) return;
    group.raised = true;
    this.#raise(target, this.#survivors(group));
  }

  /** Call it when `at` has become another name of `target`. */
  made(at: string, target: string): void {
    this.#made.add(at).add(target);
    if (this.#made.size > mostNames) throw unfit(`is one of more than ${mostNames} hard links`);
  }

  /** End the layer: every name comes up that must. Returns the groups that there are now. */
  settle(): LinkGroups {
    const untouched: (readonly string[])[] = [];
    const moved = new Set(this.#made);
    for (const group of this.#groups) {
      const left = group.raised ? [] : this.#survivors(group);
      if (left.length === group.names.length) untouched.push(group.names);
      else {
        for (const name of group.names) moved.add(name);
        if (left[0] !== undefined) this.#raise(left[0], left);
      }
    }
    return [...untouched, ...this.#groupsAmong(moved)];
  }

  #groupsAmong(names: Iterable<string>): LinkGroups {
    const byInode = new Map<bigint, string[]>();
    for (const name of names) {
      const there = lookAt(onDisk(this.#root, name));
      if (there === undefined || there.isDirectory() || there.nlink < 2n) continue;
      const others = byInode.get(there.ino);
      if (others === undefined) byInode.set(there.ino, [name]);
      else others.push(name);
    }
    return [...byInode.values()];
  }

  #survivors(group: Group): readonly string[] {
    return group.names.filter((name) => this.#inodeOf(name) === group.inode);
  }

  /** Have `first` copied up by giving it a name for a moment, and the other names lead to the copy. */
  #raise(first: string, names: readonly string[]): void {
    const passing = join(parentOf(first), `.ocilab-${randomBytes(8).toString("hex")}`);
    this.#inDirectoryOf(passing, () => {
      linkSync(onDisk(this.#root, first), onDisk(this.#root, passing));
      unlinkSync(onDisk(this.#root, passing));
    });
    for (const name of names.filter((other) => other !== first)) {
      this.#inDirectoryOf(name, () => {
        unlinkSync(onDisk(this.#root, name));
        linkSync(onDisk(this.#root, first), onDisk(this.#root, name));
      });
    }
  }

  /** Write into a directory that keeps its times. */
  #inDirectoryOf(name: string, write: () => void): void {
    const parent = onDisk(this.#root, parentOf(name));
    const before = lookAt(parent);
    write();
    if (before !== undefined) setTimes(parent, { atime: before.atimeNs, mtime: before.mtimeNs });
  }

  #inodeOf(name: string): bigint {
    return lookAt(onDisk(this.#root, name))?.ino ?? 0n;
  }
}

function unfit(because: string): Refusal {
  return new Refusal("layer.no-snapshot", because);
}
