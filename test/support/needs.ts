import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

/** What a test can need of the machine; each answers why it is missing, or undefined when it is there. */
const checks = {
  root: () => (process.getuid?.() === 0 ? undefined : "not root"),
  "cgroup v2": () =>
    existsSync("/sys/fs/cgroup/cgroup.controllers") ? undefined : "/sys/fs/cgroup is not cgroup2",
  "cgroup v1": () =>
    existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup is cgroup2" : undefined,
  "x86-64": () => (process.arch === "x64" ? undefined : `this is ${process.arch}`),
  "user namespaces": () =>
    readNumber("/proc/sys/user/max_user_namespaces") > 0 ? undefined : "switched off",
  "../shared/reference": () => sharedAt("reference"),
  dockerd: () => (dockerPrograms() === undefined ? "neither the peers' nor Debian's is unpacked" : undefined),
  "runtimes of trixie": () => newerAt("trixie"),
  "runtimes of sid": () => newerAt("sid"),
  "a criu that knows this kernel": () =>
    criuFolder() === undefined ? "`criu check` of Debian's and of the unpacked one fails" : undefined,
  "../shared/peers": () => (existsSync(peer("umoci")) ? undefined : "peers are not unpacked"),
} as const;

/** A need by name: one of the above, or the name of a program in PATH. */
export type Need = keyof typeof checks | (string & {});

/** Why `need` is missing on this machine, or undefined. */
export function missing(need: Need): string | undefined {
  if (need in checks) return checks[need as keyof typeof checks]();
  return programPath(need) === undefined ? "not in PATH" : undefined;
}

/** `describe`, skipped with the missing need in its title when this machine cannot run it. */
export function describeWith(needs: readonly Need[], title: string, body: () => void): void {
  const lacks = needs.flatMap((need) => {
    const why = missing(need);
    return why === undefined ? [] : [`${need}: ${why}`];
  });
  if (lacks.length === 0) describe(title, body);
  else describe.skip(`${title} (needs ${lacks.join(", ")})`, () => collect(body));
}

/** The tests of a skipped body are listed by running it, which may itself want what is missing. */
function collect(body: () => void): void {
  try {
    body();
  } catch (error) {
    test(`more that cannot be listed: ${String(error)}`, () => expect.unreachable());
  }
}

/** The repository's root, absolute, without a trailing slash. */
export const repository = join(import.meta.dirname, "../..");

/** A path in ../shared, which is beside the repository on the founders' machines and nowhere else. */
export function shared(path: string): string {
  return join(repository, "../shared", path);
}

/** A newer runtime or engine that ../shared/peers/setup.sh has unpacked. */
export function peer(program: string): string {
  return join(process.env["PEERS_HOME"] ?? "/var/cache/oci-peers", "sid/bin", program);
}

/** A runtime of one of Debian's next suites, as scripts/runtimes-setup.mjs has unpacked it. */
export function newerRuntime(
  suite: "trixie" | "sid" | "criu",
  program: "runc" | "crun" | "runsc" | "criu",
): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? "/var/cache";
  return join(cache, "ocilab-test/runtimes", suite, "bin", program);
}

/** The folder of a criu that can save processes of this kernel: PATH's, or the one that scripts/runtimes-setup.mjs has unpacked; undefined where neither can. */
export function criuFolder(): string | undefined {
  const unpacked = newerRuntime("criu", "criu");
  const found = [programPath("criu"), unpacked].filter((path) => path !== undefined && existsSync(path));
  const works = found.find((path) => spawnSync(path ?? "", ["check"], { stdio: "ignore" }).status === 0);
  return works === undefined ? undefined : dirname(works);
}

/** The folder that has dockerd, docker and containerd: the peers', or what scripts/set-up-tests.mjs unpacked; undefined where there is none. */
export function dockerPrograms(): string | undefined {
  const cache = process.env["XDG_CACHE_HOME"] ?? "/var/cache";
  const folders = [dirname(peer("dockerd")), join(cache, "ocilab-test/docker/bin")];
  return folders.find((folder) => existsSync(join(folder, "dockerd")));
}

/** Absolute path of a program in PATH, or undefined. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function newerAt(suite: "trixie" | "sid"): string | undefined {
  return existsSync(newerRuntime(suite, "runc")) ? undefined : "not unpacked (scripts/runtimes-setup.mjs)";
}

function sharedAt(path: string): string | undefined {
  return existsSync(shared(path)) ? undefined : "not beside this clone";
}

function readNumber(path: string): number {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return 0;
  }
}
