// The driver against the same calls by hand, `ocilab state` against a bare start of Node, and two hundred containers that must leave nothing.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../src/audit/audit.ts";
import { questions } from "../src/audit/questions.ts";
import { temporaryDirectory } from "../src/base/temporary.ts";
import type { Bundle } from "../src/bundle/bundle.ts";
import { createBundle, writeConfig } from "../src/bundle/create.ts";
import { openImage } from "../src/image/open.ts";
import { viewProcess } from "../src/kernel/view.ts";
import { parseContainerId } from "../src/oci/container-id.ts";
import { openRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { withArgs } from "../src/spec/options/arguments.ts";
import { compare } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
const many = 200;

await using place = temporaryDirectory("/dev/shm");
const home = join(place.path, "home");
const bundle = await makeBundle(place.path);
for (const name of ["runc", "crun"]) await compareCalls(name);
await compareState();
await compareMany();

/** create, start, delete --force: the three calls that make and end a container. */
async function compareCalls(name: string): Promise<void> {
  const runtime = await openRuntime({ runtime: name, root: join(place.path, "run", name) });
  const id = parseContainerId("bench");
  const script = join(place.path, `${name}.sh`);
  // What the driver does on a hybrid host as well: crun must not see the v2 tree.
  const hides = name === "crun" && !existsSync("/sys/fs/cgroup/cgroup.controllers");
  const call = hides
    ? `unshare -m --propagation slave sh -c 'umount /sys/fs/cgroup/unified; exec "$@"' sh ${runtime.path}`
    : runtime.path;
  const run = (words: string) => `${call} --root ${runtime.root} ${words} </dev/null >/dev/null 2>&1`;
  const lines = [
    run(`create --bundle ${bundle.path} bench`),
    run("start bench"),
    run("delete --force bench"),
  ];
  writeFileSync(script, `${lines.join(" && ")}\n`);
  await compare(`driver: create, start and delete by ${name}`, {
    ours: { name: "the library", run: () => liveAndDie(runtime, id) },
    peer: { name: "a shell script", run: () => must(spawnSync("sh", [script])) },
    rounds: 31,
  });
}

async function liveAndDie(runtime: Runtime, id: ReturnType<typeof parseContainerId>): Promise<void> {
  await runtime.create(id, bundle, quiet);
  await runtime.start(id);
  await runtime.delete(id, { force: true });
}

async function compareState(): Promise<void> {
  const env = { ...process.env, OCILAB_HOME: home };
  const command = (...words: string[]) => spawnSync(ocilab, words, { env, stdio: "ignore" });
  must(command("create", "--bundle", bundle.path, "bench"));
  await compare("driver: ocilab state ID", {
    ours: { name: "ocilab", run: () => must(command("state", "bench")) },
    peer: { name: "node -e 0", run: () => spawnSync(process.execPath, ["-e", "0"]) },
    rounds: 31,
  });
  must(command("delete", "--force", "bench"));
}

/** Two hundred at once, each audited, none left. */
async function compareMany(): Promise<void> {
  const runtime = await openRuntime({ runtime: "runc", root: join(place.path, "run", "runc") });
  const before = cgroups();
  const ids = Array.from({ length: many }, (_, index) => parseContainerId(`bench-${index}`));
  const broken: string[] = [];
  await compare(`driver: ${many} containers created, audited and deleted`, {
    ours: {
      name: "the library",
      run: async () => {
        for (const id of ids) await runtime.create(id, bundle, quiet);
        for (const id of ids) broken.push(...(await brokenIn(runtime, id)));
        for (const id of ids) await runtime.delete(id, { force: true });
      },
    },
    peer: {
      name: "the same without the audit",
      run: async () => {
        for (const id of ids) await runtime.create(id, bundle, quiet);
        for (const id of ids) await runtime.delete(id, { force: true });
      },
    },
    rounds: 1,
  });
  const left = [
    ...(await runtime.list()).map(({ id }) => id),
    ...cgroups().filter((path) => !before.includes(path)),
  ];
  console.log(
    `driver: left after ${many} containers: ${left.length === 0 ? "nothing" : left.join(" ")}; broken claims: ${broken.length}`,
  );
  if (left.length + broken.length > 0) process.exitCode = 1;
}

async function brokenIn(
  runtime: Runtime,
  id: ReturnType<typeof parseContainerId>,
): Promise<readonly string[]> {
  const state = await runtime.state(id);
  if (!("pid" in state)) return [`${id} is ${state.status}`];
  const view = await viewProcess(state.pid, { questions: questions(bundle.spec, { bundle: bundle.path }) });
  const findings = audit(bundle.spec, view, { status: state.status, bundle: bundle.path });
  return findings.flatMap(({ verdict, at }) => (verdict === "broken" ? [`${id} ${at}`] : []));
}

function cgroups(): readonly string[] {
  const top = "/sys/fs/cgroup";
  const folders = existsSync(join(top, "cgroup.controllers"))
    ? [top]
    : readdirSync(top).map((name) => join(top, name));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith("bench"))
      .map((name) => join(folder, name)),
  );
}

async function makeBundle(directory: string): Promise<Bundle> {
  await using image = await openImage("busybox", { images: join(directory, "images") });
  const path = join(directory, "bundle");
  const made = await createBundle(image, path, { specOptions: [withArgs(["sleep", "1000"])] });
  return { ...made, configText: writeConfig(path, made.spec) };
}

function must({ status, stderr }: { readonly status: number | null; readonly stderr?: Buffer | null }): void {
  if (status !== 0) throw new Error(`a call failed: ${status} ${stderr ?? ""}`);
}

process.on("exit", () => rmSync(place.path, { recursive: true, force: true }));
