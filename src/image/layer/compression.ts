import { readFileSync } from "node:fs";
import { findPrograms } from "../../base/programs.ts";
import { Refusal } from "./refusal.ts";

export type Compression = "none" | "gzip" | "zstd";

/** How many of a layer's first bytes `recogniseCompression` wants. */
export const magicLength = 6;

const magics: readonly (readonly [string, string])[] = [
  ["1f8b", "gzip"],
  ["28b52ffd", "zstd"],
  ["fd377a585a00", "xz"],
  ["425a68", "bzip2"],
  ["04224d18", "lz4"],
  ["5d0000", "lzma"],
  ["1f9d", "compress"],
];

/**
 * How a layer is compressed, by its first bytes: media types in the wild are wrong too often. A zstd stream may begin with a
 * skippable frame (RFC 8878, 3.1.2). Errors: Refusal "layer.unknown-compression".
 */
export function recogniseCompression(first: Buffer): Compression {
  const hex = first.toString("hex");
  if (/^5.2a4d18/.test(hex)) return "zstd";
  const [, name] = magics.find(([magic]) => hex.startsWith(magic)) ?? [];
  if (name === undefined) return "none";
  if (name === "gzip" || name === "zstd") return name;
  throw new Refusal(
    "layer.unknown-compression",
    `it is compressed with ${name}; only gzip and zstd layers can be unpacked`,
  );
}

/** A program that decompresses stdin to stdout. */
export type Decompressor = {
  readonly file: string;
  readonly args: readonly string[];
  /** What to call it: "igzip", "zstd" or "node:zlib". */
  readonly name: string;
  /** Whether it needs nothing of ours but its stdin, and so can run as nobody. */
  readonly unprivileged: boolean;
};

/** Fastest first. GNU gzip and pigz are left out: both are slower than Node's own zlib. */
const programs = { gzip: { name: "igzip", args: ["-dc"] }, zstd: { name: "zstd", args: ["-dcq"] } } as const;

/** The fastest decompressor on this machine: a program, else Node's own zlib in a process of ours (`helper`). */
export function findDecompressor(
  compression: Exclude<Compression, "none">,
  options: { readonly path: string; readonly helper: string },
): Decompressor {
  const { name, args } = programs[compression];
  const file = findPrograms(name, options.path)[0];
  if (file !== undefined) return { file, args, name, unprivileged: true };
  return {
    file: process.execPath,
    args: [options.helper, "--decompress", compression],
    name: "node:zlib",
    unprivileged: false,
  };
}

/** The ids of "nobody" where this process can take them: as root outside user namespaces (user_namespaces(7), uid_map). */
export function nobody(): { readonly uid: number; readonly gid: number } | undefined {
  const mapped = readFileSync("/proc/self/uid_map", "utf8").trim().split(/\s+/).join(" ");
  return process.geteuid?.() === 0 && mapped === "0 0 4294967295" ? { uid: 65534, gid: 65534 } : undefined;
}
