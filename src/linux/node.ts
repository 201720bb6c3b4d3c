import { type Path, pathArgument, systemCall } from "./door.ts";

/** Kinds of nodes, from linux/stat.h. */
const kinds = { fifo: 0o010000, character: 0o020000, block: 0o060000 } as const;

const mknodCall = systemCall("int mknod(const char *path, uint mode, ulong device)");

export type NodeKind = keyof typeof kinds;

/** mknod(2): `mode` is the permission bits, less the umask; a fifo's device is 0. Devices need CAP_MKNOD. EEXIST when there is something already. */
export function makeNode(
  path: Path,
  options: { readonly kind: NodeKind; readonly mode: number; readonly device?: bigint },
): void {
  mknodCall(pathArgument(path), kinds[options.kind] | (options.mode & 0o7777), options.device ?? 0n);
}

/** The device number of a major and a minor as the C library packs them into dev_t (makedev(3)). Both have 32 bits. */
export function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (
    ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn)
  );
}

/** The major and the minor in a dev_t, as lstat's `rdev` has it. */
export function deviceParts(device: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  };
}
