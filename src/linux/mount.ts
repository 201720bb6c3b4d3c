import { type Path, pathArgument, systemCall } from "./door.ts";

/** Flags of mount(2), from linux/mount.h. */
export const mountFlags = {
  MS_RDONLY: 0x1,
  MS_NOSUID: 0x2,
  MS_NODEV: 0x4,
  MS_NOEXEC: 0x8,
  MS_REMOUNT: 0x20,
  MS_BIND: 0x1000,
  MS_MOVE: 0x2000,
  MS_REC: 0x4000,
  MS_UNBINDABLE: 0x20000,
  MS_PRIVATE: 0x40000,
  MS_SLAVE: 0x80000,
  MS_SHARED: 0x100000,
} as const;

/** Flags of umount2(2), from linux/fs.h. */
export const umountFlags = { MNT_FORCE: 0x1, MNT_DETACH: 0x2, UMOUNT_NOFOLLOW: 0x8 } as const;

const mountCall = systemCall(
  "int mount(const char *source, const char *target, const char *type, ulong flags, const char *data)",
);
const umount2 = systemCall("int umount2(const char *target, int flags)");

export type MountOptions = {
  /** Default "none". */
  readonly source?: Path;
  readonly type?: string;
  /** A sum of `mountFlags`. */
  readonly flags?: number;
  readonly data?: string;
};

/** mount(2). The caller unmounts: nothing here remembers what was mounted. */
export function mount(target: Path, options: MountOptions): void {
  const { source = "none", type = null, flags = 0, data = null } = options;
  mountCall(pathArgument(source), pathArgument(target), type, flags, data);
}

/** umount2(2) with a sum of `umountFlags`; UMOUNT_NOFOLLOW is always among them. */
export function unmount(target: Path, flags = 0): void {
  umount2(pathArgument(target), flags | umountFlags.UMOUNT_NOFOLLOW);
}
