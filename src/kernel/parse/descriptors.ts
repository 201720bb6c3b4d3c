import type { Descriptor, DescriptorKind } from "../view-parts.ts";
import { bad, good, type Parsed, parseExact } from "./parsed.ts";

/** asm-generic/fcntl.h, which x86 has too. O_SYNC is two bits, the lower of which is O_DSYNC. */
const flagNames: readonly (readonly [number, string])[] = [
  [0o100, "O_CREAT"],
  [0o200, "O_EXCL"],
  [0o400, "O_NOCTTY"],
  [0o1000, "O_TRUNC"],
  [0o2000, "O_APPEND"],
  [0o4000, "O_NONBLOCK"],
  [0o10000, "O_DSYNC"],
  [0o20000, "O_ASYNC"],
  [0o40000, "O_DIRECT"],
  [0o100000, "O_LARGEFILE"],
  [0o200000, "O_DIRECTORY"],
  [0o400000, "O_NOFOLLOW"],
  [0o1000000, "O_NOATIME"],
  [0o2000000, "O_CLOEXEC"],
  [0o4000000, "O_SYNC"],
  [0o10000000, "O_PATH"],
  [0o20000000, "O_TMPFILE"],
];
const accessModes = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"] as const;

/** The common lines of /proc/PID/fdinfo/FD (proc_pid_fdinfo(5)): pos, flags (octal), mnt_id. What follows belongs to the kind. */
export function parseDescriptor(
  text: string,
  { fd, target }: { readonly fd: number; readonly target: string },
): Parsed<Descriptor> {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\d{1,20})$`, "m").exec(text)?.[1];
  const [position, flags, mount] = [field("pos"), field("flags"), field("mnt_id")];
  const at = parseExact(position ?? "");
  if (!at.ok || flags === undefined || !/^[0-7]{1,12}$/.test(flags)) return bad("pos and flags", text);
  return good({
    fd,
    kind: descriptorKind(target),
    target,
    flags: openFlags(Number.parseInt(flags, 8)),
    position: at.value,
    mount: mount === undefined ? undefined : Number(mount),
  });
}

/** What the link of a descriptor names, as far as its text tells. */
export function descriptorKind(target: string): DescriptorKind {
  if (/^pipe:\[/.test(target)) return "pipe";
  if (/^socket:\[/.test(target)) return "socket";
  if (/^anon_inode:/.test(target)) return "anonymous";
  if (/^\/memfd:/.test(target) || target.startsWith("/dev/zero (deleted)")) return "memory";
  if (/^[a-z_]+:\[\d+\]$/.test(target)) return "namespace";
  if (/^\/dev\/(pts\/\d+|tty\w*|console|ptmx)$/.test(target)) return "terminal";
  if (/ \(deleted\)$/.test(target)) return "deleted";
  return target.startsWith("/dev/") ? "device" : "file";
}

function openFlags(mask: number): readonly string[] {
  const names = flagNames.filter(([bit]) => (mask & bit) !== 0).map(([, name]) => name);
  const said = names.includes("O_SYNC") ? names.filter((name) => name !== "O_DSYNC") : names;
  return [accessModes[mask & 3] ?? "O_RDONLY", ...said];
}
