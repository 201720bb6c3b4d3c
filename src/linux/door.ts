import { createRequire } from "node:module";
import { getSystemErrorMessage, getSystemErrorName } from "node:util";
import { quote } from "../base/text.ts";

type Koffi = typeof import("koffi");

/** What a system call takes: text is passed as UTF-8 with a closing NUL, bytes as a pointer to themselves. */
export type Argument = number | bigint | string | Uint8Array | null;

/** A path as text, or as the bytes it has in the kernel when they are not UTF-8. */
export type Path = string | Uint8Array;

let loaded: Koffi | undefined;

/** koffi, loaded by the first system call that is really made (12 ms). */
export function koffi(): Koffi {
  loaded ??= createRequire(import.meta.url)("koffi") as Koffi;
  return loaded;
}

/**
 * A function of the C library by its C declaration, bound when it is first called. It returns what C returns;
 * -1 throws an Error in the shape of node:fs (`code` "EPERM", `errno` -1, `syscall`), with the text arguments in the message.
 */
export function systemCall(declaration: string): (...given: readonly Argument[]) => number {
  const name = /(\w+)\(/.exec(declaration)?.[1] ?? declaration;
  let bound: ((...given: readonly Argument[]) => number | bigint) | undefined;
  return (...given) => {
    bound ??= koffi().load(null).func(declaration) as typeof bound & object;
    const result = Number(bound(...given));
    if (result === -1) throw systemError(name, koffi().errno(), given);
    return result;
  };
}

/** Bind a path for a `const char *` parameter. A NUL inside would cut it short without a word, so it is refused with EINVAL. */
export function pathArgument(path: Path): Argument {
  if (typeof path === "string") {
    if (path.includes("\0")) throw systemError("path", 22, [path]);
    return path;
  }
  if (path.includes(0)) throw systemError("path", 22, [Buffer.from(path).toString("latin1")]);
  return Buffer.concat([path, Buffer.of(0)]);
}

/** The kernel's version-independent numbers of calls that old C libraries have no name for (asm-generic/unistd.h). */
export const numberedCall = systemCall("long syscall(long number, long a, long b, void *c, long d, long e)");

function systemError(syscall: string, errno: number, given: readonly Argument[]): NodeJS.ErrnoException {
  const code = errnoName(errno);
  const subject = given.filter((value) => typeof value === "string").map((value) => ` ${quote(value)}`);
  const error: NodeJS.ErrnoException = new Error(
    `${code}: ${getSystemErrorMessage(-errno).toLowerCase()}, ${syscall}${subject.join(",")}`,
  );
  return Object.assign(error, { code, errno: -errno, syscall });
}

let errnoNames: ReadonlyMap<number, string> | undefined;

/** libuv does not know every errno (ECHILD for one), koffi's table does. */
function errnoName(errno: number): string {
  // Of several names of one number the first counts: EAGAIN, not EWOULDBLOCK.
  errnoNames ??= new Map(
    Object.entries(koffi().os.errno)
      .map(([name, number]) => [number, name] as const)
      .toReversed(),
  );
  return errnoNames.get(errno) ?? getSystemErrorName(-errno);
}
