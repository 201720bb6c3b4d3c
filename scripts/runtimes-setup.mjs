// Newer runtimes for the tests: runc, crun, runsc and criu of Debian's next suites, unpacked into the cache and never installed.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const loader = "ld-linux-x86-64.so.2";
const libraries = ["libc6", "libseccomp2", "libcap2", "libsystemd0"];

/** Besides libc6, what criu is linked with. */
const forCriu = [
  ...[
    "libbsd0",
    "libmd0",
    "libnet9",
    "libnl-3-200",
    "libprotobuf-c1",
    "libuuid1",
    "libnftables1",
    "libnftnl11",
  ],
  ...[
    "libmnl0",
    "libjansson4",
    "libxtables12",
    "libgnutls30t64",
    "libnettle8t64",
    "libhogweed6t64",
    "libgmp10",
  ],
  ...["libp11-kit0", "libffi8", "libtasn1-6", "libidn2-0", "libunistring5"],
];

/** What each suite gives. Their packages are found by the mirror that this machine's apt has for Debian. criu is apart, so that the runtimes are there without it. */
const suites = [
  { suite: "trixie", programs: ["runc", "crun"], libraries: [...libraries, "libyajl2"] },
  {
    suite: "sid",
    programs: ["runc", "crun", "runsc"],
    libraries: [...libraries, "libblake3-0", "libjson-c5"],
  },
  { suite: "sid", folder: "criu", programs: ["criu"], libraries: ["libc6", ...forCriu] },
];

/** Why the runtimes of a suite cannot be had here, one line each; nothing where they are in the cache or were unpacked now (at most 60 s a suite). */
export function unpackRuntimes(cache) {
  if (process.arch !== "x64") return ["newer runtimes are unpacked on amd64 only"];
  return suites.flatMap((wanted) => {
    const home = join(cache, wanted.folder ?? wanted.suite);
    if (existsSync(join(home, "ready"))) return [];
    try {
      unpack(home, wanted);
      writeFileSync(join(home, "ready"), "");
      return [];
    } catch (error) {
      rmSync(home, { recursive: true, force: true });
      return [`${wanted.programs.join(", ")} of Debian ${wanted.suite} are not here: ${error.message}`];
    }
  });
}

function unpack(home, { suite, programs, libraries }) {
  const until = Date.now() + 60_000;
  const root = join(home, "root");
  const [apt, deb, bin] = ["apt", "deb", "bin"].map((name) => join(home, name));
  rmSync(home, { recursive: true, force: true });
  for (const path of [join(apt, "lists/partial"), join(apt, "cache/archives/partial"), deb, root, bin])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(apt, "sources.list"), `deb ${keyring()}${mirror()} ${suite} main\n`);
  aptGet(["update"], { apt, until });
  aptGet(["download", ...programs, ...libraries], { apt, until, cwd: deb });
  for (const file of readdirSync(deb)) must("dpkg", ["-x", join(deb, file), root]);
  for (const program of programs) place(program, { root, bin });
  for (const path of [apt, deb]) rmSync(path, { recursive: true });
}

/** Where this machine's apt gets Debian's own packages from. */
function mirror() {
  const format = "$(REPO_URI)|$(LABEL)";
  const { stdout } = must("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const found = stdout.split("\n").find((line) => line.endsWith("|Debian"));
  if (found === undefined) throw new Error("apt knows no mirror of Debian");
  return found.split("|")[0];
}

function keyring() {
  const path = "/usr/share/keyrings/debian-archive-keyring.gpg";
  return existsSync(path) ? `[signed-by=${path}] ` : "";
}

function aptGet(words, { apt, until, cwd }) {
  const settings = {
    "Dir::Etc::SourceList": join(apt, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(apt, "lists"),
    "Dir::Cache": join(apt, "cache"),
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "0",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  must("apt-get", ["-qq", ...options, ...words], { cwd, timeout: Math.max(1, until - Date.now()) });
}

/** A program that this machine's libc does not satisfy gets the loader and the libraries that came with it: runc executes /proc/self/exe again, so no wrapper does. */
function place(program, { root, bin }) {
  const found = readdirSync(root, { recursive: true, withFileTypes: true });
  const pathOf = (name) => {
    const entry = found.find((file) => file.name === name && file.isFile());
    if (entry === undefined) throw new Error(`there is no ${name} in its packages`);
    return join(entry.parentPath, entry.name);
  };
  const path = join(bin, program);
  copyFileSync(pathOf(program), path);
  if (spawnSync(path, ["--version"]).status === 0) return;
  const rpath = [...new Set(found.filter(({ name }) => name.includes(".so")).map((file) => file.parentPath))];
  const own = ["--set-interpreter", pathOf(loader), "--force-rpath", "--set-rpath", rpath.join(":")];
  must("patchelf", [...own, path]);
  must(path, ["--version"]);
}

function must(file, args, options = {}) {
  const result = spawnSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });
  if (result.status === 0) return result;
  const why =
    result.error?.code === "ETIMEDOUT" ? "it took more than 60 s" : result.stderr?.trim().split("\n").at(-1);
  throw new Error(
    `${file} ${args.at(0) === "-qq" ? args.at(-1) : args.at(0)}: ${why || result.error?.message || result.status}`,
  );
}
