// All that the tests can use on this machine: packages, programs, and, on the founders' machines, newer runtimes from ../shared.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackRuntimes } from "./runtimes-setup.mjs";
import { ensurePackages, ensurePrograms, programPath, programs, repository, say } from "./setup.mjs";

const orContinue = process.argv.includes("--as-is");
ensurePackages();
ensurePrograms([...programs.start, ...programs.test], { orContinue });
if (!orContinue) unpackPeers();
if (!orContinue) unpackDocker();
if (!orContinue) unpackNewerRuntimes();

function unpackPeers() {
  const path = join(repository, "../shared/peers/setup.sh");
  const product = join(process.env.PEERS_HOME ?? "/var/cache/oci-peers", "sid/bin/dockerd");
  if (process.getuid?.() !== 0 || !existsSync(path) || existsSync(product)) return;
  say("newer runtimes (50 s): ../shared/peers/setup.sh");
  const { status } = spawnSync("bash", [path], { stdio: ["ignore", "ignore", 2] });
  if (status !== 0) say(`../shared/peers/setup.sh ended with ${status}; the tests that need it are skipped`);
}

/** Debian's dockerd where the peers have none (15 s, once): unpacked into the cache and never installed, since its packages change the host's cgroups. */
function unpackDocker() {
  const peers = join(process.env.PEERS_HOME ?? "/var/cache/oci-peers", "sid/bin/dockerd");
  const place = join(process.env.XDG_CACHE_HOME ?? "/var/cache", "ocilab-test/docker");
  if (process.getuid?.() !== 0 || existsSync(peers) || existsSync(place) || !programPath("dpkg")) return;
  say("a Docker daemon for the tests (15 s)");
  const partial = `${place}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const download = ["-qq", "-o", "APT::Sandbox::User=root", "download"];
  const failed = !done("apt-get", [...download, "docker.io", "containerd"], partial);
  // Debian 13 has the docker command in a package of its own.
  spawnSync("apt-get", [...download, "docker-cli"], { cwd: partial, stdio: "ignore" });
  const whole = !failed && debs(partial).every((file) => done("dpkg", ["-x", file, "root"], partial));
  if (!whole)
    say("Debian's docker.io could not be unpacked; the tests that need a Docker daemon are skipped");
  else {
    mkdirSync(join(partial, "bin"));
    for (const folder of ["usr/bin", "usr/sbin"]) {
      for (const name of readdirSync(join(partial, "root", folder)))
        renameSync(join(partial, "root", folder, name), join(partial, "bin", name));
    }
    for (const name of [...debs(partial), "root"]) rmSync(join(partial, name), { recursive: true });
    renameSync(partial, place);
  }
  rmSync(partial, { recursive: true, force: true });
}

/** The runtimes of Debian's next suites and its newest criu (30 s, once), for the contract that seven versions keep. */
function unpackNewerRuntimes() {
  if (process.getuid?.() !== 0 || !programPath("dpkg") || !programPath("patchelf")) return;
  const cache = join(process.env.XDG_CACHE_HOME ?? "/var/cache", "ocilab-test/runtimes");
  if (!existsSync(join(cache, "criu/ready"))) say("newer runtimes and criu for the tests (30 s)");
  for (const why of unpackRuntimes(cache)) say(`${why}; the tests that need them are skipped`);
}

function debs(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".deb"));
}

function done(file, args, cwd) {
  return spawnSync(file, args, { cwd, stdio: ["ignore", "ignore", 2] }).status === 0;
}
