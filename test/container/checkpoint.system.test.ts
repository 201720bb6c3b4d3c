import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { describeWith, programPath, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { checkpointContract } from "./checkpoint.contract.ts";
import { counter, deskAt, saving } from "./checkpoint.support.ts";
import { until } from "./support.ts";

const criu = "a criu that knows this kernel";
const place = scratch();
const desk = deskAt(place.path);
const { ocilab } = desk;
afterAll(() => place[Symbol.asyncDispose]());
/** Another in each process: two containers of one id share a cgroup. */
const idOf = (name: string): string => `cp-${name}-${process.pid}`;
const images = (name: string): string => join(place.path, `images-${name}`);

for (const { title, runtime, root, needs } of saving) {
  describeWith(["root", criu, ...needs], `a checkpoint by ${title}`, () => {
    checkpointContract({
      desk,
      place: place.path,
      name: title.replaceAll(" ", "-"),
      words: ["--runtime", runtime, ...root],
    });
  });
}

/** Start, try to save, and remove: what was said, by whom. */
async function refusal(
  name: string,
  words: readonly string[],
  ready: string,
): Promise<{ stderr: string; left: readonly string[] }> {
  const id = idOf(name);
  await ocilab(["run", "-d", "--name", id, ...words]);
  try {
    await untilPrinted(id, ready);
    const { exitCode, stderr } = await ocilab(["checkpoint", "--image-path", images(name), id]);
    expect(exitCode, stderr).toBe(1);
    expect((await ocilab(["state", id])).stdout).toContain('"status": "running"');
    return { stderr, left: readdirSync(images(name)).filter((file) => !file.endsWith(".log")) };
  } finally {
    await ocilab(["delete", "--force", id]);
  }
}

async function untilPrinted(id: string, text: string): Promise<void> {
  for (;;) {
    if ((await ocilab(["logs", id])).stdout.includes(text)) return;
  }
}

const root = ["--volume=/usr:/usr:ro", "--volume=/usr/lib:/lib:ro", "--volume=/usr/lib64:/lib64:ro"];
const script = (text: string): readonly string[] => ["busybox", "sh", "-c", text];
const refused = [
  {
    name: "lock",
    words: [...root, "busybox", "/usr/bin/flock", "/tmp/l", "sh", "-c", "echo ready; sleep 100"],
    says: /holds a file lock.*runc says: criu failed.*\ncriu's last words in ".*dump\.log": Some file locks.*\n.*--file-locks/,
  },
  {
    name: "tcp",
    words: script(
      "ip link set lo up; nc -l -p 7777 -e cat & sleep 0.3; (sleep 0.3; echo ready; sleep 100) | nc 127.0.0.1 7777",
    ),
    says: /has an open TCP connection.*\ncriu's last words in .*--tcp-established option.*\n.*try: give --tcp-established/,
  },
  {
    name: "nested",
    words: [
      ...["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined", "busybox"],
      ...["unshare", "-m", "-p", "-f", "sh", "-c", "echo ready; sleep 100"],
    ],
    says: /has made a "pid" namespace of its own.*\ncriu's last words in .*Can't dump nested pid namespace/,
  },
  {
    name: "deleted",
    words: script("exec 9>/tmp/gone; dd if=/dev/zero bs=1M count=3 >&9; rm /tmp/gone; echo ready; sleep 100"),
    says: /has the deleted file "\/tmp\/gone" open.*\ncriu's last words in .*Can't dump ghost file/,
  },
] as const;

describeWith(["root", criu, "runc", "busybox"], "what criu refuses", () => {
  test.each(refused)("$name: is said in words, and the container goes on", async ({ name, words, says }) => {
    const { stderr, left } = await refusal(name, words, "ready");
    expect(stderr).toMatch(says);
    expect(left).toEqual([]);
  });

  test("a stream that is a file of the host", async () => {
    const [id, bundle] = [idOf("file"), join(place.path, "b-file")];
    await ocilab(["bundle", "busybox", bundle, "--", ...counter]);
    expect((await ocilab(["create", "--bundle", bundle, id])).exitCode).toBe(0);
    await ocilab(["start", id]);
    const { stderr } = await ocilab(["checkpoint", "--image-path", images("file"), id]);
    expect(stderr).toMatch(/descriptor "\d" of a process in the container is "\/.*", which lies .* outside/);
    await ocilab(["delete", "--force", id]);
    await ocilab(["umount", "--delete", bundle]);
  });

  test("a root filesystem that has changed meanwhile; nothing is lost, and it goes on when it is as it was", async () => {
    const id = idOf("changed");
    await ocilab([
      "run",
      "-d",
      "--name",
      id,
      ...script("exec 9>/tmp/log; echo one >&9; echo ready; sleep 100"),
    ]);
    await untilPrinted(id, "ready");
    expect((await ocilab(["checkpoint", "--image-path", images("changed"), id])).exitCode).toBe(0);
    const log = join(desk.home, "bundles", id, "rootfs/tmp/log");
    writeFileSync(log, "one\ntwo\n");
    const changed = await ocilab(["restore", id]);
    expect(changed.stderr).toMatch(
      /is not as it was.*"tmp\/log" has another size.*\ncriu's last words in ".*restore\.log"/,
    );
    rmSync(log);
    expect((await ocilab(["restore", id])).stderr).toMatch(/"tmp\/log" is not there any more/);
    expect(desk.record(id)).toMatchObject({ checkpoint: images("changed") });
    writeFileSync(log, "one\n");
    expect(await ocilab(["restore", id])).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await ocilab(["state", id])).stdout).toContain('"status": "running"');
    await ocilab(["delete", "--force", id]);
    expect(desk.left(id)).toEqual([]);
  });

  test("waiting for whoever fetches the memory: SIGINT lets the container go on, and leaves nothing", async () => {
    const id = idOf("lazy");
    await ocilab(["run", "-d", "--name", id, "busybox", ...counter]);
    const child = desk.start(["checkpoint", "--lazy-pages", "--image-path", images("lazy"), id]);
    const status = `/proc/${await desk.pid(id)}/status`;
    const log = join(images("lazy"), "dump.log");
    await until(
      () => existsSync(log) && readFileSync(log, "utf8").includes("Starting lazy pages server"),
      "lazy pages",
    );
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(readFileSync(status, "utf8")).toMatch(/^TracerPid:\t0$/m);
    expect(readdirSync(images("lazy"))).toEqual(["dump.log"]);
    const seen = (await desk.counted(id)).length;
    while ((await desk.counted(id)).length <= seen);
    await ocilab(["delete", "--force", id]);
  });
});

