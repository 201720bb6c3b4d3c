import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Readable, Writable } from "node:stream";
import { OcilabError } from "../base/errors.ts";
import { runProgram } from "../base/process.ts";
import { findPrograms } from "../base/programs.ts";
import { printable } from "../base/text.ts";
import { type IdMaps, type IdPlan, type IdRange, planIdMaps } from "./sub-ids.ts";

/** The maps that this process's user can give a user namespace. Reads /etc/subuid and /etc/subgid; changes nothing. */
export function readIdPlan(): IdPlan {
  return planIdMaps({
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    user: loginName(),
    subuid: readText("/etc/subuid"),
    subgid: readText("/etc/subgid"),
    missingPrograms: ["newuidmap", "newgidmap"].filter((name) => !inPath(name)),
    noNewPrivileges: /^NoNewPrivs:\s*1/m.test(readText("/proc/self/status") ?? ""),
  });
}

/** Why this kernel lets an ordinary user make no user namespace, by the switches that are known; undefined: it does. */
export function userNamespacesForbidden(): { readonly says: string; readonly hint: string } | undefined {
  const row = switches.find(({ file, forbids }) => readText(file)?.trim() === forbids);
  if (row === undefined) return undefined;
  const name = row.file.slice("/proc/sys/".length).replaceAll("/", ".");
  return { says: `${name} is ${row.forbids}: ${row.says}`, hint: `as root: sysctl -w ${name}=${row.allows}` };
}

/**
 * Start a program as root of a new user namespace with these maps; stdin and stdout must be pipes. It is a child of this process and has
 * its pid from the beginning; when this resolves, the maps are set and the program starts. It keeps our working directory.
 * Errors: "host.no-user-namespace", and then no process is left.
 */
export async function startInUserNamespace(
  command: readonly string[],
  options: SpawnOptions & { readonly maps: IdMaps },
): Promise<ChildProcess> {
  const { maps, ...rest } = options;
  const single = maps.kind === "single";
  const words = ["--user", ...(single ? ["--map-root-user"] : []), "sh", "-c", waiting, "sh", ...command];
  const child = spawn(unshare, words, rest);
  try {
    await untilReady(child);
    if (!single) await setMaps(child.pid ?? 0, maps);
    (child.stdin as Writable).write("\n");
    return child;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Of util-linux, or busybox's: unshare(2) itself refuses a process with threads, which Node is. */
const unshare = "unshare";

/** It says that it is in its namespace, waits for the maps, and becomes the program: only who executes as root there has capabilities. */
const waiting = 'echo && read -r _ && exec "$@"';

const switches = [
  {
    file: "/proc/sys/user/max_user_namespaces",
    forbids: "0",
    allows: "15000",
    says: "nobody may make a user namespace",
  },
  {
    file: "/proc/sys/kernel/unprivileged_userns_clone",
    forbids: "0",
    allows: "1",
    says: "only root may make a user namespace",
  },
  {
    file: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    forbids: "1",
    allows: "0",
    says: "AppArmor lets programs without a profile of their own make no user namespace that is good for anything",
  },
] as const;

/** Resolves when the child has written its line. The words of one that ends instead are in the error. */
async function untilReady(child: ChildProcess): Promise<void> {
  const [out, err] = [child.stdout as Readable, child.stderr as Readable | null];
  let words = "";
  const collect = (piece: Buffer): void => {
    words += piece.toString("utf8");
  };
  err?.on("data", collect);
  (child.stdin as Writable).on("error", () => {});
  try {
    const failed = once(child, "error").then(([error]) => Promise.reject(error));
    await Promise.race([once(out, "readable"), failed]);
    if (out.read() === null) {
      if (child.exitCode === null && child.signalCode === null) await once(child, "close");
      throw refused(printable(words.trim()) || "nothing");
    }
  } catch (error) {
    throw error instanceof OcilabError ? error : refused(String(error));
  } finally {
    err?.off("data", collect);
  }
}

async function setMaps(pid: number, { uidMappings, gidMappings }: IdMaps): Promise<void> {
  for (const [program, mappings] of [
    ["newuidmap", uidMappings],
    ["newgidmap", gidMappings],
  ] as const) {
    const args = [`${pid}`, ...mappings.flatMap(asArguments)];
    const { exitCode, stderr } = await runProgram(program, args, { package: "uidmap" });
    if (exitCode === 0) continue;
    throw new OcilabError("host.no-user-namespace", {
      doing: "map ids into a user namespace to work in as an ordinary user",
      got: printable(stderr.trim()) || `${program} ended with exit code ${exitCode}`,
      hint: "newuidmap and newgidmap map what /etc/subuid and /etc/subgid grant, and must be setuid root; or use --single-id",
    });
  }
}

function asArguments({ containerID, hostID, size }: IdRange): readonly string[] {
  return [`${containerID}`, `${hostID}`, `${size}`];
}

function refused(words: string): OcilabError {
  const why = userNamespacesForbidden();
  return new OcilabError("host.no-user-namespace", {
    doing: "make a user namespace to work in as an ordinary user",
    got: why === undefined ? `the system answered: ${words}` : `${why.says} (the system answered: ${words})`,
    hint:
      why?.hint ?? "in a container, its engine must allow it (seccomp, capabilities); else run it as root",
  });
}

function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function inPath(name: string): boolean {
  return findPrograms(name).length > 0;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
