import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where an ordinary user may make cgroups with limits, or why nowhere (cgroups(7), delegation). */
export type Delegation =
  | {
      readonly ok: true;
      /** The parent of the container's cgroup, as a path below the cgroup mount. */
      readonly parent: string;
      readonly controllers: readonly string[];
    }
  | { readonly ok: false; readonly says: string; readonly hint: string };

/**
 * Whether this process may make the cgroup of a container: the one that config.json names, or one beside our own, where runc makes it for an
 * ordinary user. Needs a cgroup v2 directory that the user may write, with its cgroup.procs, since processes are moved below it. Reads only.
 */
export function readDelegation(cgroupsPath?: string, mount = "/sys/fs/cgroup"): Delegation {
  if (!existsSync(join(mount, "cgroup.controllers"))) {
    return {
      ok: false,
      says: "this host's controllers are bound to cgroup v1, of which nothing is given to ordinary users",
      hint: "leave the limits out, run it as root, or in a machine with cgroup v2: ocilab vm --user nobody",
    };
  }
  const own = /^0::(\/.*)$/m.exec(readText("/proc/self/cgroup"))?.[1] ?? "/";
  const parent = existingAbove(mount, dirname(cgroupsPath ?? own));
  const directory = join(mount, parent);
  if (!isWritable(directory) || !isWritable(join(directory, "cgroup.procs"))) {
    return {
      ok: false,
      says: `the cgroup ${parent} is not delegated to uid ${process.geteuid?.()}`,
      hint: "with systemd: systemd-run --user --scope --property=Delegate=yes ocilab ...; else root may chown a cgroup that this process is in (docs/rootless.md)",
    };
  }
  return { ok: true, parent, controllers: readText(join(directory, "cgroup.controllers")).trim().split(" ") };
}

/** Runtimes make the missing ones on the way. */
function existingAbove(mount: string, path: string): string {
  return path === "/" || existsSync(join(mount, path)) ? path : existingAbove(mount, dirname(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
