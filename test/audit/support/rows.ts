import { audit } from "../../../src/audit/audit.ts";
import type { Finding } from "../../../src/audit/finding.ts";
import { questions } from "../../../src/audit/questions.ts";
import { viewProcess } from "../../../src/kernel/view.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { captured, type Tree } from "../../kernel/support/tree.ts";

/** What a config asks, what the kernel's files say beyond `machine`, and which verdict each place gets. */
export type Row = readonly [
  title: string,
  spec: Partial<Spec>,
  files: Tree,
  verdicts: Readonly<Record<string, Finding["verdict"]>>,
];

/** The verdict at each pointer of `verdicts`, for a comparison with it. */
export async function verdictsOf([, spec, files, verdicts]: Row): Promise<
  Readonly<Record<string, string | undefined>>
> {
  const findings = await findingsOf(spec, files);
  return Object.fromEntries(
    Object.keys(verdicts).map((at) => [at, findings.find((finding) => finding.at === at)?.verdict]),
  );
}

/** Audit a container whose kernel files are `machine` with `files` over it, bundle /b. */
export async function findingsOf(spec: Partial<Spec>, files: Tree): Promise<readonly Finding[]> {
  const whole: Spec = { ociVersion: "1.3.0", ...spec };
  const context = { bundle: "/b" };
  const view = await viewProcess(7, {
    files: captured({ ...machine, ...files }),
    questions: questions(whole, context),
  });
  return audit(whole, view, context);
}

/** Lines of /proc/7/mountinfo: the root and these. */
export function mounted(...lines: readonly string[]): Tree {
  return {
    "/proc/7/mountinfo": `${["10 1 0:10 / / rw,relatime - ext4 /dev/root rw", ...lines].join("\n")}\n`,
  };
}

/** /proc/7/status with these fields over the usual ones. */
export function status(fields: Readonly<Record<string, string>>): Tree {
  const usual = {
    Umask: "0022",
    Uid: "0\t0\t0\t0",
    Gid: "0\t0\t0\t0",
    Groups: "",
    CapInh: "0",
    CapPrm: "0",
    CapEff: "0",
    CapBnd: "0",
    CapAmb: "0",
    NoNewPrivs: "0",
    Seccomp: "0",
    Seccomp_filters: "0",
  };
  const lines = Object.entries({ ...usual, ...fields }).map(([name, value]) => `${name}:\t${value}\n`);
  return { "/proc/7/status": lines.join("") };
}

/** Files of the container's cgroup on v2. */
export function v2(files: Readonly<Record<string, string>>): Tree {
  const all = { "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma\n", ...files };
  return {
    "/proc/7/cgroup": "0::/box\n",
    "/proc/self/mountinfo": "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    ...Object.fromEntries(Object.entries(all).map(([name, text]) => [`/sys/fs/cgroup/box/${name}`, text])),
  };
}

/** Files of the container's cgroups on v1, one hierarchy for all controllers. */
export function v1(files: Readonly<Record<string, string>>): Tree {
  const controllers = "cpuset,cpu,blkio,memory,devices,hugetlb,pids,net_cls,net_prio";
  return {
    "/proc/7/cgroup": `3:${controllers}:/box\n1:name=systemd:/\n`,
    "/proc/self/mountinfo": `30 1 0:30 / /sys/fs/cgroup/all rw - cgroup cgroup rw,${controllers}\n`,
    "/sys/fs/cgroup/all/box/tasks": "7\n",
    ...Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`/sys/fs/cgroup/all/box/${name}`, text]),
    ),
  };
}

const types = ["mnt", "pid", "net", "uts", "ipc", "user", "cgroup", "time"];

/** Links of a process's namespaces, all with one inode but for those given. */
export function namespaces(pid: string, inode: number, others: Readonly<Record<string, number>> = {}): Tree {
  return Object.fromEntries(
    types.map((type) => [`/proc/${pid}/ns/${type}`, `-> ${type}:[${others[type] ?? inode}]`]),
  );
}

const machine: Tree = {
  "/proc/7/stat": "7 (box) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 1 0 555 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9 1",
  "/proc/7/cmdline": "sleep\x001000\0",
  "/proc/7/environ": "PATH=/bin\0HOME=/\0",
  "/proc/7/cwd": "-> /tmp",
  "/proc/7/root": "-> /",
  "/proc/7/fd/0": "-> /dev/null",
  "/proc/7/root/": "",
  "/proc/7/uid_map": "0 0 4294967295\n",
  "/proc/7/gid_map": "0 0 4294967295\n",
  "/proc/7/oom_score_adj": "100\n",
  "/proc/7/personality": "00000008\n",
  "/proc/7/timens_offsets": "monotonic 10 5\nboottime 0 0\n",
  "/proc/7/limits":
    "Limit Soft Hard\nMax open files            512                  1024                 files     \nMax cpu time              unlimited            unlimited            seconds   \n",
  "/proc/7/net/dev": "a\nb\n lo: 0\n eth0: 0\n",
  "/proc/7/attr/current": "container_t\0",
  "/proc/sys/kernel/hostname": "box\n",
  "/proc/sys/kernel/domainname": "lan\n",
  "/proc/sys/net/ipv4/ip_local_port_range": "1024\t2048\n",
  ...namespaces("7", 20),
  ...namespaces("self", 20),
  ...status({}),
  ...mounted(),
  ...v2({}),
};
