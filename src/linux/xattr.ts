import { errnoOf } from "../base/errors.ts";
import { type Path, pathArgument, systemCall } from "./door.ts";

const lsetxattr = systemCall(
  "int lsetxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)",
);
const lgetxattr = systemCall("long lgetxattr(const char *path, const char *name, void *value, size_t size)");
const llistxattr = systemCall("long llistxattr(const char *path, void *list, size_t size)");
const lremovexattr = systemCall("int lremovexattr(const char *path, const char *name)");

/** Set an extended attribute of `path` itself, never of what a link points to (lsetxattr(2)). Names may be bytes, as paths may. */
export function setAttribute(path: Path, name: Path, value: Uint8Array): void {
  lsetxattr(pathArgument(path), pathArgument(name), value, value.length, 0);
}

/** The value of an extended attribute, of `path` itself (lgetxattr(2)). ENODATA when it has none of that name. */
export function readAttribute(path: Path, name: Path): Buffer {
  return readGrowing((into, size) => lgetxattr(pathArgument(path), pathArgument(name), into, size));
}

/** The names of the extended attributes of `path` itself, one character a byte, sorted (llistxattr(2)). */
export function listAttributes(path: Path): readonly string[] {
  const list = readGrowing((into, size) => llistxattr(pathArgument(path), into, size));
  return list.toString("latin1").split("\0").filter(Boolean).sort();
}

/** Remove an extended attribute of `path` itself (lremovexattr(2)). */
export function removeAttribute(path: Path, name: Path): void {
  lremovexattr(pathArgument(path), pathArgument(name));
}

function readGrowing(read: (into: Uint8Array | null, size: number) => number): Buffer {
  for (;;) {
    const size = read(null, 0);
    if (size === 0) return Buffer.alloc(0);
    try {
      const into = Buffer.alloc(size);
      return into.subarray(0, read(into, size));
    } catch (error) {
      if (errnoOf(error) !== "ERANGE") throw error;
    }
  }
}
