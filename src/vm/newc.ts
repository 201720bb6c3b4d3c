/** One entry of a cpio archive: a directory, a file, a symbolic link or a device node. Paths are relative, without a leading slash. */
export type ArchiveEntry = { readonly path: string } & (
  | { readonly kind: "directory"; readonly mode?: number }
  | { readonly kind: "file"; readonly content: Uint8Array; readonly mode?: number }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "device"; readonly mode: number; readonly major: number; readonly minor: number }
);

type Header = {
  readonly mode: number;
  readonly body: Uint8Array;
  readonly major?: number;
  readonly minor?: number;
};

const directoryType = 0o040000;
const fileType = 0o100000;
const linkType = 0o120000;
const characterType = 0o020000;

/**
 * A cpio archive in the "newc" format that Linux unpacks as initramfs (kernel: Documentation/driver-api/early-userspace/buffer-format.rst):
 * every entry an ASCII header of 13 hexadecimal numbers, the path, the content, each padded to four bytes; all owned by root, all times 0,
 * so that equal entries give equal bytes. Directories must come before what they hold.
 */
export function writeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) =>
    entryParts(entry.path, { ino: index + 1, ...headerOf(entry) }),
  );
  return Buffer.concat([...parts, ...entryParts("TRAILER!!!", { ino: 0, mode: 0, body: empty })]);
}

const empty = new Uint8Array();

function headerOf(entry: ArchiveEntry): Header {
  switch (entry.kind) {
    case "directory":
      return { mode: directoryType | (entry.mode ?? 0o755), body: empty };
    case "file":
      return { mode: fileType | (entry.mode ?? 0o644), body: entry.content };
    case "link":
      return { mode: linkType | 0o777, body: Buffer.from(entry.target) };
    case "device":
      return { mode: characterType | entry.mode, body: empty, major: entry.major, minor: entry.minor };
  }
}

function entryParts(path: string, header: Header & { readonly ino: number }): readonly Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const { ino, mode, body, major = 0, minor = 0 } = header;
  const links = (mode & directoryType) === directoryType ? 2 : 1;
  const numbers = [ino, mode, 0, 0, links, 0, body.length, 0, 0, major, minor, name.length, 0];
  const head = `070701${numbers.map((value) => value.toString(16).padStart(8, "0")).join("")}`;
  return [Buffer.from(head), name, padding(head.length + name.length), body, padding(body.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
