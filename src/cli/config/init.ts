import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withInit } from "../../spec/options/init.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** Programs that are started as `NAME -- PROGRAM ARGUMENT...`, most wanted first. */
const names: readonly string[] = ["docker-init", "tini-static", "tini", "catatonit"];

/** --init and --init-path. Errors: "usage.bad-argument" when there is no such program, or one that needs libraries of the rootfs. */
export function initOptions(flags: ConfigValues, { cwd, env }: ConfigWorld): readonly SpecOption[] {
  const path = flags["init-path"];
  if (path !== undefined) return [withInit(checkedInit(resolve(cwd, path)))];
  return flags.init ? [withInit(findInit(env["PATH"] ?? ""))] : [];
}

function findInit(path: string): string {
  const found = names.flatMap((name) =>
    path
      .split(delimiter)
      .filter((place) => place.startsWith("/"))
      .map((place) => join(place, name))
      .filter(isProgram),
  );
  const usable = found.find((place) => !needsInterpreter(place));
  if (usable !== undefined) return realpathSync(usable);
  const none = `none of ${names.join(", ")} is in PATH`;
  const got =
    found[0] === undefined
      ? none
      : `${quote(found[0])} needs shared libraries, which the rootfs may not have`;
  throw noInit(got);
}

function checkedInit(path: string): string {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) throw noInit(`${quote(path)} is no file`);
    if (needsInterpreter(path))
      throw noInit(`${quote(path)} needs shared libraries, which the rootfs may not have`);
    return path;
  } catch (error) {
    if (error instanceof OcilabError) throw error;
    throw noInit(`${quote(path)}: the kernel answered ${errnoOf(error) ?? String(error)}`);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** PT_INTERP in the program headers (elf(5)), of which every common linker writes those within the first page; a script needs one too. */
function needsInterpreter(path: string): boolean {
  const head = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.readUInt32BE(0) !== 0x7f454c46) return true;
  const is64 = head[4] === 2;
  const [offset, size, count] = is64
    ? [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)]
    : [head.readUInt32LE(28), head.readUInt16LE(42), head.readUInt16LE(44)];
  const starts = Array.from({ length: count }, (_, index) => offset + index * size);
  return starts.some((at) => at + 4 <= head.length && head.readUInt32LE(at) === 3);
}

function noInit(got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "find an init for --init",
    got,
    hint: "install the package catatonit or tini, or name a statically linked one with --init-path FILE",
  });
}
