// What a test run must leave as it was: mounts, cgroup directories, runtime state, temporary files, and no process of its own.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Mount points (with filesystem type), cgroup directories, runtime state, temporary files, and who owns the devices that containers are
 * given. Of a machine that others use too, only what containers make counts: no cgroups of systemd's units, and of the shared
 * temporary folders what carries the name of one of our programs. `own` is the folder that the run has as TMPDIR: all in it counts.
 */
export function snapshotHost(own) {
  return {
    mounts: lines("/proc/self/mountinfo").map((line) => {
      const [left = "", right = ""] = line.split(" - ");
      return `${left.split(" ")[4]} ${right.split(" ")[0]}`;
    }),
    cgroups: directories("/sys/fs/cgroup", 4).filter((path) => !/\.(slice|scope|service)(\/|$)/.test(path)),
    runtimeState: [
      "/run/runc",
      "/run/crun",
      "/run/ocilab",
      "/var/lib/ocilab/containers",
      "/var/lib/ocilab/bundles",
    ].flatMap(entries),
    temporary: [
      ...["/tmp", "/var/tmp", "/dev/shm"].flatMap(entries).filter((path) => isOurs(path)),
      ...["/dev/shm/ocilab-test", ...(own === undefined ? [] : [own])].flatMap(entries),
    ].filter((path) => !isOfNode(path)),
    devices: ["null", "zero", "full", "random", "urandom", "tty", "ptmx"].map((name) => {
      const { uid, gid, mode } = statSync(join("/dev", name));
      return `/dev/${name} ${uid}:${gid} ${mode.toString(8)}`;
    }),
  };
}

/** Processes of this run that still live, as "PID COMMAND": those whose environment carries OCILAB_TEST_RUN, and those in a cgroup made by it. */
export function processesOf(run) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && !ancestors().has(name))
    .filter((pid) => text(`/proc/${pid}/environ`).includes(`OCILAB_TEST_RUN=${run}`))
    .map((pid) => `${pid} ${text(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
}

function isOurs(path) {
  return (
    /ocilab|runc|crun|umoci|skopeo|buildah|mmdebstrap/i.test(path.slice(path.lastIndexOf("/"))) &&
    !path.includes("ocilab-npm-test-")
  );
}

/** Caches that Node and the test runner keep on purpose. */
function isOfNode(path) {
  return /\/(node-compile-cache|v8-compile-cache|vitest)[^/]*$/.test(path);
}

/** This process, its parents, and its children of the test runner. */
function ancestors() {
  const found = new Set();
  for (let pid = String(process.pid); pid !== "0" && pid !== ""; pid = statField(pid, 1)) found.add(pid);
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name) && found.has(statField(name, 1))) found.add(name);
  }
  return found;
}

function statField(pid, index) {
  const stat = text(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[index] ?? "";
}

function directories(path, depth) {
  if (depth === 0) return [];
  const here = list(path).filter((entry) => entry.isDirectory());
  return here
    .flatMap((entry) => [join(path, entry.name), ...directories(join(path, entry.name), depth - 1)])
    .sort();
}

function entries(path) {
  return list(path).map((entry) => join(path, entry.name));
}

function list(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function lines(path) {
  return text(path).split("\n").filter(Boolean);
}

function text(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
