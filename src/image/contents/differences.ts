import type { Cancel } from "../../base/brand.ts";
import type { ImageConfig } from "../../oci/image.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { Image } from "../image.ts";
import type { EntryType } from "../layer/entry.ts";
import { defaultLimits, type LayerLimits } from "../layer/limits.ts";
import { type ReadOptions, readLayerInto } from "./read.ts";
import { type Inode, type Node, Tree } from "./tree.ts";

/** What of a file differs. "links": which files are one file by hard links is not compared. */
export type Aspect = "type" | "content" | "mode" | "owner" | "target" | "device" | "attributes" | "time";

/** One path that differs between two images' root filesystems. Sizes are those of the file before and after; null where there is none. */
export type PathDifference = {
  readonly path: string;
  readonly kind: "added" | "deleted" | "changed";
  readonly type: EntryType;
  readonly before: number | null;
  readonly after: number | null;
  /** Of a changed path: what of it, at least one. */
  readonly what: readonly Aspect[];
};

/** One place in the configuration that differs; undefined where there is nothing. */
export type ConfigDifference = { readonly at: string; readonly before: unknown; readonly after: unknown };

/**
 * How the root filesystem of `after` differs from that of `before`, ordered by path. Both are read layer by layer, digests of all files' bytes among it;
 * layers that both begin with are read once and nothing is unpacked. `times`: a path whose time alone differs counts as changed.
 */
export async function differencesOf(
  before: Image,
  after: Image,
  options: Cancel & {
    readonly temporary: string;
    readonly times: boolean;
    /** Raise or lower what each image may cost; default: `defaultLimits`. */
    readonly limits?: Partial<LayerLimits> | undefined;
  },
): Promise<readonly PathDifference[]> {
  const ids = before.layers.map(({ diffId }) => diffId);
  const apart = after.layers.findIndex(({ diffId }, at) => diffId !== ids[at]);
  const shared = Math.min(ids.length, apart === -1 ? after.layers.length : apart);
  const common = { ...options, limits: { ...defaultLimits, ...options.limits } };
  const a = new Tree();
  const usage = { bytes: 0, entries: 0 };
  await readInto(a, before, { ...common, usage, from: 0, to: shared });
  const b = a.copy();
  const other = { ...usage };
  await readInto(a, before, { ...common, usage, from: shared, to: before.layers.length });
  await readInto(b, after, { ...common, usage: other, from: shared, to: after.layers.length });
  const differences: PathDifference[] = [];
  compare({ a: a.root, b: b.root, path: "" }, { found: differences, times: options.times });
  return differences;
}

type Part = Omit<ReadOptions, "index" | "contents"> & { readonly from: number; readonly to: number };

async function readInto(tree: Tree, { layers }: Image, options: Part): Promise<void> {
  for (const [index, layer] of layers.entries())
    if (index >= options.from && index < options.to)
      await readLayerInto(tree, layer, { ...options, index, contents: true });
}

type Pair = { readonly a: Node | undefined; readonly b: Node | undefined; readonly path: string };
type Found = { readonly found: PathDifference[]; readonly times: boolean };

function compare({ a, b, path }: Pair, options: Found): void {
  const difference = differenceAt({ a, b, path }, options.times);
  if (difference !== undefined) options.found.push(difference);
  const names = new Set([...(a?.children?.keys() ?? []), ...(b?.children?.keys() ?? [])]);
  for (const name of [...names].sort())
    compare(
      { a: a?.children?.get(name), b: b?.children?.get(name), path: path === "" ? name : `${path}/${name}` },
      options,
    );
}

function differenceAt({ a, b, path }: Pair, times: boolean): PathDifference | undefined {
  const inode = b?.inode ?? a?.inode;
  if (inode === undefined) return undefined;
  const sizes = { before: sizeOf(a?.inode), after: sizeOf(b?.inode) };
  const common = { path: Buffer.from(path, "latin1").toString("utf8"), type: inode.type, ...sizes };
  if (a === undefined) return { ...common, kind: "added", what: [] };
  if (b === undefined) return { ...common, kind: "deleted", what: [] };
  const what = aspects(a.inode, b.inode, times);
  return what.length === 0 ? undefined : { ...common, kind: "changed", what };
}

function sizeOf(inode: Inode | undefined): number | null {
  return inode?.type === "file" ? inode.size : null;
}

function aspects(a: Inode, b: Inode, times: boolean): readonly Aspect[] {
  const rows: readonly (readonly [Aspect, boolean])[] = [
    ["type", a.type !== b.type],
    ["content", a.content !== b.content || a.size !== b.size],
    ["mode", a.mode !== b.mode && a.type !== "symlink"],
    ["owner", a.uid !== b.uid || a.gid !== b.gid],
    ["target", a.target !== b.target],
    ["device", a.device !== b.device],
    ["attributes", a.attributes !== b.attributes],
    ["time", times && a.mtime !== b.mtime],
  ];
  return rows.flatMap(([aspect, differs]) => (differs ? [aspect] : []));
}

/**
 * How two image configurations differ, by JSON pointer; lists of variables ("/config/Env/PATH") by their names. The digests of layers and the history
 * are left out: they are told by the files and by `image history`. Pure.
 */
export function configDifferences(before: ImageConfig, after: ImageConfig): readonly ConfigDifference[] {
  const [a, b] = [flat(before), flat(after)];
  const places = [...new Set([...a.keys(), ...b.keys()])].sort();
  return places
    .filter((at) => JSON.stringify(a.get(at)) !== JSON.stringify(b.get(at)))
    .map((at) => ({ at, before: a.get(at), after: b.get(at) }));
}

function flat({ rootfs: _rootfs, history: _history, ...config }: ImageConfig): ReadonlyMap<string, unknown> {
  const places = new Map<string, unknown>();
  const visit = (at: string, value: unknown): void => {
    if (at === "/config/Env" && Array.isArray(value))
      for (const line of value) places.set(`${at}${pointerToken(String(line).split("=", 1)[0] ?? "")}`, line);
    else if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [name, member] of Object.entries(value)) visit(`${at}${pointerToken(name)}`, member);
    else if (value !== null && value !== undefined) places.set(at, value);
  };
  visit("", config);
  return places;
}
