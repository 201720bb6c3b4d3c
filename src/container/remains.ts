import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "../bundle/bundle.ts";
import { mountsBelow } from "../bundle/mount-table.ts";
import { isMounted } from "../bundle/overlay.ts";
import type { ContainerId } from "../oci/spec.ts";

/** What was looked at on the host after a container was removed, and what of it is still there: nothing, if all is well. */
export type Remains = { readonly looked: readonly string[]; readonly left: readonly string[] };

/** Where a container shows on the host. Collected while it lives. */
export type Traces = {
  /** Files and directories: the runtime's state, its cgroups, a temporary bundle. */
  readonly paths: readonly string[];
  readonly rootfs: string;
  /** Mounts below it that were there before, and stay: the overlay of a bundle that is nobody's alone. */
  readonly staying: readonly string[];
};

/** Note where a container shows, so that `findRemains` can look there when it is gone. */
export function collectTraces(pid: number, container: TracedContainer): Traces {
  const bundle = container.temporary ? [container.bundle.path] : [];
  const state = join(container.root, container.id);
  const { path, rootfs } = container.bundle;
  const staying = !container.temporary && isMounted(path) ? [rootfs] : [];
  return { paths: [state, ...bundle, ...cgroupsOf(pid)], rootfs, staying };
}

export type TracedContainer = {
  readonly id: ContainerId;
  readonly root: string;
  readonly bundle: Bundle;
  readonly temporary: boolean;
};

/** Look again. */
export function findRemains({ paths, rootfs, staying }: Traces): Remains {
  const below = mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), rootfs);
  const mounts = below.filter((point) => !staying.includes(point));
  return {
    looked: [...paths, `mounts below ${rootfs}`],
    left: [...paths.filter((path) => existsSync(path)), ...mounts],
  };
}

/** Directories of a process's cgroups, but for those that it shares with us. */
function cgroupsOf(pid: number): readonly string[] {
  const own = readFileSync("/proc/self/cgroup", "utf8").split("\n");
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !own.includes(line))
    .map((line) => cgroupDirectory(line, existsSync("/sys/fs/cgroup/cgroup.controllers")))
    .filter((path) => existsSync(path));
}

/** Where a line of /proc/PID/cgroup ("4:memory:/x", "0::/x") is mounted by custom (cgroups(7)). */
export function cgroupDirectory(line: string, unifiedOnly: boolean): string {
  const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === "") return join("/sys/fs/cgroup", unifiedOnly ? "" : "unified", path);
  return join("/sys/fs/cgroup", controllers.replace(/^name=/, ""), path);
}
