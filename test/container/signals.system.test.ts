import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { fillRegistry } from "../support/registry-images.ts";
import { scratch } from "../support/scratch.ts";
import { collect, leftIn, printed, processesWith, until } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
const ocilab = ocilabIn(home);
beforeAll(() => void mkdirSync(home));
afterAll(() => place[Symbol.asyncDispose]());

function start(...words: readonly string[]) {
  const env = { ...process.env, OCILAB_HOME: home };
  return spawn(join(repository, "bin/ocilab"), words, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

describeWith(["root", "runc", "busybox"], "exec in a running container", () => {
  beforeAll(async () => {
    expect(await ocilab(["run", "-d", "--name", "web", "busybox", "sleep", "86391"])).toMatchObject({
      exitCode: 0,
    });
  });
  afterAll(async () => void (await ocilab(["delete", "--force", "web"])));

  test("a signal is passed on to the process, and to nothing else", async () => {
    const script = "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.1; done";
    const child = start("exec", "web", "sh", "-c", script);
    const ended = collect(child);
    await printed(child, "stdout", "ready");
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await ended;
    expect([code, `${stdout}`, stderr]).toEqual([9, "ready\ncaught\n", ""]);
    expect(processesWith("86391")).not.toEqual([]);
  });

  test("one without a handler for it ends", async () => {
    const child = start("exec", "web", "sh", "-c", "echo ready; exec sleep 86392");
    const ended = collect(child);
    await printed(child, "stdout", "ready");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 143, stderr: "" });
    expect(processesWith("86392")).toEqual([]);
  });
});

describeWith(
  ["root", "runc", "docker-registry", "skopeo"],
  "a run that is interrupted while it pulls",
  () => {
    let registry: Registry;
    beforeAll(async () => {
      registry = await startRegistry(place.path);
      await fillRegistry(registry.host, place.path);
    });
    afterAll(() => registry[Symbol.asyncDispose]());
    const partly = (): boolean => {
      const folder = join(home, "store/partial");
      const names = existsSync(folder) ? readdirSync(folder) : [];
      return names.some((name) => statSync(join(folder, name)).size >= 100_000);
    };

    /** Of each layer it sends the beginning and no more. */
    const stalling = () =>
      startFaultProxy(registry.host, ({ method, url }) =>
        method === "GET" && url.includes("/blobs/") ? { kind: "hang", after: 100_000 } : undefined,
      );

    test("an error that needs no layer waits for none", async () => {
      await using proxy = await stalling();
      const { exitCode, stderr } = await ocilab(["bundle", `${proxy.host}/lab/app:1`, home, "--", "sh"]);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("bundle.exists")]);
    });

    test.each(["layer is asked for", "half layer is there"])(
      "when its %s it says so, and leaves nothing",
      async (moment) => {
        rmSync(join(home, "store"), { recursive: true, force: true });
        await using proxy = await stalling();
        const child = start("run", `${proxy.host}/lab/app:1`, "true");
        const ended = collect(child);
        const asked = () => proxy.seen.filter(({ url }) => url.includes("/blobs/")).length > 1;
        await until(moment === "layer is asked for" ? asked : partly, moment);
        // As a terminal sends it: to the helpers as well.
        process.kill(-(child.pid ?? Number.NaN), "SIGINT");
        const { code, stderr } = await ended;
        expect(stderr).toMatch(/host\.interrupted/);
        expect(stderr).not.toMatch(/^\s+at /m);
        expect([code, leftIn(home)]).toEqual([130, []]);
      },
    );
  },
);
