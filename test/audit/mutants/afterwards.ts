import { chmodSync, chownSync, unlinkSync, writeFileSync } from "node:fs";
import { runProgram } from "../../../src/base/process.ts";
import { viewProcess } from "../../../src/kernel/view.ts";
import type { Container } from "../support/container.ts";
import { type Mutation, meddling } from "./mutation.ts";

/** What somebody does to a container that runs: first to its process and its limits, then to its files and mounts. */
export const processAfterwards: readonly Mutation[] = [
  meddling("prlimit", "/process/rlimits[RLIMIT_NOFILE]", ({ pid }) =>
    // Of another user's process only that user may change limits, where root lacks CAP_SYS_RESOURCE (prlimit(2)).
    done("setpriv", ...asItsUser, "prlimit", "--pid", String(pid), "--nofile=100:200"),
  ),
  meddling("oom_score_adj written", "/process/oomScoreAdj", ({ pid }) =>
    writeFileSync(`/proc/${pid}/oom_score_adj`, "200"),
  ),
  meddling("a memory limit written", "/linux/resources/memory/limit", (box) =>
    writeLimit(box, "33554432", "memory.limit_in_bytes", "memory.max"),
  ),
  meddling("a limit of processes written", "/linux/resources/pids/limit", (box) =>
    writeLimit(box, "500", "pids.max"),
  ),
  meddling("shares written", "/linux/resources/cpu/shares", (box) =>
    writeLimit(box, "200", "cpu.shares", "cpu.weight"),
  ),
  meddling("processors written", "/linux/resources/cpu/cpus", (box) => writeLimit(box, "0-1", "cpuset.cpus")),
  meddling("a sysctl written", "/linux/sysctl/kernel.msgmax", (box) =>
    enter(box, ["--ipc"], "sh", "-c", "echo 4096 > /proc/sys/kernel/msgmax"),
  ),
  meddling("a sysctl of the network written", "/linux/sysctl/net.ipv4.ip_forward", (box) =>
    enter(box, ["--net"], "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"),
  ),
  meddling("the hostname set", "/hostname", (box) => inside(box, "/bin/hostname", "other")),
];

export const filesAfterwards: readonly Mutation[] = [
  meddling("the root made writable", "/root/readonly", (box) =>
    inside(box, "/bin/mount", "-o", "remount,bind,rw", "/"),
  ),
  meddling("the root made shared", "/linux/rootfsPropagation", (box) =>
    inside(box, "/bin/mount", "--make-shared", "/"),
  ),
  meddling("a mount's noexec taken away", "/mounts[/tmp]/options", (box) =>
    inside(box, "/bin/mount", "-o", "remount,bind,nosuid,exec", "/tmp"),
  ),
  meddling("a size changed", "/mounts[/tmp]/options[size=1m]", (box) =>
    inside(box, "/bin/mount", "-o", "remount,size=3m", "/tmp"),
  ),
  meddling("a bind mount made writable", "/mounts[/etc]/options", (box) =>
    inside(box, "/bin/mount", "-o", "remount,bind,nosuid,nodev,rw", "/etc"),
  ),
  meddling("a mount taken away", "/mounts[/opt]", (box) => inside(box, "/bin/umount", "/opt")),
  meddling("a mount made private", "/mounts[/nest/inner]/options", (box) =>
    inside(box, "/bin/mount", "--make-private", "/nest/inner"),
  ),
  meddling("a mask lifted", "/linux/maskedPaths[/proc/acpi]", (box) =>
    inside(box, "/bin/umount", "/proc/acpi"),
  ),
  meddling("a path made writable", "/linux/readonlyPaths[/proc/bus]", (box) =>
    inside(box, "/bin/mount", "-o", "remount,bind,rw", "/proc/bus"),
  ),
  meddling("a device removed", "/linux/devices[/dev/mine]", ({ pid }) =>
    unlinkSync(`/proc/${pid}/root/dev/mine`),
  ),
  meddling("a device's mode changed", "/linux/devices[/dev/second]/fileMode", ({ pid }) =>
    chmodSync(`/proc/${pid}/root/dev/second`, 0o666),
  ),
  meddling("a device given away", "/linux/devices[/dev/second]/uid", ({ pid }) =>
    chownSync(`/proc/${pid}/root/dev/second`, 7, 0),
  ),
];

export const modernAfterwards: readonly Mutation[] = [
  meddling("reniced", "/process/scheduler/nice", ({ pid }) => done("renice", "-n", "9", "-p", String(pid))),
  meddling("another io priority set", "/process/ioPriority", ({ pid }) =>
    done("ionice", "-c", "3", "-p", String(pid)),
  ),
];

const asItsUser = ["--reuid=33", "--regid=44", "--clear-groups"];

async function writeLimit(box: Container, value: string, ...files: readonly string[]): Promise<void> {
  const { hierarchies } = await viewProcess(box.pid);
  const [source] = hierarchies.flatMap((one) => files.flatMap((name) => one.files[name]?.source ?? []));
  if (source === undefined) throw new Error(`there is no ${files.join(" or ")}`);
  writeFileSync(source, value);
}

/** A program of the container in its own namespaces, as root of the host. */
function inside(box: Container, ...command: readonly string[]): Promise<void> {
  return enter(box, ["--mount", "--pid", "--uts"], ...command);
}

function enter(
  { pid }: Container,
  namespaces: readonly string[],
  ...command: readonly string[]
): Promise<void> {
  return done("nsenter", "--target", String(pid), ...namespaces, "--", ...command);
}

async function done(program: string, ...words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runProgram(program, words);
  if (exitCode !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}
