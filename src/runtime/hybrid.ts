import { readFileSync } from "node:fs";

/** A program and the arguments that stand before those given to it. */
export type Launcher = { readonly file: string; readonly before: readonly string[] };

const unified = "/sys/fs/cgroup/unified";

/**
 * How to start `file` so that it sees no cgroup2 tree beside cgroup v1 controllers: crun refuses such hosts ("hybrid mode").
 * In a mount namespace of its own, whose changes do not come back, the tree is unmounted first; the container is made from there.
 * docs/decisions/0003-crun-on-hybrid-hosts.md says why.
 */
export function withoutUnified(file: string): Launcher {
  const script = `umount ${unified} && exec "$@"`;
  return { file: "unshare", before: ["--mount", "--propagation", "slave", "sh", "-c", script, "sh", file] };
}

/** True when cgroup v1 controllers are mounted with a cgroup2 tree beside them (systemd's hybrid layout). */
export function isHybridHost(): boolean {
  return isHybrid(readFileSync("/proc/self/mountinfo", "utf8"));
}

/** The same of the text of a mountinfo file (proc_pid_mountinfo(5)). */
export function isHybrid(mountinfo: string): boolean {
  return mountinfo.split("\n").some((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return before.split(" ")[4] === unified && after.startsWith("cgroup2 ");
  });
}
