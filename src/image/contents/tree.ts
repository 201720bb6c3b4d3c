import type { EntryType, TarEntry } from "../layer/entry.ts";

/** What a file is, shared by all its hard links. */
export type Inode = {
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  /** What a symbolic link points to; "" for all else. */
  readonly target: string;
  readonly device: string;
  /** Digest of a file's bytes, where they were asked for. */
  readonly content: string | undefined;
  /** Digest of the extended attributes, "" for none. */
  readonly attributes: string;
  /** The layer that wrote it, from 0. */
  readonly layer: number;
  /** How many names it has. */
  links: number;
};

/** A name in the tree; directories have children. */
export type Node = { inode: Inode; readonly children: Map<string, Node> | undefined };

/** What became of a path. `size`: bytes of a file whose last name that was. */
export type Change = {
  readonly kind: "added" | "changed" | "deleted";
  readonly path: string;
  readonly type: EntryType;
  readonly size: number;
  /** The layer that wrote what is gone, or what it replaces. */
  readonly from?: number;
  /** Bytes of the file that it replaces, when that has no other name. */
  readonly replaced?: number;
};

const rootInode: Omit<Inode, "links"> = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0n,
  target: "",
  device: "",
  content: undefined,
  attributes: "",
  layer: -1,
};

/** The most links on one path (linux/namei.h, MAXSYMLINKS). */
const mostLinks = 40;

/**
 * A root filesystem in memory, by its metadata: what layers make of it, entry by entry, as `unpackLayers` makes it on disk (image-spec
 * layer.md#applying-changesets). Links in the parents of a path are followed inside it; a path through what is no directory replaces that.
 */
export class Tree {
  readonly root: Node = { inode: { ...rootInode, links: 1 }, children: new Map() };
  /** Names in it, the root not counted. */
  size = 0;

  /** The same tree once more, hard links kept: what becomes of one does not touch the other. */
  copy(): Tree {
    const made = new Tree();
    const inodes = new Map<Inode, Inode>();
    const inodeFor = (inode: Inode): Inode => {
      const known = inodes.get(inode) ?? { ...inode };
      inodes.set(inode, known);
      return known;
    };
    const copyInto = (from: Node, to: Node): void => {
      for (const [name, { inode, children }] of from.children ?? []) {
        const node: Node = {
          inode: inodeFor(inode),
          children: children === undefined ? undefined : new Map(),
        };
        to.children?.set(name, node);
        copyInto({ inode, children }, node);
      }
    };
    made.root.inode = inodeFor(this.root.inode);
    copyInto(this.root, made.root);
    made.size = this.size;
    return made;
  }

  /** Put a file there. `report` is told what it replaces and what it is; a directory that stays as it was is not told. */
  put(path: string, inode: Inode, report: (change: Change) => void): void {
    if (path === "") {
      this.root.inode = inode;
      return;
    }
    const { parent, name, at } = this.#parentOf(path, inode.layer, report);
    const old = parent.children?.get(name);
    const both = old?.inode.type === "directory" && inode.type === "directory";
    if (both) {
      const same = sameDirectory(old.inode, inode);
      old.inode = inode;
      if (!same) report({ kind: "changed", path: at, type: inode.type, size: 0 });
      return;
    }
    const before =
      old === undefined ? {} : { from: old.inode.layer, replaced: old.inode.links > 1 ? 0 : old.inode.size };
    if (old !== undefined)
      this.#drop(parent, name, { path: at, report: (gone) => void (gone.path === at || report(gone)) });
    inode.links += 1;
    parent.children?.set(name, { inode, children: inode.type === "directory" ? new Map() : undefined });
    this.size += 1;
    report({
      kind: old === undefined ? "added" : "changed",
      path: at,
      type: inode.type,
      size: inode.links > 1 ? 0 : inode.size,
      ...before,
    });
  }

  /** Take a path away, with what is below it, as far as it is older than `layer`: a whiteout speaks of lower layers only. */
  remove(path: string, layer: number, report: (change: Change) => void): void {
    const place = this.#look(path);
    if (place === undefined || path === "") return;
    this.#dropOlder(place, { path: place.at, layer, report });
  }

  /** Take away what lower layers have inside a directory. */
  clear(path: string, layer: number, report: (change: Change) => void): void {
    const place = path === "" ? undefined : this.#look(path);
    const node = path === "" ? this.root : place?.parent.children?.get(place.name);
    const within = place === undefined ? "" : `${place.at}/`;
    for (const name of [...(node?.children?.keys() ?? [])])
      if (node !== undefined)
        this.#dropOlder({ parent: node, name }, { path: `${within}${name}`, layer, report });
  }

