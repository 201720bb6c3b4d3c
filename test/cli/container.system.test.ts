import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

describeWith(["root", "runc", "busybox"], "the commands with a real runc", () => {
  let place: TemporaryDirectory;
  let ocilab: ReturnType<typeof ocilabIn>;
  const json = async (schema: string, ...words: readonly string[]) => {
    const { stdout, stderr, exitCode } = await ocilab(["--json", ...words]);
    expect(stderr).toBe("");
    return { value: checked(schema, stdout), exitCode };
  };

  /** The container keeps the streams that `create` was given, so they must not be pipes that somebody waits for. */
  const create = async (...words: readonly string[]) => {
    const env = { ...process.env, OCILAB_HOME: join(place.path, "home"), OCILAB_SOURCE: "1" };
    const child = spawn(join(repository, "bin/ocilab"), ["create", ...words], { env, stdio: "ignore" });
    const [code] = await once(child, "close");
    return code;
  };

  beforeAll(() => {
    place = scratch();
    mkdirSync(join(place.path, "home"));
    ocilab = ocilabIn(join(place.path, "home"));
  });
  afterAll(async () => {
    for (const id of ["web", "other"]) await ocilab(["delete", "--force", id]);
    await place[Symbol.asyncDispose]();
  });

  test.each([
    [["busybox", "true"], 0, "", ""],
    [["busybox", "sh", "-c", "echo out; echo err >&2; exit 7"], 7, "out\n", "err\n"],
    [["--hostname", "box", "-e", "A=1", "busybox", "sh", "-c", "hostname; echo $A"], 0, "box\n1\n", ""],
    [["--rm", "-i", "busybox", "sh", "-c", "kill -9 $$"], 0, "", ""],
    [["--user", "7:8", "-w", "/tmp", "busybox", "sh", "-c", "id -u; id -g; pwd"], 0, "7\n8\n/tmp\n", ""],
    [["--read-only", "busybox", "sh", "-c", "touch /x 2>/dev/null || echo no"], 0, "no\n", ""],
  ])("run %j exits %i", async (words, exitCode, stdout, stderr) => {
    expect(await ocilab(["run", ...words])).toMatchObject({ exitCode, stdout, stderr });
  });

  test.each([
    [["busybox", "no-such-program"], 127, /no-such-program/],
    [["busybox", "/etc"], 126, /container.command-denied/],
    [["oci:/no/such:image", "true"], 125, /image.not-found/],
    [["--runtime", "/bin/false", "busybox", "true"], 125, /runtime.unrecognised/],
    [["--memory", "lots", "busybox", "true"], 125, /spec.bad-option/],
  ])("run %j exits %i", async (words, exitCode, says) => {
    const result = await ocilab(["run", ...words]);
    expect(result.stderr).toMatch(says);
    expect(result).toMatchObject({ exitCode, stdout: "" });
  });

  test("run passes standard input on", async () => {
    expect(await ocilab(["run", "busybox", "cat"], { input: "one\ntwo" })).toMatchObject({
      exitCode: 0,
      stdout: "one\ntwo",
    });
  });

  test("run --json: one document on standard output, the container's own on standard error", async () => {
    const result = await ocilab([
      "run",
      "--json",
      "--audit",
      "--name",
      "once",
      "busybox",
      "sh",
      "-c",
      "echo hello; sleep 0.3; exit 3",
    ]);
    expect(result.stderr).toBe("hello\n");
    expect(result.exitCode).toBe(3);
    const value = checked("run", result.stdout);
    expect(value).toMatchObject({ id: "once", exitCode: 3, signal: null, audit: { id: "once", broken: 0 } });
  });

  test("run --explain tells the whole walk, ends with nothing left, and fits a terminal", async () => {
    const script = "echo hello; sleep 0.5; true";
    const { stdout, exitCode } = await ocilab([
      "run",
      "--explain",
      "--memory",
      "64m",
      "--pids-limit",
      "32",
      "busybox",
      "sh",
      "-c",
      script,
    ]);
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(60);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const said of [
      "sha256:",
      "14: CHOWN",
      "memory 64 MiB",
      "/ns/pid",
      "hello\n",
      "CapEff",
      " 0 broken",
      "still there  ",
    ])
      expect(stdout).toContain(said);
    expect(stdout).toMatch(/memory\.(limit_in_bytes|max) +67108864 \(64 MiB\)/);
    expect(stdout).toMatch(/still there +nothing\n$/);
  });

  test("run --explain of a program that ends at once still tells its story", async () => {
    const { stdout, stderr, exitCode } = await ocilab(["run", "--explain", "busybox", "true"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/still there +nothing\n$/);
  });

  test("a signal is the container's while it runs", async () => {
    const child = spawn(
      join(repository, "bin/ocilab"),
      [
        "run",
        "busybox",
        "sh",
        "-c",
        "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.1; done",
      ],
      {
        env: { ...process.env, OCILAB_HOME: join(place.path, "home"), OCILAB_SOURCE: "1" },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += String(chunk);
      if (String(chunk).includes("ready")) setTimeout(() => child.kill("SIGTERM"), 500);
    });
    const [code] = await once(child, "close");
    expect([code, text]).toEqual([9, "ready\ncaught\n"]);
  });

  test("bundle, check, create, state, inspect, audit, start, kill, delete, list", async () => {
    const bundle = join(place.path, "bundle");
    const made = await json("bundle", "bundle", "busybox", bundle, "--pids-limit", "20", "--", "sleep", "60");
    expect(made.value).toMatchObject({ bundle, args: ["sleep", "60"], layers: 1 });
    expect((await ocilab(["bundle", "busybox", bundle])).stderr).toContain("bundle.exists");
    expect(await json("check", "check", bundle)).toMatchObject({ exitCode: 0, value: { errors: 0 } });

    const pidFile = join(place.path, "pid");
    expect(await create("--bundle", bundle, "--pid-file", pidFile, "web")).toBe(0);
    const state = (await json("state", "state", "web")).value;
    expect(state).toMatchObject({
      id: "web",
      status: "created",
      bundle,
      pid: Number(readFileSync(pidFile, "utf8")),
    });
    expect(JSON.parse((await ocilab(["state", "web"])).stdout)).toEqual(state);

    expect(await ocilab(["start", "web"])).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect((await json("list", "list")).value).toMatchObject([{ id: "web", status: "running" }]);
    expect((await ocilab(["list", "-q"])).stdout).toBe("web\n");
    expect((await ocilab(["list"])).stdout).toMatch(/^ID +PID +STATUS .*\nweb +\d+ +running /);
    expect(JSON.parse((await ocilab(["list", "-f", "json"])).stdout)).toHaveLength(1);

    const { value: seen } = await json("inspect", "inspect", "web");
    expect(seen).toMatchObject({ kind: "container", process: { pid: state["pid"] } });
    const text = (await ocilab(["inspect", "web"])).stdout;
    for (const line of text.split("\n").filter((line) => /^ {2}\S/.test(line)))
      expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/pids\.max +20 +\/sys\/fs\/cgroup/);

    const audit = await json("audit", "audit", "web");
    expect(audit.exitCode).toBe(0);
    expect(Object.keys(audit.value)).toEqual(["id", "kept", "broken", "unseen", "findings"]);
    expect(audit.value).toMatchObject({ id: "web", broken: 0 });

    expect((await ocilab(["delete", "web"])).stderr).toContain("runtime.wrong-status");
    expect((await json("kill", "kill", "web", "KILL")).value).toMatchObject({
      id: "web",
      signal: 9,
      name: "SIGKILL",
    });
    await expect
      .poll(async () => JSON.parse((await ocilab(["state", "web"])).stdout).status, { timeout: 20_000 })
      .toBe("stopped");
    expect((await ocilab(["audit", "web"])).stderr).toContain("runtime.not-running");
    expect((await json("delete", "delete", "web")).value).toEqual({ id: "web", deleted: true });
    expect((await ocilab(["list"])).stdout).toMatch(/^ID +PID .*\n$/);
    expect((await ocilab(["state", "web"])).stderr).toContain("runtime.not-found");
  });

  test("audit exits 3 when a wish is broken", async () => {
    const bundle = join(place.path, "changed");
    await ocilab(["bundle", "busybox", bundle, "--pids-limit", "20", "--", "sleep", "60"]);
    expect(await create("-b", bundle, "other")).toBe(0);
    await ocilab(["start", "other"]);
    const config = join(bundle, "config.json");
    writeFileSync(config, readFileSync(config, "utf8").replace(/"limit": 20\b/, '"limit": 21'));
    const { stdout, stderr, exitCode } = await ocilab(["audit", "other"]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("config.json was changed after the container was created");
    expect(stdout).toMatch(/✘ \/linux\/resources\/pids\/limit +asked 21, seen 20/);
    expect((await ocilab(["delete", "--force", "other"])).exitCode).toBe(0);
  });

  test("check exits 3 and names every place", async () => {
    const bundle = join(place.path, "bad");
    mkdirSync(bundle);
    writeFileSync(
      join(bundle, "config.json"),
      '{"ociVersion":"1.0.2","process":{"cwd":"relative","args":[]},"root":{"path":"rootfs"}}',
    );
    const { value, exitCode } = await json("check", "check", bundle);
    expect(exitCode).toBe(3);
    expect(value["errors"]).toBeGreaterThan(0);
    writeFileSync(join(bundle, "config.json"), "{");
    expect((await ocilab(["check", bundle])).stdout).toContain("line 1, column 2");
  });

  test("image inspect, spec IMAGE and inspect host hold to their schemas", async () => {
    expect((await json("image-inspect", "image", "inspect", "busybox")).value).toMatchObject({
      layers: [{}],
    });
    expect((await json("spec", "spec", "--memory", "64m", "busybox", "true")).value).toMatchObject({
      process: { args: ["true"] },
    });
    expect((await json("inspect", "inspect", "host")).value).toMatchObject({ kind: "host" });
    expect((await ocilab(["inspect", "host"])).stdout).toMatch(/runc +\/.*\n +version +1\./);
  });

  test("nothing is left in the home but the built-in image", () => {
    const home = join(place.path, "home");
    for (const name of ["containers", "bundles", "run/runc"])
      if (existsSync(join(home, name))) expect(readdirSync(join(home, name)), name).toEqual([]);
  });
});
