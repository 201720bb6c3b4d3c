import { type BigIntStats, lstatSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";

/** A path for node:fs. Ours have one character a byte; those of plain ASCII, nearly all, need no copy. */
export function onDisk(root: string, path: string): string | Buffer {
  const whole = `${root}/${path}`;
  return /[\x80-\xff]/.test(whole) ? Buffer.from(whole, "latin1") : whole;
}

/** Text as we hold paths: one character a byte of its UTF-8. */
export function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The last component's directory; "" is the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** lstat, or undefined when there is nothing of that name. */
export function lookAt(path: string | Buffer): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
