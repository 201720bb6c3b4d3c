// What a test run must leave as it was: mounts, cgroup directories, runtime state, temporary files, and no process of its own.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Mounts (by id, since one may cover another), cgroup directories, runtime state, temporary files, and who owns the devices that containers are
 * given. Of a machine that others use too, only what containers make counts: no cgroups of systemd's units, and of the shared
 * temporary folders what carries the name of one of our programs. `own` is the folder that the run has as TMPDIR: all in it counts.
 */
export function snapshotHost(own) {
  return {
    mounts: lines("/proc/self/mountinfo").map((line) => {
      const [left = "", right = ""] = line.split(" - ");
      const [id, , , , point] = left.split(" ");
      return `${id} ${point} ${right.split(" ")[0]}`;
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
      ...(own === undefined ? [] : entries(own)),
    ].filter((path) => !isOfNode(path)),
    devices: ["null", "zero", "full", "random", "urandom", "tty", "ptmx"].map((name) => {
      const { uid, gid, mode } = statSync(join("/dev", name));
      return `/dev/${name} ${uid}:${gid} ${mode.toString(8)}`;
    }),
  };
}

/**
 * Processes of this run that still live, as "PID COMMAND": those whose environment carries OCILAB_TEST_RUN, but for the runner that asks.
 * A container's processes have its own environment: they show by their cgroup.
 */
export function processesOf(run) {
  const marked = list("/proc")
    .map(({ name }) => name)
    .filter((pid) => text(`/proc/${pid}/environ`).split("\0").includes(`OCILAB_TEST_RUN=${run}`));
  const asking = runner(new Set(marked));
  return marked
    .filter((pid) => !asking.has(pid) && !asking.has(statField(pid, 1)))
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

/** This process and those above it that are of the run as well; its other workers are their children. */
function runner(marked) {
  const found = new Set([String(process.pid)]);
  for (let pid = statField(process.pid, 1); marked.has(pid); pid = statField(pid, 1)) found.add(pid);
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
