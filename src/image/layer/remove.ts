import { type Dirent, opendirSync, rmdirSync, unlinkSync } from "node:fs";
import { join, lookAt, onDisk } from "./paths.ts";

/** Remove `path` and all in it, never following a link; nothing there is fine. Memory does not grow with the directory. */
export function removeTree(root: string, path: string): void {
  const there = lookAt(onDisk(root, path));
  if (there === undefined) return;
  if (there.isDirectory()) {
    clearTree(root, path);
    rmdirSync(onDisk(root, path));
  } else {
    unlinkSync(onDisk(root, path));
  }
}

/** Remove all that is in the directory `path`, which stays. */
export function clearTree(root: string, path: string): void {
  for (;;) {
    const names = someNames(onDisk(root, path));
    if (names.length === 0) return;
    for (const { name, directory } of names) {
      if (directory) removeTree(root, join(path, name));
      else unlinkSync(onDisk(root, join(path, name)));
    }
  }
}

/** Visit the children of a directory one by one; they may be removed meanwhile. Not a directory: none. */
export function visitChildren(root: string, path: string, visit: (child: string) => void): void {
  if (!lookAt(onDisk(root, path))?.isDirectory()) return;
  using directory = openDirectory(onDisk(root, path));
  for (let child = directory.readSync(); child !== null; child = directory.readSync()) {
    visit(join(path, child.name.toString("latin1")));
  }
}

/** A first thousand names, so that no descriptor stays open on the way down. */
function someNames(path: string | Buffer): readonly { name: string; directory: boolean }[] {
  const names: { name: string; directory: boolean }[] = [];
  using directory = openDirectory(path);
  for (let child = directory.readSync(); child !== null; child = directory.readSync()) {
    if (names.push({ name: child.name.toString("latin1"), directory: child.isDirectory() }) === 1000) break;
  }
  return names;
}

type ByteDirectory = Disposable & { readSync(): Dirent<Buffer> | null };

/** Node knows the encoding "buffer" here as everywhere, its types do not. */
function openDirectory(path: string | Buffer): ByteDirectory {
  return opendirSync(path, {
    encoding: "buffer" as BufferEncoding,
    bufferSize: 256,
  }) as unknown as ByteDirectory;
}
