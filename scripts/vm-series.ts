// node scripts/vm-series.ts [--boots N] [--features]: boot N machines, restore N, print the figures; --features runs what needs a machine of
// its own (ordinary user, systemd, other kernels). By hand, on a quiet host: it takes minutes. The figures stand in docs/vm.md.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const repository = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: { boots: { type: "string", default: "50" }, features: { type: "boolean" } },
});
const before = machines();
let failed = 0;

vm(["snapshot"]);
series("cold boots", ["--cold", "--", "true"]);
series("restores", ["--", "true"]);
if (values.features === true) features();
const left = machines().filter((pid) => !before.includes(pid));
console.log(`left behind: ${left.length === 0 ? "nothing" : `processes ${left.join(" ")}`}`);
process.exitCode = failed === 0 && left.length === 0 ? 0 : 1;

function series(name: string, words: readonly string[]): void {
  const count = Number(values.boots);
  const runs = Array.from({ length: count }, () => vm(words));
  const times = runs.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const bad = runs.filter(({ status }) => status !== 0);
  failed += bad.length;
  for (const { stderr } of bad) console.log(stderr);
  const at = (part: number) => (times[Math.floor(part * (times.length - 1))] ?? 0).toFixed(2);
  console.log(
    `${count} ${name}: ${bad.length} failed, median ${at(0.5)} s, fastest ${at(0)} s, slowest ${at(1)} s`,
  );
}

function features(): void {
  const runtime = "test/vm/inside/runtime.sh";
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["100 MB through stdout", ["--", "head", "-c", "100000000", "/dev/zero"]],
    ["runc as an ordinary user", ["--user", "nobody", "--", "sh", runtime, "runc"]],
    [
      "crun as an ordinary user",
      ["--user", "nobody", "--", "env", "CGROUP=/job/crun", "sh", runtime, "crun"],
    ],
    ["runc --systemd-cgroup", systemd("runc")],
    ["crun --systemd-cgroup", systemd("crun")],
    ...["bookworm", "trixie", "sid"].map((suite) => {
      const kernel = ["--kernel-package", `linux-image-amd64/${suite}`];
      return [`the kernel of ${suite}`, [...kernel, "--", "sh", runtime, "runc"]] as const;
    }),
  ];
  for (const [name, words] of rows) {
    const { status, seconds, stdout, stderr } = vm(words);
    const good =
      status === 0 &&
      (words.includes("head") ? stdout.length === 100_000_000 : stdout.includes("oom: 137\n"));
    if (!good) failed += 1;
    console.log(
      `${name}: ${good ? "as expected" : `FAILED\n${stdout.toString()}${stderr}`}, ${seconds.toFixed(1)} s`,
    );
  }
}

function systemd(runtime: string): readonly string[] {
  const command = [
    "env",
    "CGROUP=system.slice:oci:box",
    "sh",
    "test/vm/inside/runtime.sh",
    runtime,
    "--systemd-cgroup",
  ];
  return ["--init", "systemd", "--", ...command];
}

function vm(words: readonly string[]) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(join(repository, "bin/ocilab"), ["vm", ...words], {
    cwd: repository,
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr: stderr.toString(), seconds: (performance.now() - started) / 1000 };
}

/** The processes of QEMU on this host. */
function machines(): readonly string[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).startsWith("qemu-system"));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    return "";
  }
}
