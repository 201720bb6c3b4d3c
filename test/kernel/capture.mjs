// Prints what this machine's kernel says of a process in namespaces and a cgroup of its own, as a tree for test/kernel/support/tree.ts:
//   node test/kernel/capture.mjs > test/kernel/captured/KERNEL.json        (as root; in the VM for cgroup v2)
import { spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";

const unified = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
const parent = `${unified}/captured`;
const own = `${parent}/inner`;
const tree = {};

mkdirSync(own, { recursive: true });
for (const controller of ["memory", "pids", "cpu", "io"]) {
  put(`${unified}/cgroup.subtree_control`, `+${controller}`);
  // io is left out one level down, so that there is an ancestor to name.
  if (controller !== "io") put(`${parent}/cgroup.subtree_control`, `+${controller}`);
}
put(`${own}/memory.max`, "67108864");
put(`${own}/pids.max`, "20");
put(`${own}/cpu.max`, "50000 100000");

const started = spawn(
  "unshare",
  [
    ...["--uts", "--ipc", "--net", "--mount", "--cgroup", "--pid", "--fork"],
    ...["sh", "-c", "ip link set lo up 2>/dev/null; echo ready; exec sleep 1000"],
  ],
  { stdio: ["ignore", "pipe", "inherit"], env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, cwd: "/" },
);
await new Promise((resolve) => started.stdout.once("data", resolve));
const pid = Number(readFileSync(`/proc/${started.pid}/task/${started.pid}/children`, "utf8").trim());
put(`${own}/cgroup.procs`, String(pid));
try {
  capture();
} finally {
  process.kill(pid, "SIGKILL");
  await new Promise((resolve) => started.once("exit", resolve));
  rmdirSync(own);
  rmdirSync(parent);
}
process.stdout.write(`${JSON.stringify({ pid, tree }, undefined, 1)}\n`);

function capture() {
  const files =
    "stat status cmdline environ cgroup mountinfo limits uid_map gid_map setgroups oom_score_adj personality timens_offsets numa_maps net/dev net/route net/ipv6_route net/if_inet6 net/fib_trie";
  for (const name of files.split(" ")) keep(`/proc/${pid}/${name}`);
  for (const name of ["cwd", "root", "exe"]) link(`/proc/${pid}/${name}`);
  for (const who of [pid, "self"])
    for (const name of readdirSync(`/proc/${who}/ns`)) link(`/proc/${who}/ns/${name}`);
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    link(`/proc/${pid}/fd/${name}`);
    keep(`/proc/${pid}/fdinfo/${name}`);
  }
  tree["/proc/self/mountinfo"] = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(" - cgroup"))
    .map((line) => `${line}\n`)
    .join("");
  keep("/proc/sys/kernel/osrelease");
  for (const name of readdirSync(own)) if (lstatSync(`${own}/${name}`).mode & 0o444) keep(`${own}/${name}`);
  for (const directory of [unified, parent])
    for (const name of ["cgroup.controllers", "cgroup.subtree_control", "cgroup.type"])
      keep(`${directory}/${name}`);
}

function keep(path) {
  try {
    const text = readFileSync(path, "utf8");
    // Of the long ones the first lines tell all that is read of them.
    tree[path] = path.endsWith("numa_maps") ? `${text.split("\n", 2).join("\n")}\n` : text;
  } catch {
    // This kernel does not have it: neither has the tree.
  }
}

function link(path) {
  tree[path] = `-> ${readlinkSync(path)}`;
}

function put(path, text) {
  try {
    writeFileSync(path, text);
  } catch {
    // A controller that is bound to v1.
  }
}