  /** The inode at a path, links in its parents followed. */
  find(path: string): Inode | undefined {
    const place = this.#look(path);
    return place?.parent.children?.get(place.name)?.inode;
  }

  #dropOlder(
    { parent, name }: Pick<Place, "parent" | "name">,
    gone: Drop & { readonly layer: number },
  ): void {
    const node = parent.children?.get(name);
    if (node === undefined) return;
    if (node.children !== undefined && (node.inode.layer === gone.layer || hasNewer(node, gone.layer))) {
      for (const child of [...node.children.keys()])
        this.#dropOlder({ parent: node, name: child }, { ...gone, path: `${gone.path}/${child}` });
      return;
    }
    if (node.inode.layer !== gone.layer) this.#drop(parent, name, gone);
  }

  #drop(parent: Node, name: string, { path, report }: Drop): void {
    const node = parent.children?.get(name);
    if (node === undefined) return;
    for (const child of [...(node.children?.keys() ?? [])])
      this.#drop(node, child, { path: `${path}/${child}`, report });
    parent.children?.delete(name);
    this.size -= 1;
    node.inode.links -= 1;
    const { type, size, layer, links } = node.inode;
    report({ kind: "deleted", path, type, size: links === 0 ? size : 0, from: layer });
  }

  /** The directory that a path's last name is in, made where it is missing. */
  #parentOf(path: string, layer: number, report: (change: Change) => void): Place {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    const parent = this.#walk(parts, (above, missing, at) => {
      const old = above.children?.get(missing);
      if (old !== undefined) this.#drop(above, missing, { path: at, report });
      const made: Node = { inode: { ...rootInode, layer, links: 1 }, children: new Map() };
      above.children?.set(missing, made);
      this.size += 1;
      report({ kind: "added", path: at, type: "directory", size: 0 });
      return made;
    });
    return placeIn(parent ?? { node: this.root, at: "" }, name);
  }

  #look(path: string): Place | undefined {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    const parent = this.#walk(parts, () => undefined);
    return parent?.node.children?.has(name) === true ? placeIn(parent, name) : undefined;
  }

  /** Go down the names of directories; links lead on inside the tree. `missing` makes what is no directory, or gives up. */
  #walk(
    names: readonly string[],
    missing: (above: Node, name: string, path: string) => Node | undefined,
  ): { readonly node: Node; readonly at: string } | undefined {
    const stack: { readonly node: Node; readonly name: string }[] = [{ node: this.root, name: "" }];
    const left = [...names].reverse();
    let followed = 0;
    while (left.length > 0) {
      const name = left.pop() ?? "";
      const above = stack.at(-1)?.node ?? this.root;
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (stack.length > 1) stack.pop();
        continue;
      }
      const node = above.children?.get(name);
      if (node?.inode.type === "symlink" && ++followed <= mostLinks) {
        if (node.inode.target.startsWith("/")) stack.length = 1;
        left.push(...node.inode.target.split("/").reverse());
        continue;
      }
      const at = [...stack.slice(1).map((one) => one.name), name].join("/");
      const next = node?.children === undefined ? missing(above, name, at) : node;
      if (next === undefined) return undefined;
      stack.push({ node: next, name });
    }
    const at = stack.slice(1).map((one) => one.name);
    return { node: stack.at(-1)?.node ?? this.root, at: at.join("/") };
  }
}

/** A name in a directory; `at` is its path with no link in it. */
type Place = { readonly parent: Node; readonly name: string; readonly at: string };

function placeIn({ node, at }: { readonly node: Node; readonly at: string }, name: string): Place {
  return { parent: node, name, at: at === "" ? name : `${at}/${name}` };
}

type Drop = { readonly path: string; readonly report: (change: Change) => void };

function hasNewer(node: Node, layer: number): boolean {
  for (const child of node.children?.values() ?? [])
    if (child.inode.layer === layer || hasNewer(child, layer)) return true;
  return false;
}

function sameDirectory(a: Inode, b: Inode): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.attributes === b.attributes;
}

/** What an entry of a layer makes. `content` is the digest of its bytes, where they were read. */
export function inodeOf(
  entry: TarEntry,
  {
    layer,
    content,
    attributes,
  }: { readonly layer: number; readonly content: string | undefined; readonly attributes: string },
): Inode {
  const { type, mode, uid, gid, size, mtime, linkName, major, minor } = entry;
  const isDevice = type === "character" || type === "block";
  const target = type === "symlink" ? linkName : "";
  const device = isDevice ? `${major}:${minor}` : "";
  return { type, mode, uid, gid, size, mtime, target, device, content, attributes, layer, links: 0 };
}
