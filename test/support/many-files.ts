import { type Member, tarOf } from "./layers.ts";

/** A tar archive of `count` files of up to 2 KB, a hundred to a directory. */
export function smallFiles(count: number, top = "tree"): Buffer {
  const members: Member[] = [];
  for (let at = 0; at < count; at++) {
    const directory = `${top}/d${Math.floor(at / 100)}`;
    if (at % 100 === 0) members.push({ name: `${directory}/`, type: "5", mode: 0o755 });
    members.push({
      name: `${directory}/file-${at}.txt`,
      data: `${at} `.repeat((at * 37) % 300),
      mode: 0o644,
    });
  }
  return tarOf(members);
}
