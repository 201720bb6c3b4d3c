// Sets up what ocilab needs: npm packages by `npm ci`, programs by apt. Plain JavaScript for Node >= 20, since it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** Programs of Debian packages, and why ocilab wants each. `npm start` needs the first group, `npm test` both. */
export const programs = {
  start: [
    { program: "busybox", package: "busybox-static", why: "the built-in image is made of it" },
    { program: "runc", package: "runc", why: "the runtime that creates containers" },
  ],
  test: [
    { program: "crun", package: "crun", why: "the second runtime that the bundles must run on" },
    { program: "patchelf", package: "patchelf", why: "gives newer runtimes the libc they want" },
    { program: "umoci", package: "umoci", why: "makes OCI images to read" },
    { program: "skopeo", package: "skopeo", why: "makes docker archives and zstd layers to read" },
    { program: "docker-registry", package: "docker-registry", why: "serves images to pull" },
    { program: "openssl", package: "openssl", why: "makes certificates for a registry of the tests" },
    { program: "buildah", package: "buildah", why: "makes OCI images to read" },
    { program: "podman", package: "podman", why: "serves the Docker API on a socket" },
    { program: "bzip2", package: "bzip2", why: "packs an archive to read" },
    { program: "lz4", package: "lz4", why: "packs an archive to read" },
    { program: "mmdebstrap", package: "mmdebstrap", why: "makes a Debian image of 8,000 files to unpack" },
    { program: "mkfs.xfs", package: "xfsprogs", why: "makes a file system that shares blocks" },
    { program: "igzip", package: "isal", why: "decompresses gzip layers fastest" },
    { program: "zstd", package: "zstd", why: "decompresses zstd layers" },
    { program: "catatonit", package: "catatonit", why: "is the first process of a container with --init" },
    { program: "xz", package: "xz-utils", why: "unpacks kernel modules for the cgroup v2 machine" },
    { program: "criu", package: "criu", why: "saves and restores processes inside the cgroup v2 machine" },
    { program: "strace", package: "strace", why: "shows that no test writes outside its target" },
    { program: "tmux", package: "tmux", why: "drives a terminal" },
    { program: "script", package: "bsdutils", why: "gives a test a terminal of its own" },
    { program: "nsenter", package: "util-linux", why: "changes a container behind runc's back" },
    { program: "setfattr", package: "attr", why: "sets extended attributes in test images" },
    { program: "nft", package: "nftables", why: "filters packets inside the cgroup v2 machine" },
    { program: "ip", package: "iproute2", why: "makes veth and bridge inside the cgroup v2 machine" },
    { program: "setpriv", package: "util-linux", why: "runs tests as an ordinary user" },
    { program: "losetup", package: "mount", why: "makes a disk of a file, for the tests in the machine" },
    { program: "mkfs.ext4", package: "e2fsprogs", why: "puts a filesystem on that disk" },
    { program: "newuidmap", package: "uidmap", why: "gives an ordinary user's containers more than one id" },
    { program: "flock", package: "util-linux", why: "keeps two preparations of the machine apart" },
    { program: "qemu-system-x86_64", package: "qemu-system-x86", why: "boots a pure cgroup v2 machine" },
    { program: "python3", package: "python3-minimal", why: "drives a pseudo terminal" },
  ],
};

/** Install the npm packages if the lock file changed since the last time, and build dist/ if a source is newer. Exits on failure. */
export function ensurePackages() {
  const stamp = join(repository, "node_modules/.ocilab-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(repository, "package-lock.json")))
    .digest("hex");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    say("npm packages: npm ci");
    run("npm", ["ci", "--no-fund", "--no-audit"]);
    writeFileSync(stamp, lock);
  }
  if (isStale(join(repository, "dist/main.cjs"))) {
    say("dist/: a source is newer, building");
    run(nodePath(), [join(repository, "scripts/prepare.mjs")]);
  }
}

/** Make sure that the programs are there: by apt-get when root, else say what to install and exit 1. */
export function ensurePrograms(wanted, { orContinue = false } = {}) {
  const missing = wanted.filter(({ program }) => programPath(program) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((row) => row.package))];
  if (process.getuid?.() === 0 && programPath("apt-get") !== undefined && !orContinue) {
    say(`Debian packages: apt-get install ${packages.join(" ")}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    run("apt-get", ["-qq", "update"], environment);
    run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...packages], environment);
    return;
  }
  const rows = missing.map((row) => `  ${row.package.padEnd(16)} ${row.program}: ${row.why}`);
  console.error(`ocilab: these programs are missing:\n${rows.join("\n")}`);
  console.error(`install them as root: apt-get install -y --no-install-recommends ${packages.join(" ")}`);
  if (!orContinue) process.exit(1);
}

/** Node 24 as npm installed it, or the one that runs this script where there is none for this machine. */
export function nodePath() {
  const cpu = process.arch === "arm64" ? "arm64" : "x64";
  const own = join(repository, `node_modules/node-linux-${cpu}/bin/node`);
  return existsSync(own) ? own : process.execPath;
}

/** Absolute path of a program in PATH or the sbin folders, or undefined. */
export function programPath(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Run a program with our own stdout and stderr; exits with its code when it fails. */
export function run(file, args, env = process.env) {
  const result = spawnSync(file, args, { cwd: repository, stdio: ["ignore", 2, 2], env });
  if (result.status === 0) return;
  console.error(
    `ocilab: set-up stopped: ${file} ${args.join(" ")} ended with ${result.status ?? result.signal ?? result.error}`,
  );
  process.exit(1);
}

export function say(text) {
  console.error(`set-up: ${text}`);
}

function isStale(output) {
  if (!existsSync(output)) return true;
  const built = statSync(output).mtimeMs;
  const inputs = ["src", "schemas", "scripts", "vm"].flatMap((folder) => files(join(repository, folder)));
  return inputs.some((path) => statSync(path).mtimeMs > built);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("src/oci/validators"))
    .map((entry) => join(entry.parentPath, entry.name));
}
