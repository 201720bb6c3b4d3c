import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { type ProgramResult, runProgram } from "../base/process.ts";
import { printable, quote } from "../base/text.ts";
import { findMirror, sourceLines } from "./mirror.ts";
import { dyingWithUs } from "./programs.ts";

/** Debian packages of one suite, through an apt of our own: own source list, own lists, nothing of the host's is changed or installed. */
export type Packages = {
  /** The package itself, or, where it only names the current one (`linux-image-amd64`), the one it depends on. */
  resolve(name: string, pattern: RegExp): Promise<string>;
  /** The packages whose names match, among those that a package depends on. */
  parts(name: string, pattern: RegExp): Promise<readonly string[]>;
  /** The newest version of a package. */
  version(name: string): Promise<string>;
  /** The newest version's .deb in the cache, verified by apt against the signed index; a download that was cut goes on where it stopped. */
  fetch(name: string): Promise<string>;
};

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Fetch the index of a suite from the mirror that the host's apt uses. Error: "vm.prepare". */
export async function openPackages(
  suite: string,
  options: Cancel & { readonly cache: string },
): Promise<Packages> {
  const home = join(options.cache, "apt", suite);
  for (const folder of ["lists/partial", "cache/archives/partial", "download"])
    mkdirSync(join(home, folder), { recursive: true });
  const sources = join(home, "sources.list");
  writeFileSync(sources, sourcesOf(suite));
  const settings = {
    "Dir::Etc::SourceList": sources,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(home, "lists"),
    "Dir::Cache": join(home, "cache"),
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
  };
  const words = ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  const download = join(home, "download");
  const apt: Apt = async (program, args) => {
    const [file, rest] = dyingWithUs(program, [...words, ...args]);
    const result = await runProgram(file, rest, { cwd: download, package: "apt", ...options });
    if (result.exitCode !== 0) throw failed(suite, args, result);
    return result.stdout;
  };
  await apt("apt-get", ["update", "--error-on=any"]);
  return {
    resolve: (name, pattern) => resolve(apt, { name, pattern, suite }),
    parts: async (name, pattern) => (await dependencies(apt, name)).filter((one) => pattern.test(one)),
    version: (name) => versionOf(apt, name),
    fetch: (name) => fetch(apt, name, { download }),
  };
}

/** The suite of this host, from os-release(5); "stable" where it is not Debian's. */
export function ownSuite(): string {
  const text = textOf("/etc/os-release");
  return /^VERSION_CODENAME=(.+)$/m.exec(text)?.[1]?.replaceAll('"', "") ?? "stable";
}

type Apt = (program: "apt-get" | "apt-cache", args: readonly string[]) => Promise<string>;

async function resolve(
  apt: Apt,
  asked: { readonly name: string; readonly pattern: RegExp; readonly suite: string },
) {
  if (asked.pattern.test(asked.name)) return asked.name;
  const found = (await dependencies(apt, asked.name)).find((name) => asked.pattern.test(name));
  if (found !== undefined) return found;
  throw new OcilabError("vm.prepare", {
    doing: `find the package ${quote(asked.name)} in ${asked.suite}`,
    got: "it is no kernel, and depends on none",
    hint: "name a package such as linux-image-amd64, or linux-image-amd64/SUITE",
  });
}

async function dependencies(apt: Apt, name: string): Promise<readonly string[]> {
  const text = await apt("apt-cache", ["depends", name]);
  return [...text.matchAll(/Depends: (\S+)/g)].map(([, one = ""]) => one);
}

async function fetch(apt: Apt, name: string, { download }: { readonly download: string }): Promise<string> {
  const version = await versionOf(apt, name);
  await apt("apt-get", ["download", `${name}=${version}`]);
  const start = `${name}_${version.replaceAll(":", "%3a")}_`;
  const file = readdirSync(download).find((one) => one.startsWith(start));
  if (file !== undefined) return join(download, file);
  throw new OcilabError("vm.prepare", {
    doing: `fetch the package ${quote(name)}`,
    got: `apt left no file ${quote(start)} in ${download}`,
  });
}

async function versionOf(apt: Apt, name: string): Promise<string> {
  const text = await apt("apt-cache", ["show", "--no-all-versions", name]);
  return /^Version: (.+)$/m.exec(text)?.[1] ?? "";
}

function sourcesOf(suite: string): string {
  const parts = "/etc/apt/sources.list.d";
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  const mirror = findMirror(["/etc/apt/sources.list", ...files].map(textOf), ownSuite());
  if (mirror !== undefined && existsSync(keyring)) return sourceLines(mirror, suite, keyring);
  throw new OcilabError("vm.prepare", {
    doing: "find Debian's packages",
    got: mirror === undefined ? "this host's apt names no Debian mirror" : `there is no ${keyring}`,
    hint: "give a kernel of your own with --kernel PATH",
  });
}

function failed(suite: string, args: readonly string[], result: ProgramResult): OcilabError {
  return new OcilabError("vm.prepare", {
    doing: `ask apt for ${args.join(" ")} in ${suite}`,
    got: printable(result.stderr.trim() || `it ended with ${result.exitCode ?? result.signal}`, 1500),
    facts: { command: result.command },
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
