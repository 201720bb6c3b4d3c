// All that the tests can use on this machine: packages, programs, and, on the founders' machines, newer runtimes from ../shared.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages, ensurePrograms, programs, repository, say } from "./setup.mjs";

const orContinue = process.argv.includes("--as-is");
ensurePackages();
ensurePrograms([...programs.start, ...programs.test], { orContinue });
if (!orContinue) unpackPeers();

function unpackPeers() {
  const path = join(repository, "../shared/peers/setup.sh");
  const product = join(process.env.PEERS_HOME ?? "/var/cache/oci-peers", "sid/bin/dockerd");
  if (process.getuid?.() !== 0 || !existsSync(path) || existsSync(product)) return;
  say("newer runtimes (50 s): ../shared/peers/setup.sh");
  const { status } = spawnSync("bash", [path], { stdio: ["ignore", "ignore", 2] });
  if (status !== 0) say(`../shared/peers/setup.sh ended with ${status}; the tests that need it are skipped`);
}
