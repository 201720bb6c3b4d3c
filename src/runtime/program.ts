import { delimiter, join, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { runProgram } from "../base/process.ts";
import { findPrograms, isProgram } from "../base/programs.ts";
import { printable, quote } from "../base/text.ts";
import { type RuntimeKind, runtimeTraits } from "./kinds.ts";
import { parseRuntimeVersion, type RuntimeVersion } from "./output.ts";
import { remember, remembered } from "./remembered.ts";

/** A runtime's program: where it is and what it says it is. */
export type RuntimeProgram = {
  readonly name: string;
  readonly path: string;
  readonly version: RuntimeVersion;
};

/**
 * Find a runtime by name (in PATH, then in the sbin directories that a user's PATH lacks) or by path, and ask it what it is; or look
 * that up in `versions`, where it is the very file that was asked before (remembered.ts).
 * Errors: "host.program-missing", "runtime.unrecognised".
 */
export async function findRuntimeProgram(
  runtime: string,
  { versions, signal }: Cancel & { readonly versions?: string | undefined } = {},
): Promise<RuntimeProgram> {
  const path = runtime.includes("/") ? resolve(runtime) : inPath(runtime);
  if (path === undefined || !isProgram(path)) throw notThere(runtime);
  const known = versions === undefined ? undefined : parseRuntimeVersion(remembered(path, versions) ?? "");
  if (known !== undefined) return { name: runtime, path, version: known };
  const result = await runProgram(path, ["--version"], { signal, timeout: 10_000 });
  const version = parseRuntimeVersion(result.stdout);
  if (version !== undefined) {
    if (versions !== undefined) remember(path, versions, result.stdout);
    return { name: runtime, path, version };
  }
  throw new OcilabError("runtime.unrecognised", {
    doing: `ask ${quote(path)} for its version`,
    got: `${printable((result.stdout + result.stderr).trim(), 300) || "it printed nothing"}`,
  });
}

/** Where a runtime of this kind keeps its state unless `--root` says otherwise. */
export function defaultRoot(kind: RuntimeKind, name: string): string {
  const folder = runtimeTraits[kind].rootName || (name.split("/").at(-1) ?? name);
  const personal = process.env["XDG_RUNTIME_DIR"];
  const asRoot = process.getuid?.() === 0;
  return asRoot || !personal ? join("/run", folder) : join(personal, folder);
}

function inPath(name: string): string | undefined {
  const folders = [process.env["PATH"] ?? "", "/usr/local/sbin", "/usr/sbin", "/sbin"];
  const found = findPrograms(name, folders.join(delimiter))[0];
  return found === undefined ? undefined : resolve(found);
}

function notThere(runtime: string): OcilabError {
  const packageName = runtime === "runc" || runtime === "crun" ? runtimeTraits[runtime].package : undefined;
  const byName =
    packageName === undefined
      ? "name one that is installed, or its path"
      : `install the Debian package ${packageName}`;
  return new OcilabError("host.program-missing", {
    doing: `find the runtime ${quote(runtime)}`,
    got: runtime.includes("/")
      ? "there is no executable file of this name"
      : "there is no such program in PATH",
    hint: byName,
    facts: { program: runtime },
  });
}