describeWith(["root", "runc", "crun", "busybox"], "a checkpoint that cannot be begun", () => {
  const rows = [
    ["no criu in PATH", "runc", "there is no program criu in PATH", "install criu"],
    ["a crun without criu", "crun", "crun 1.8.1 was built without criu", "use a crun that has it"],
  ] as const;
  test.each(rows)("%s", async (_, runtime, says, tries) => {
    const id = idOf(`not-${runtime}`);
    await ocilab(["--runtime", runtime, "run", "-d", "--name", id, "busybox", "sleep", "100"]);
    const bin = join(place.path, `bin-${runtime}`);
    mkdirSync(bin);
    for (const name of ["runc", "crun", "sh", "unshare", "umount", "dirname", "readlink"]) {
      const path = programPath(name);
      if (path !== undefined) symlinkSync(path, join(bin, name));
    }
    const words = ["checkpoint", "--image-path", images(`not-${runtime}`), id];
    const env = { ...process.env, PATH: bin, OCILAB_HOME: desk.home };
    const { stderr, exitCode } = await runProgram(join(repository, "bin/ocilab"), words, { env });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(says)]);
    expect(stderr).toContain(tries);
    expect(existsSync(images(`not-${runtime}`))).toBe(false);
    await ocilab(["delete", "--force", id]);
  });
});
