import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { findPrograms } from "../../base/programs.ts";
import { quote } from "../../base/text.ts";
import { elfStart, readElf } from "../../linux/elf.ts";
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
  const found = names.flatMap((name) => findPrograms(name, path)).filter((place) => isAbsolute(place));
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

/** A dynamic program has an interpreter; a script, which is no ELF file, needs one too. */
function needsInterpreter(path: string): boolean {
  const head = Buffer.alloc(elfStart);
  const file = openSync(path, "r");
  try {
    const elf = readElf(head.subarray(0, readSync(file, head)));
    return elf === undefined || elf.interpreter !== undefined;
  } finally {
    closeSync(file);
  }
}

function noInit(got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "find an init for --init",
    got,
    hint: "install the package catatonit or tini, or name a statically linked one with --init-path FILE",
  });
}
