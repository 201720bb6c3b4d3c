import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../../src/base/temporary.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";

describeWith(["root", "runc", "busybox"], "flags that name a running container", () => {
  let place: TemporaryDirectory;
  let ocilab: ReturnType<typeof ocilabIn>;
  let pid = 0;
  const run = (...words: readonly string[]) => ocilab(["run", ...words]);
  /** The container keeps the streams that `create` was given, so they must not be pipes that somebody waits for. */
  const create = async (id: string, directory: string) => {
    const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
    const words = ["create", "--bundle", directory, id];
    const [code] = await once(
      spawn(join(repository, "bin/ocilab"), words, { env, stdio: "ignore" }),
      "close",
    );
    expect(code).toBe(0);
  };

  beforeAll(async () => {
    place = scratch();
    mkdirSync(join(place.path, "home"));
    ocilab = ocilabIn(join(place.path, "home"));
    const directory = join(place.path, "bundle");
    const flags = ["--stop-signal", "SIGUSR1", "--hostname", "first"];
    const made = await ocilab(["bundle", ...flags, "busybox", directory, "--", "sleep", "600"]);
    expect(made.stderr).toBe("");
    await create("first", directory);
    pid = JSON.parse((await ocilab(["state", "first"])).stdout).pid;
    await ocilab(["start", "first"]);
  });
  afterAll(async () => {
    await ocilab(["delete", "--force", "first"]);
    await place[Symbol.asyncDispose]();
  });

  test.each([
    ["network", "net"],
    ["pid", "pid"],
    ["ipc", "ipc"],
    ["uts", "uts"],
    ["cgroupns", "cgroup"],
  ])("--%s container:ID joins that namespace and no other", async (flag, link) => {
    const links = ["net", "pid", "ipc", "uts", "cgroup", "mnt"];
    const { stdout, stderr } = await run(
      `--${flag}=container:first`,
      "busybox",
      "sh",
      "-c",
      links.map((name) => `readlink /proc/self/ns/${name}`).join(";"),
    );
    expect(stderr).toBe("");
    const theirs = links.map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));
    const same = stdout
      .trim()
      .split("\n")
      .filter((one) => theirs.includes(one));
    expect(same).toEqual([readlinkSync(`/proc/${pid}/ns/${link}`)]);
  });

  test("several at once, by the longer flag too", async () => {
    const { stdout } = await run(
      "--namespace=uts=container:first",
      "--pid=container:first",
      "busybox",
      "sh",
      "-c",
      "hostname; ps",
    );
    expect(stdout).toMatch(/^first\n(.*\n)*.*sleep 600/);
  });

  test("a container that is not there, or does not run", async () => {
    const unknown = await run("--network=container:nobody", "busybox", "true");
    expect(unknown).toMatchObject({ exitCode: 125, stdout: "" });
    expect(unknown.stderr).toContain("there is: first");
  });

  test("--cgroup-parent and --cgroupns host", async () => {
    const { stdout } = await run(
      "--name=ocilab-flags",
      "--cgroup-parent=/",
      "--cgroupns=host",
      "busybox",
      "cat",
      "/proc/self/cgroup",
    );
    expect(stdout).toMatch(/:pids:\/ocilab-flags$|^0::\/ocilab-flags$/m);
  });

  test("kill goes by the stop signal, and a stopped container cannot be joined", async () => {
    const killed = await ocilab(["--json", "kill", "first"]);
    expect(JSON.parse(killed.stdout)).toMatchObject({ signal: 10, name: "SIGUSR1" });
    await ocilab(["kill", "first", "KILL"]);
    await expect
      .poll(async () => JSON.parse((await ocilab(["state", "first"])).stdout).status, { timeout: 20_000 })
      .toBe("stopped");
    const late = await run("--network=container:first", "busybox", "true");
    expect(late.stderr).toMatch(/it is stopped/);
  });
});

describeWith(
  ["root", "runc", "crun", "busybox", "user namespaces"],
  "a user namespace of another runtime's container",
  () => {
    test("is joined together with what belongs to it", async () => {
      await using place = scratch();
      // The root of the container is somebody else, who must pass to the rootfs.
      chmodSync(place.path, 0o711);
      const ocilab = ocilabIn(place.path);
      const directory = join(place.path, "bundle");
      await ocilab([
        "bundle",
        "--copy",
        "--uidmap=0:100000:65536",
        "busybox",
        directory,
        "--",
        "sleep",
        "600",
      ]);
      try {
        expect((await ocilab(["create", "--bundle", directory, "mapped"])).stderr).toBe("");
        const { pid } = JSON.parse((await ocilab(["state", "mapped"])).stdout);
        const joins = ["--userns=container:mapped", "--network=container:mapped"];
        const script = "readlink /proc/self/ns/user; readlink /proc/self/ns/net";
        const ended = await ocilab(["--runtime", "crun", "run", ...joins, "busybox", "sh", "-c", script]);
        const links = ["user", "net"].map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));
        expect(ended).toMatchObject({ stderr: "", stdout: `${links.join("\n")}\n` });
      } finally {
        await ocilab(["delete", "--force", "mapped"]);
      }
    });
  },
);

describeWith(["root", "runc", "busybox", "catatonit"], "--init with a real init", () => {
  test.each([
    ["echo out; exit 7", 7, "out\n"],
    ["tr '\\0' ' ' </proc/1/cmdline; exit 0", 0, /^\/sbin\/docker-init -- sh -c /],
  ])("%s", async (script, exitCode, stdout) => {
    await using place = scratch();
    const ended = await ocilabIn(place.path)(["run", "--init", "busybox", "sh", "-c", script]);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stdout).toMatch(stdout);
  });
});
