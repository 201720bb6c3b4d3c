/** One member to write. Paths are relative, without "./"; at most 100 bytes each, as the built-in images need. */
export type NewMember = { readonly path: string; readonly mode: number } & (
  | { readonly kind: "directory" }
  | { readonly kind: "file"; readonly content: Uint8Array }
  | { readonly kind: "symlink"; readonly target: string }
);

/**
 * A ustar file of these members in the given order, all owned by 0:0 with the time `mtime` (seconds): the same members make the same bytes.
 * Throws a RangeError for a name that the header cannot hold.
 */
export function writeTar(members: readonly NewMember[], { mtime }: { readonly mtime: number }): Buffer {
  const parts = members.flatMap((member) => {
    const content = member.kind === "file" ? member.content : new Uint8Array();
    return [header(member, content.length, mtime), content, Buffer.alloc(-content.length & 511)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

const types = { file: "0", symlink: "2", directory: "5" } as const;

function header(member: NewMember, size: number, mtime: number): Buffer {
  const bytes = Buffer.alloc(512);
  const put = (text: string, at: number, room: number): void => {
    if (Buffer.byteLength(text) > room) throw new RangeError(`${text} is too long for a tar header`);
    bytes.write(text, at, "utf8");
  };
  const number = (value: number, at: number, room: number): void =>
    put(`${value.toString(8).padStart(room - 1, "0")}\0`, at, room);
  put(member.kind === "directory" ? `${member.path}/` : member.path, 0, 100);
  number(member.mode, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(size, 124, 12);
  number(mtime, 136, 12);
  put(" ".repeat(8), 148, 8);
  put(types[member.kind], 156, 1);
  put(member.kind === "symlink" ? member.target : "", 157, 100);
  put("ustar\x0000", 257, 8);
  number(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return bytes;
}
