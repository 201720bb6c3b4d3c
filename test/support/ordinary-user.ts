import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ProgramResult, runProgram } from "../../src/base/process.ts";
import { repository } from "./needs.ts";

/** An ordinary user whom the host does not know: name, id and the ranges of ids that subuid and subgid grant him. */
export const user = { name: "ocilab-test", id: 20_100, firstSubId: 300_000, subIds: 65_536 } as const;

/** What the tests of an ordinary user need; the clone must be readable for him. */
export const ordinaryNeeds = ["root", "user namespaces", "newuidmap", "unshare", "setpriv", ...readable()];

export type OrdinaryUser = {
  /** His home, which he may write. */
  readonly home: string;
  /** Run a program as he would, with his own environment and what is given here. */
  run(file: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ProgramResult>;
  /** Run bin/ocilab with everything it stores below `home`. */
  ocilab(...words: readonly string[]): Promise<ProgramResult>;
};

/**
 * Somebody who is not root, below an existing directory. /etc/passwd, group, subuid and subgid that know him are mounted over the host's in a
 * mount namespace of each call, which ends with it. `cgroup`: a cgroup v2 directory that he is put into.
 */
export function ordinaryUser(
  directory: string,
  options: { readonly ranges: boolean; readonly cgroup?: string | undefined },
): OrdinaryUser {
  const [etc, home] = [join(directory, "etc"), join(directory, "home")];
  writeEtc(etc, options.ranges);
  mkdirSync(home, { mode: 0o700 });
  for (const path of [directory, home]) chownSync(path, user.id, user.id);
  const run: OrdinaryUser["run"] = (file, args, env = {}) =>
    runProgram("unshare", ["--mount", "sh", "-c", become, "sh", etc, options.cgroup ?? "", file, ...args], {
      env: { PATH: process.env["PATH"], HOME: home, NO_COLOR: "1", COLUMNS: "100", ...env },
      cwd: "/",
      timeout: 200_000,
    });
  const OCILAB_HOME = join(home, "ocilab");
  return { home, run, ocilab: (...words) => run(join(repository, "bin/ocilab"), words, { OCILAB_HOME }) };
}

const become = `set -e
for name in passwd group subuid subgid; do mount --bind "$1/$name" "/etc/$name"; done
[ -z "$2" ] || echo $$ >"$2/cgroup.procs"
shift 2
exec setpriv --reuid=${user.id} --regid=${user.id} --clear-groups --inh-caps=-all "$@"`;

function writeEtc(etc: string, ranges: boolean): void {
  mkdirSync(etc, { mode: 0o755 });
  const line = `${user.name}:x:${user.id}`;
  const passwd = readFileSync("/etc/passwd", "utf8");
  writeFileSync(join(etc, "passwd"), `${passwd}${line}:${user.id}::/nonexistent:/bin/sh\n`);
  writeFileSync(join(etc, "group"), `${readFileSync("/etc/group", "utf8")}${line}:\n`);
  const grant = ranges ? `${user.name}:${user.firstSubId}:${user.subIds}\n` : "";
  for (const name of ["subuid", "subgid"]) writeFileSync(join(etc, name), grant);
}

/** A need that is never met where others may not read the clone or our Node. */
function readable(): readonly string[] {
  return [repository, process.execPath].every(isOpen) ? [] : ["a clone that every user may read"];
}

function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isOpen(dirname(path)));
}
