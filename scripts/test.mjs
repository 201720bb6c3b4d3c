// `npm test`: set up what is missing, run every test that this machine can run, count them all in one line.
// `npm test -- --as-is` installs nothing; any other argument goes to vitest and only the projects of this host run.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snapshotHost } from "./host-snapshot.mjs";
import { nodePath, programPath, repository } from "./setup.mjs";

const given = process.argv.slice(2).filter((word) => word !== "--as-is");
const asIs = process.argv.includes("--as-is") ? ["--as-is"] : [];
const setup = spawnSync(process.execPath, [join(repository, "scripts/set-up-tests.mjs"), ...asIs], {
  stdio: "inherit",
});
if (setup.status !== 0) process.exit(setup.status ?? 1);

const work = mkdtempSync(join(tmpdir(), "ocilab-npm-test-"));
// .ci/run says what failed before, so that the last line never tells less than the exit code.
const counts = { passed: 0, failed: Number(process.env.OCILAB_FAILED_BEFORE ?? 0), skipped: 0 };
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

/** The vm project needs cgroup v2: here where the host has it, else in one boot of our own machine, else here all the same, where its tests say what they lack. */
function runInMachine() {
  const ocilab = join(repository, "bin/ocilab");
  const hasV2 = existsSync("/sys/fs/cgroup/cgroup.controllers");
  const usable = !hasV2 && asIs.length === 0 && programPath("qemu-system-x86_64") !== undefined;
  if (!usable || spawnSync(ocilab, ["vm", "prepare"], { stdio: ["ignore", 2, 2] }).status !== 0) {
    return suite("vm", ["--project", "vm"], {});
  }
  console.log("\nvm: one boot of a cgroup v2 machine");
  const inside = 'cd "$0" && "$@" >&2; code=$?; cat /tmp/vm.json; exit $code';
  const job = [nodePath(), vitest(), "run", "--project", "vm", ...reporters("/tmp/vm.json")];
  const machine = ["vm", "--memory", "3g", "--timeout", "15m", "--", "sh", "-c", inside, repository, ...job];
  const { status, stdout } = spawnSync(ocilab, machine, {
    cwd: repository,
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
  const args = [vitest(), "run", "--passWithNoTests", ...words, ...reporters(output)];
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

function reporters(output) {
  return ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
}

function vitest() {
  return join(repository, "node_modules/vitest/vitest.mjs");
}
