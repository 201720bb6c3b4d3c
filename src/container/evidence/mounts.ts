import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, posix } from "node:path";
import { nearest, quote } from "../../base/text.ts";
import type { Bundle } from "../../bundle/bundle.ts";
import { bindSource, isBind } from "../../bundle/facts.ts";
import { resolveInside } from "../../bundle/inside.ts";
import type { Mount } from "../../oci/spec.ts";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

/** The mount that the words name: its type and options, what its source and destination are, and what is beside a source that is missing. */
export function mountEvidence({ bundle, found }: Scene): Gathered {
  if (bundle === undefined) return { evidence: [] };
  const mounts = bundle.spec.mounts ?? [];
  const index = mounts.findIndex((mount) => isNamed(mount, found));
  const mount = mounts[index];
  if (mount === undefined) {
    const list = mounts.map(({ destination }) => destination).join(", ");
    return { evidence: [{ source: "/mounts", says: `has ${list === "" ? "no entries" : list}` }] };
  }
  const at = `/mounts/${index}`;
  const { type = "none", options = [] } = mount;
  const asked = {
    source: at,
    says: `has type ${quote(type)} and the options ${options.join(",") || "none"}`,
  };
  if (!isBind(mount)) return { evidence: [asked, ...filesystem(type)] };
  const ends = [...sourceOf(mount, bundle), ...destinationOf(mount, bundle)];
  const bindless = !options.includes("bind") && !options.includes("rbind");
  const hint = bindless ? `add "bind" at ${at}/options: bind is an option, not a filesystem` : undefined;
  return { evidence: [asked, ...ends], hint };
}

/** Runtimes cut the leading slash of a destination, runc resolves links in it. */
function isNamed(mount: Mount, { source, path }: Scene["found"]): boolean {
  if (source === undefined) return false;
  const same = mount.source === source;
  if (path === undefined) return same;
  return same && posix.resolve("/", path) === posix.resolve("/", mount.destination);
}

function filesystem(type: string): readonly Evidence[] {
  const known = readFileSync("/proc/filesystems", "utf8")
    .split("\n")
    .map((line) => line.split("\t")[1] ?? "");
  if (known.includes(type)) return [{ source: "/proc/filesystems", says: `has ${quote(type)}` }];
  const near = nearest(type, known);
  const like = near === undefined || near === "" ? "" : `; did you mean ${quote(near)}?`;
  return [{ source: "/proc/filesystems", says: `has no ${quote(type)}${like}` }];
}

function sourceOf(mount: Mount, bundle: Bundle): readonly Evidence[] {
  const source = bindSource(mount, bundle.path);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats !== undefined) return [{ source, says: `is a ${kindOf(stats)} on this host` }];
  const above = existingAbove(source);
  const missing = source.slice(above === "/" ? 1 : above.length + 1).split("/")[0] ?? basename(source);
  const near = nearest(missing, namesIn(above));
  const like = near === undefined ? "" : `; did you mean ${quote(near)}?`;
  const here = { source: above, says: `is there, and has no ${quote(missing)}${like}` };
  const marker = ["/.dockerenv", "/run/.containerenv"].find((path) => existsSync(path));
  if (marker === undefined) return [here];
  const says =
    "is there: this process runs in a container itself, and the source was looked for in it, not on its host";
  return [here, { source: marker, says }];
}

function destinationOf({ destination }: Mount, { rootfs }: Bundle): readonly Evidence[] {
  const inside = resolveInside(rootfs, destination);
  const says = inside === undefined ? "is not in the rootfs" : `is a ${kindOf(inside.stats)} in the rootfs`;
  return [{ source: destination, says }];
}

function kindOf(stats: { isFile(): boolean; isDirectory(): boolean }): string {
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "directory" : "special file";
}

function existingAbove(path: string): string {
  return existsSync(path) || path === "/" ? path : existingAbove(dirname(path));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
