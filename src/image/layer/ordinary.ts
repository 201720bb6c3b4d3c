import type { IdMaps, IdRange } from "../../linux/sub-ids.ts";
import type { TarEntry } from "./entry.ts";
import { Refusal } from "./refusal.ts";

/** Where an owner is kept that only the user himself can have: a message of protobuf, rootlesscontaine.rs/proto/rootlesscontainers.proto. */
export const ownerAttribute = "user.rootlesscontainers";

/** The proto's NoopID: this id is the one that the file has. */
const unchanged = 0xffff_ffff;

/**
 * What becomes of a tar entry in a user namespace, where no device can be made and not every id or attribute exists. Devices are empty
 * files. With "ranges" owners stay, with "single" all is root's and `ownerAttribute` tells files' and directories' owners (links, fifos can
 * hold no such attribute). Attributes that the kernel keeps to the host's root are left out, their names added to `lost`.
 * Errors: Refusal "layer.unmapped-owner".
 */
export function ordinaryEntry(entry: TarEntry, maps: IdMaps, lost: Set<string>): TarEntry {
  const { type } = entry;
  const isDevice = type === "character" || type === "block";
  const plain: TarEntry = {
    ...entry,
    type: isDevice ? "file" : type,
    attributes: entry.attributes.size === 0 ? entry.attributes : possible(entry.attributes, maps, lost),
  };
  if (type === "hard-link") return plain;
  if (maps.kind === "ranges") return mapped(plain, maps);
  return withOwnerAttribute(plain);
}

/** The bytes of `Resource {uint32 uid = 1; uint32 gid = 2}`; a zero is written as "unchanged", as umoci does. */
export function formatOwner(uid: number, gid: number): Buffer {
  return Buffer.from([
    0x08,
    ...varint(uid === 0 ? unchanged : uid),
    0x10,
    ...varint(gid === 0 ? unchanged : gid),
  ]);
}

function possible(all: TarEntry["attributes"], maps: IdMaps, lost: Set<string>): TarEntry["attributes"] {
  const names = [...all.keys()].filter((name) => !isPossible(name, maps));
  for (const name of names) if (name !== ownerAttribute) lost.add(name);
  return new Map([...all].filter(([name]) => !names.includes(name)));
}

/** trusted.* and, but for capabilities, security.* belong to the host's root (xattr(7)); an access list names ids that may not be there. */
function isPossible(name: string, { kind }: IdMaps): boolean {
  if (name === ownerAttribute) return kind === "ranges";
  if (name.startsWith("system.posix_acl_")) return kind === "ranges";
  return !name.startsWith("trusted.") && (!name.startsWith("security.") || name === "security.capability");
}

function mapped(entry: TarEntry, { uidMappings, gidMappings }: IdMaps): TarEntry {
  refuseUnmapped("user", entry.uid, uidMappings);
  refuseUnmapped("group", entry.gid, gidMappings);
  return entry;
}

function refuseUnmapped(kind: "user" | "group", id: number, mappings: readonly IdRange[]): void {
  if (mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size)) return;
  const count = mappings.reduce((sum, { size }) => sum + size, 0);
  throw new Refusal(
    "layer.unmapped-owner",
    `belongs to the ${kind} ${id}, which is not among the ${count} ids that may be mapped here`,
  );
}

function withOwnerAttribute(entry: TarEntry): TarEntry {
  const { type, uid, gid } = entry;
  const owned = { ...entry, uid: 0, gid: 0 };
  if ((uid === 0 && gid === 0) || (type !== "file" && type !== "directory")) return owned;
  return { ...owned, attributes: new Map([...entry.attributes, [ownerAttribute, formatOwner(uid, gid)]]) };
}

function varint(value: number): readonly number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low | 128, ...varint(Math.floor(value / 128))];
}
