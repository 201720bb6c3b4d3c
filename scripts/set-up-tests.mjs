// All that the tests can use on this machine: packages, programs, and, on the founders' machines, newer runtimes and the cgroup v2 machine from ../shared.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages, ensurePrograms, programs, repository, say } from "./setup.mjs";

const orContinue = process.argv.includes("--as-is");
ensurePackages();
ensurePrograms([...programs.start, ...programs.test], { orContinue });
if (!orContinue) {
  unpackShared(
    "peers/setup.sh",
    join(process.env.PEERS_HOME ?? "/var/cache/oci-peers", "sid/bin/dockerd"),
    "newer runtimes (50 s)",
  );
  unpackShared(
    "vm/setup.sh",
    join(process.env.VM_HOME ?? "/var/cache/cgroup2-vm", "kernel"),
    "the cgroup v2 machine (15 s)",
  );
}

function unpackShared(script, product, what) {
  const path = join(repository, "../shared", script);
  if (process.getuid?.() !== 0 || !existsSync(path) || existsSync(product)) return;
  say(`${what}: ../shared/${script}`);
  const { status } = spawnSync("bash", [path], { stdio: ["ignore", "ignore", 2] });
  if (status !== 0) say(`../shared/${script} ended with ${status}; the tests that need it are skipped`);
}
