import type { Mount } from "../../oci/spec.ts";
import { compact, keyed, type Tree, unless } from "./tree.ts";
import { cleanPath, idRanges, inBytes } from "./words.ts";

/** mounts by destination. */
export function mountsTree(mounts: readonly Mount[] | undefined): Tree {
  return keyed(mounts, ({ destination }) => cleanPath(destination), mountTree);
}

function mountTree(mount: Mount): Tree {
  const options = mount.options ?? [];
  const bind = options.some((option) => option === "bind" || option === "rbind");
  const { type, source, uidMappings, gidMappings } = mount;
  return compact({
    type: bind ? unless(type, "bind", "none", "") : type || "none",
    source: source === undefined || source === "" ? undefined : bind ? cleanPath(source) : source,
    options: usualOf(type, optionsTree(options)),
    uidMappings: idRanges(uidMappings),
    gidMappings: idRanges(gidMappings),
  });
}

/** Without what a tmpfs has anyway (tmpfs(5)). */
function usualOf(type: string | undefined, options: Tree): Tree {
  if (type !== "tmpfs") return options;
  const { mode, uid, gid } = options;
  return { ...options, mode: unless(mode, "1777"), uid: unless(uid, "0"), gid: unless(gid, "0") };
}

/** What turns what off: mount(8). The later one of a pair holds; what is usual anyway is left out. */
const opposites: Readonly<Record<string, string>> = {
  rw: "ro",
  suid: "nosuid",
  dev: "nodev",
  exec: "noexec",
  symfollow: "nosymfollow",
  atime: "noatime",
  diratime: "nodiratime",
  async: "sync",
  nolazytime: "lazytime",
  noiversion: "iversion",
  nostrictatime: "strictatime",
  nomand: "mand",
  loud: "silent",
};
const nothing = ["defaults", "newinstance"];
const propagations = ["private", "shared", "slave", "unbindable"];

/** Options by what they decide, in any order. A switch is there or not; "propagation", "size" and the like have a value. */
export function optionsTree(options: readonly string[]): Tree {
  const tree = new Map<string, string | true>();
  for (const option of options) {
    const recursive = isRecursive(option);
    const word = recursive ? option.slice(1) : option;
    const mark = recursive ? "r" : "";
    const off = opposites[word];
    if (nothing.includes(option)) continue;
    if (option === "bind" || option === "rbind") tree.set("bind", option);
    else if (propagations.includes(word)) tree.set("propagation", option);
    else if (off !== undefined) tree.delete(mark + off);
    else if (word === "relatime" || word === "norelatime")
      for (const other of ["noatime", "strictatime"]) tree.delete(mark + other);
    else if (word.includes("=")) tree.set(...valued(option));
    else setSwitch(tree, mark, word);
  }
  return Object.fromEntries(tree);
}

function setSwitch(tree: Map<string, string | true>, mark: string, word: string): void {
  // What holds here and below holds here.
  if (mark === "r") tree.delete(word);
  else if (tree.has(`r${word}`)) return;
  if (word === "noatime") tree.delete(`${mark}strictatime`);
  if (word === "strictatime") tree.delete(`${mark}noatime`);
  tree.set(mark + word, true);
}

/** "rro" and its kind: the same for all mounts below (mount_setattr(2)). */
function isRecursive(option: string): boolean {
  const word = option.slice(1);
  if (!option.startsWith("r") || option.includes("=")) return false;
  return (
    propagations.includes(word) ||
    Object.hasOwn(opposites, word) ||
    Object.values(opposites).includes(word) ||
    word === "relatime"
  );
}

function valued(option: string): [string, string] {
  const at = option.indexOf("=");
  const [name, value] = [option.slice(0, at), option.slice(at + 1)];
  if (name === "size" || name.startsWith("nr_")) return [name, inBytes(value)];
  if (/mode$/.test(name) && /^[0-7]+$/.test(value)) return [name, value.replace(/^0+(?=.)/, "")];
  return [name, value];
}

/** A place below another, and which of the two is mounted first: what is mounted later covers it. */
export type MountPair = { readonly below: string; readonly above: string; readonly first: "below" | "above" };

/** The pairs of mounts of which one lies below the other: there, and only there, the order matters. */
export function nestedPairs(mounts: readonly Mount[] | undefined): readonly MountPair[] {
  const index = new Map((mounts ?? []).map(({ destination }, at) => [cleanPath(destination), at] as const));
  return [...index].flatMap(([below, at]) =>
    parentsOf(below).flatMap((above): readonly MountPair[] => {
      const other = index.get(above);
      return other === undefined ? [] : [{ below, above, first: at < other ? "below" : "above" }];
    }),
  );
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1);
  return path === "/" ? [] : parts.map((_, length) => `/${parts.slice(0, length).join("/")}`);
}
