// A hundred containers read in one process, against ps(1) and cat for the same processes from a shell.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../src/base/temporary.ts";
import type { Bundle } from "../src/bundle/bundle.ts";
import { createBundle, writeConfig } from "../src/bundle/create.ts";
import { openImage } from "../src/image/open.ts";
import { findMembers } from "../src/kernel/processes.ts";
import { viewProcess } from "../src/kernel/view.ts";
import { parseContainerId } from "../src/oci/container-id.ts";
import { openRuntime } from "../src/runtime/runtime.ts";
import { withArgs } from "../src/spec/options/arguments.ts";
import { compareAll } from "./ratio.ts";

const many = 100;
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
await using place = temporaryDirectory("/dev/shm");
const bundle = await makeBundle(place.path);
const runtime = await openRuntime({ runtime: "runc", root: join(place.path, "run") });
const ids = Array.from({ length: many }, (_, index) => parseContainerId(`bench-inspect-${index}`));
const pids: number[] = [];
const cpu: number[] = [];
try {
  for (const id of ids) {
    await runtime.create(id, bundle, quiet);
    const state = await runtime.state(id);
    if ("pid" in state) pids.push(state.pid);
  }
  const script = join(place.path, "cat.sh");
  const names =
    "status stat cgroup mountinfo limits uid_map gid_map environ cmdline oom_score_adj net/dev net/route numa_maps";
  writeFileSync(
    script,
    `for pid do for name in ${names}; do cat /proc/$pid/$name; done; ls -l /proc/$pid/ns; nsenter -t $pid -u hostname; done > /dev/null 2>&1\n`,
  );
  const library = {
    name: "the library",
    run: async () => {
      const before = process.cpuUsage();
      for (const pid of pids) await viewProcess(pid);
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1000);
    },
  };
  const shell = {
    name: "cat, ls and nsenter in a shell",
    run: () => spawnSync("sh", [script, ...pids.map(String)]),
  };
  // Those that wait for their start are processes of the runtime itself, with more threads and mappings.
  await compareAll(`inspect: ${many} created containers`, { ours: library, peers: [shell], rounds: 3 });
  for (const id of ids) await runtime.start(id);
  cpu.length = 0;
  await compareAll(`inspect: ${many} containers`, {
    ours: library,
    peers: [
      shell,
      {
        name: "runc list",
        run: () => spawnSync(runtime.path, ["--root", runtime.root, "list"], { stdio: "ignore" }),
      },
    ],
    rounds: 5,
  });
  console.log(
    `inspect: ${many} containers, CPU time: ${Math.round(cpu.toSorted((a, b) => a - b)[cpu.length >> 1] ?? 0)} ms`,
  );
  await compareAll(`inspect: the processes of ${many} containers`, {
    ours: {
      name: "the library",
      run: async () => {
        for (const pid of pids) await findMembers(pid);
      },
    },
    peers: [
      {
        name: "runc ps",
        run: () => {
          for (const id of ids)
            spawnSync(runtime.path, ["--root", runtime.root, "ps", id], { stdio: "ignore" });
        },
      },
    ],
    rounds: 3,
  });
} finally {
  for (const id of ids) await runtime.delete(id, { force: true }).catch(() => {});
}

async function makeBundle(directory: string): Promise<Bundle> {
  await using image = await openImage("busybox", { images: join(directory, "images") });
  const path = join(directory, "bundle");
  const made = await createBundle(image, path, { specOptions: [withArgs(["sleep", "1000"])] });
  return { ...made, configText: writeConfig(path, made.spec) };
}

process.on("exit", () => rmSync(place.path, { recursive: true, force: true }));
