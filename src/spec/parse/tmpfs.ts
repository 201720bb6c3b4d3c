import { nearest } from "../../base/text.ts";
import type { Mount } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { parseBytes } from "./bytes.ts";

const form = '/to[:OPTION,...], for example "/run:size=64m,mode=1777"';

/** Options of tmpfs(5), and the flags of mount(8) that a tmpfs can have. */
const keys: readonly string[] = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "huge", "mpol"];
const flags: readonly string[] = [
  ...["ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync"],
  ...["atime", "noatime", "diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime"],
  ...["private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable"],
];

/**
 * Docker's --tmpfs: "/run", "/run:size=64m,mode=1777,exec". Without words to the contrary it is nosuid, noexec and nodev. Sizes
 * become bytes; a percentage of memory stays. Errors: "spec.bad-option".
 */
export function parseTmpfs(text: string): Mount {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  if (!target.startsWith("/"))
    throw badValue("tmpfs", text, { got: "its target is not an absolute path", form });
  if (/^\/+$/.test(target))
    throw badValue("tmpfs", text, { got: "its target is the root filesystem itself", form });
  const words = colon < 0 ? [] : text.slice(colon + 1).split(",");
  const asked = words.filter((word) => word !== "").map((word) => option(word, text));
  const opposite: Readonly<Record<string, string>> = { nosuid: "suid", noexec: "exec", nodev: "dev" };
  const locked = ["nosuid", "noexec", "nodev"].filter(
    (word) => !asked.includes(word) && !asked.includes(opposite[word] ?? ""),
  );
  return { destination: target, type: "tmpfs", source: "tmpfs", options: [...locked, ...asked] };
}

function option(word: string, text: string): string {
  const equals = word.indexOf("=");
  const key = equals < 0 ? word : word.slice(0, equals);
  const known = equals < 0 ? flags : keys;
  if (!known.includes(key)) {
    const near = nearest(key, [...keys, ...flags]);
    const got = `tmpfs has no option ${JSON.stringify(word)}${near === undefined ? "" : `; did you mean ${near}?`}`;
    throw badValue("tmpfs", text, { got, form });
  }
  if (key === "size" && equals > 0) return `size=${tmpfsSize(word.slice(equals + 1))}`;
  if (key === "mode" && equals > 0) return `mode=${tmpfsMode(word.slice(equals + 1), "tmpfs", text)}`;
  return word;
}

/** Bytes, or a percentage of memory as it stands (tmpfs(5)). Errors: "spec.bad-option". */
export function tmpfsSize(text: string): string {
  return /^\d{1,3}%$/.test(text) ? text : String(parseBytes(text));
}

/** Permission bits in octal, as they stand. Errors: "spec.bad-option". */
export function tmpfsMode(mode: string, kind: string, text: string): string {
  if (/^0?[0-7]{1,4}$/.test(mode)) return mode;
  throw badValue(kind, text, {
    got: `the mode ${JSON.stringify(mode)} is not octal`,
    form: "a mode like 1777",
  });
}
