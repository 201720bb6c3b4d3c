// `npm test`: set up what is missing, run every test that this machine can run, count them all in one line.
// `npm test -- --as-is` installs nothing; any other argument goes to vitest and only the projects of this host run.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snapshotHost } from "./host-snapshot.mjs";
import { nodePath, repository } from "./setup.mjs";

const given = process.argv.slice(2).filter((word) => word !== "--as-is");
const asIs = process.argv.includes("--as-is") ? ["--as-is"] : [];
const setup = spawnSync(process.execPath, [join(repository, "scripts/set-up-tests.mjs"), ...asIs], {
  stdio: "inherit",
});
if (setup.status !== 0) process.exit(setup.status ?? 1);

const work = mkdtempSync(join(tmpdir(), "ocilab-npm-test-"));
const counts = { passed: 0, failed: 0, skipped: 0 };
try {
  const snapshot = join(work, "host.json");
  const temporary = join(work, "tmp");
  mkdirSync(temporary);
  chmodSync(work, 0o711);
  chmodSync(temporary, 0o1777);
  const marks = {
    OCILAB_TEST_RUN: `${process.pid}-${Date.now()}`,
    OCILAB_HOST_SNAPSHOT: snapshot,
    TMPDIR: temporary,
  };
  writeFileSync(snapshot, JSON.stringify(snapshotHost(temporary)));
  suite("unit and system", ["--project", "unit", "--project", "system", ...given], marks);
  if (given.length === 0) {
    runInMachine();
    suite("the host afterwards", ["--project", "after"], marks);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (counts.passed === 0) counts.failed += 1;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);

/** The vm project needs cgroup v2: in the machine of ../shared/vm where there is one, else here, where its tests skip themselves if they must. */
function runInMachine() {
  const machine = join(repository, "../shared/vm/run-in-vm.sh");
  const usable =
    process.getuid?.() === 0 && existsSync(machine) && existsSync("/var/cache/cgroup2-vm/kernel");
  if (!usable || existsSync("/sys/fs/cgroup/cgroup.controllers")) return suite("vm", ["--project", "vm"], {});
  const words = [
    "--project",
    "vm",
    "--reporter=default",
    "--reporter=json",
    "--outputFile.json=/tmp/vm.json",
  ];
  console.log("\nvm: one boot of a cgroup v2 machine");
  const inside = 'cd "$0" && "$@" >&2; code=$?; cat /tmp/vm.json; exit $code';
  const script = [machine, "sh", "-c", inside, repository, nodePath(), vitest(), "run", ...words];
  const { status, stdout } = spawnSync("bash", script, {
    cwd: repository,
    env: { ...process.env, VM_TIMEOUT: "900", VM_MEM: "3072" },
    stdio: ["ignore", "pipe", 2],
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  addCounts("vm", status, stdout);
}

function suite(name, words, env) {
  console.log(`\n${name}`);
  const output = join(work, "result.json");
  rmSync(output, { force: true });
  const args = [
    vitest(),
    "run",
    "--passWithNoTests",
    ...words,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${output}`,
  ];
  const path = `${join(repository, "node_modules/.bin")}:${process.env.PATH}`;
  const { status } = spawnSync(nodePath(), args, {
    cwd: repository,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env, PATH: path },
  });
  addCounts(name, status, existsSync(output) ? readFileSync(output, "utf8") : "");
}

/** Vitest's own exit code counts too: an unhandled error or a file that does not load fails no test, but the run. So does a suite of nothing. */
function addCounts(name, status, json) {
  try {
    const result = JSON.parse(json);
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    if (result.numTotalTests === 0 && given.length === 0) throw new Error("a whole suite without a test");
    if (status === 0 || result.numFailedTests > 0) return;
  } catch {
    console.error(`${name}: no result came back`);
  }
  console.error(`${name}: vitest ended with ${status}`);
  counts.failed += 1;
}

function vitest() {
  return join(repository, "node_modules/vitest/vitest.mjs");
}
