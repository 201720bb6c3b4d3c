import type { TarEntry } from "./entry.ts";
import type { LayerLimits } from "./limits.ts";

/**
 * What one tar entry asks of the root filesystem (image-spec layer.md#applying-changesets). Paths are relative to it, without
 * "." or ".." or empty components; "" is the root itself.
 */
export type LayerChange =
  | { readonly kind: "write"; readonly path: string; readonly linked?: string }
  /** A whiteout: what lower layers have at `path` goes. */
  | { readonly kind: "remove"; readonly path: string }
  /** An opaque whiteout: what lower layers have inside `path` goes. */
  | { readonly kind: "clear-directory"; readonly path: string }
  /** AUFS's own bookkeeping, which is no part of the image. */
  | { readonly kind: "ignore"; readonly path: string }
  | { readonly kind: "refuse"; readonly path: string; readonly because: string };

/** File name prefixes of whiteouts and of AUFS's own files (image-spec layer.md#whiteouts). */
const whiteout = ".wh.";
const special = ".wh..wh.";
const opaque = ".wh..wh..opq";

const longestName = 255;
const longestLink = 4095;
/** The kernel's device numbers have 12 and 20 bits (linux/kdev_t.h). */
const mostMajor = 0xfff;
const mostMinor = 0xfffff;
/** chown(2) takes 2^32-1 for "leave it". */
const mostId = 2 ** 32 - 2;

/** Decide what an entry does. Pure: whether its parents are links, and what is there already, only the file system knows. */
export function planEntry(entry: TarEntry, limits: Pick<LayerLimits, "pathLength">): LayerChange {
  const cleaned = cleanName(entry.name, limits.pathLength);
  const refuse = (because: string): LayerChange => ({ kind: "refuse", path: entry.name, because });
  if ("because" in cleaned) return refuse(cleaned.because);
  const { path } = cleaned;
  if (path.includes(whiteout)) {
    const hidden = planHidden(path, refuse);
    if (hidden !== undefined) return hidden;
  }
  const because = whyNot(entry, path);
  if (because !== undefined) return refuse(because);
  return entry.type === "hard-link" ? planLink(entry, path, limits, refuse) : { kind: "write", path };
}

type Refuse = (because: string) => LayerChange;

/** For a path with a whiteout's prefix somewhere in it. */
function planHidden(path: string, refuse: Refuse): LayerChange | undefined {
  const components = path.split("/");
  const name = components.pop() ?? "";
  if (name === opaque) return { kind: "clear-directory", path: components.join("/") };
  if (components.some((part) => part.startsWith(special)) || name.startsWith(special))
    return { kind: "ignore", path };
  if (name.startsWith(whiteout)) return planWhiteout(components, name.slice(whiteout.length), refuse);
  return undefined;
}

function planWhiteout(parents: readonly string[], name: string, refuse: Refuse): LayerChange {
  if (name === "") return refuse("is a whiteout of nothing");
  if (name === "." || name === "..") return refuse("is a whiteout of a whole directory by way of its dots");
  return { kind: "remove", path: [...parents, name].join("/") };
}

function planLink(
  entry: TarEntry,
  path: string,
  limits: Pick<LayerLimits, "pathLength">,
  refuse: Refuse,
): LayerChange {
  const target = cleanName(entry.linkName, limits.pathLength);
  if ("because" in target) return refuse(`is a hard link whose target ${target.because}`);
  if (target.path === "") return refuse("is a hard link to the root directory");
  if (target.path === path) return refuse("is a hard link to itself");
  return { kind: "write", path, linked: target.path };
}

function whyNot(entry: TarEntry, path: string): string | undefined {
  if (path === "" && entry.type !== "directory") return `would replace the root directory by a ${entry.type}`;
  if (!isId(entry.uid) || !isId(entry.gid))
    return `has an owner ${entry.uid}:${entry.gid} that no system has`;
  if (entry.major < 0 || entry.major > mostMajor || entry.minor < 0 || entry.minor > mostMinor) {
    return `is a device ${entry.major}:${entry.minor}, which no kernel has`;
  }
  if (entry.type !== "symlink") return undefined;
  if (entry.linkName === "") return "is a symbolic link to nothing";
  if (entry.linkName.includes("\0")) return "is a symbolic link with a NUL in its target";
  return entry.linkName.length > longestLink
    ? `is a symbolic link of more than ${longestLink} bytes`
    : undefined;
}

function isId(id: number): boolean {
  return id >= 0 && id <= mostId;
}

/**
 * A name from an archive as a path inside the root filesystem: a leading slash is dropped, as every engine does, and ".." takes back
 * the component before it. A name that climbs above the root, or that the kernel could not hold, is refused.
 */
function cleanName(name: string, longest: number): { readonly path: string } | { readonly because: string } {
  if (name === "") return { because: "has no name" };
  const bare = name.slice(name.startsWith("./") ? 2 : 0, name.endsWith("/") ? -1 : undefined);
  if (isClean(bare, longest)) return { path: bare };
  if (name.includes("\0")) return { because: "has a NUL in its name" };
  const path: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") {
      if (part.length > longestName) return { because: `has a name of more than ${longestName} bytes` };
      path.push(part);
    } else if (path.pop() === undefined) {
      return { because: "leads out of the root filesystem" };
    }
  }
  const joined = path.join("/");
  return joined.length > longest
    ? { because: `has a path of more than ${longest} bytes (--limit path-length)` }
    : { path: joined };
}

/** Whether a name is a path as it stands, as nearly all are: spares taking it apart. */
function isClean(name: string, longest: number): boolean {
  if (name.length > longest) return false;
  let from = 0;
  for (let at = 0; at <= name.length; at++) {
    const code = at === name.length ? slash : name.charCodeAt(at);
    if (code === 0) return false;
    if (code !== slash) continue;
    const length = at - from;
    if (length === 0 || length > longestName || isDots(name, from, length)) return false;
    from = at + 1;
  }
  return true;
}

const slash = 0x2f;
const dot = 0x2e;

function isDots(name: string, from: number, length: number): boolean {
  if (name.charCodeAt(from) !== dot || length > 2) return false;
  return length === 1 || name.charCodeAt(from + 1) === dot;
}
