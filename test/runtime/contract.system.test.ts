import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { openRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { withTerminal } from "../../src/spec/options/process.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { withMissingSource } from "./broken.ts";
import { bundleMaker, runtimes } from "./support.ts";

const id = parseContainerId("contract-1");
const makeBundle = bundleMaker();
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

for (const { title, runtime: name, needs, more } of runtimes) {
  describeWith(needs, `the contract of runtimes: ${title}`, () => {
    const setUp = async (place: string, args: readonly string[]) => {
      const runtime = await openRuntime({ runtime: name, root: join(place, "run"), flags: { more } });
      return { runtime, bundle: await makeBundle(join(place, "bundle"), { args }) };
    };

    test("a container goes from created to running to stopped to nothing", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["sleep", "100"]);
      await using _ = removal(runtime);
      await runtime.create(id, bundle, { ...quiet, pidFile: join(place.path, "pid") });
      const created = await runtime.state(id);
      expect(created).toMatchObject({ id, status: "created", bundle: bundle.path });
      expect(readFileSync(join(place.path, "pid"), "utf8").trim()).toBe(
        String("pid" in created && created.pid),
      );
      await runtime.start(id);
      expect((await runtime.state(id)).status).toBe("running");
      await expect(runtime.start(id)).rejects.toMatchObject({ code: "runtime.wrong-status" });
      await expect(runtime.delete(id)).rejects.toMatchObject({ code: "runtime.wrong-status" });
      expect(await runtime.list()).toMatchObject([{ id, status: "running", bundle: bundle.path }]);
      await runtime.kill(id, 9);
      await stopped(runtime);
      await expect(runtime.kill(id, 15)).rejects.toMatchObject({ code: "runtime.not-running" });
      await expect(runtime.start(id)).rejects.toMatchObject({ code: "runtime.wrong-status" });
      await runtime.delete(id);
      await expect(runtime.state(id)).rejects.toMatchObject({ code: "runtime.not-found" });
      expect(await runtime.find(id)).toBeUndefined();
      await runtime.delete(id, { force: true });
      expect(cgroups(id)).toEqual([]);
    });

    test("an id that is taken is explained, and its container unharmed", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["sleep", "100"]);
      await using _ = removal(runtime);
      await runtime.create(id, bundle, quiet);
      const again = runtime.create(id, bundle, quiet);
      await expect(again).rejects.toMatchObject({
        code: "runtime.exists",
        message: expect.stringMatching(
          runtime.kind === "runsc"
            ? /created, pid \d+, bundle/
            : /created, pid \d+, created \d+ seconds? ago/,
        ),
        hint: expect.stringContaining("ocilab delete --force contract-1"),
      });
      expect((await runtime.state(id)).status).toBe("created");
    });

    test("an id near another is named", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["true"]);
      await using _ = removal(runtime);
      await runtime.create(id, bundle, quiet);
      const state = runtime.state(parseContainerId("contract1"));
      await expect(state).rejects.toMatchObject({ hint: "did you mean contract-1?" });
      await runtime.delete(id);
    });

    test("a directory that a killed runtime left is explained and can be deleted", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["true"]);
      if (runtime.kind === "runsc") return;
      await using _ = removal(runtime);
      mkdirSync(join(runtime.root, id), { recursive: true });
      await expect(runtime.create(id, bundle, quiet)).rejects.toMatchObject({ code: "runtime.exists" });
      await expect(runtime.state(id)).rejects.toThrow("exists without a state");
      await runtime.delete(id, { force: true });
      await runtime.create(id, bundle, quiet);
    });

    test("a create that fails says the runtime's own words and leaves nothing", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["true"]);
      await using _ = removal(runtime);
      const broken = withMissingSource(bundle);
      const creation = runtime.create(id, broken, quiet);
      await expect(creation).rejects.toMatchObject(
        runtime.kind === "runsc"
          ? { code: expect.stringMatching(/^runtime\./) }
          : { code: "runtime.mount", facts: { words: expect.stringContaining("/no/such") } },
      );
      expect(await runtime.list()).toEqual([]);
      expect(cgroups(id)).toEqual([]);
    });

    test("an aborted create leaves nothing", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["true"]);
      await using _ = removal(runtime);
      const creation = runtime.create(id, bundle, { ...quiet, signal: AbortSignal.timeout(25) });
      await expect(creation).rejects.toThrow("timeout");
      await sleep(50);
      expect(await runtime.list()).toEqual([]);
      expect(cgroups(id)).toEqual([]);
    });

    test("standard output is the descriptor that was given", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["sh", "-c", "echo out; echo err >&2"]);
      await using _ = removal(runtime);
      const file = openSync(join(place.path, "out"), "w");
      await runtime.create(id, bundle, { ...quiet, stdout: file });
      closeSync(file);
      await runtime.start(id);
      await stopped(runtime);
      expect(readFileSync(join(place.path, "out"), "utf8")).toBe("out\n");
    });

    test("further descriptors are passed on", async () => {
      await using place = scratch();
      const { runtime, bundle } = await setUp(place.path, ["sh", "-c", "echo three >&3"]);
      await using _ = removal(runtime);
      const file = openSync(join(place.path, "three"), "w");
      const creation = runtime.create(id, bundle, { ...quiet, preserveFds: [file] });
      if (runtime.kind === "runsc") {
        await expect(creation).rejects.toMatchObject({
          code: expect.stringMatching(/unsupported|failed/),
        });
        return closeSync(file);
      }
      await creation;
      closeSync(file);
      await runtime.start(id);
      await stopped(runtime);
      expect(readFileSync(join(place.path, "three"), "utf8")).toBe("three\n");
    });

    test("a terminal without a socket is refused", async () => {
      await using place = scratch();
      const runtime = await openRuntime({ runtime: name, root: join(place.path, "run"), flags: { more } });
      const wish = { args: ["sh"], options: [withTerminal()] };
      const bundle = await makeBundle(join(place.path, "bundle"), wish);
      await using _ = removal(runtime);
      const creation = runtime.create(id, bundle, quiet);
      if (runtime.kind === "runsc") expect(await creation).toBeUndefined();
      else await expect(creation).rejects.toMatchObject({ code: "runtime.terminal" });
    });

    test("features are an object, or named as not there", async () => {
      const runtime = await openRuntime({ runtime: name, flags: { more } });
      const features = await runtime.features().catch((error: { code: string }) => error.code);
      if (typeof features === "string") expect(features).toBe("runtime.unsupported");
      else expect(features).toHaveProperty("ociVersionMin");
    });
  });
}

describeWith(["root", "runc"], "a runtime that is killed while it makes cgroups", () => {
  test("leaves none, though a process of it lives on for a moment", async () => {
    await using place = scratch();
    const cgroup = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
    const slow = join(place.path, "runc");
    const dawdle = `mkdir ${cgroup}/${id}; { echo 0 >${cgroup}/${id}/cgroup.procs; exec sleep 0.4; } & exec sleep 100`;
    writeFileSync(slow, `#!/bin/sh\ncase " $* " in *" create "*) ${dawdle};; esac\nexec runc "$@"\n`, {
      mode: 0o755,
    });
    const runtime = await openRuntime({ runtime: slow, root: join(place.path, "run") });
    const bundle = await makeBundle(join(place.path, "bundle"), { args: ["true"] });
    const aborted = new AbortController();
    const creation = runtime.create(id, bundle, { ...quiet, signal: aborted.signal });
    const ended = expect(creation).rejects.toThrow("enough");
    while (cgroups(id).length === 0) await sleep(10);
    aborted.abort(new Error("enough"));
    await ended;
    expect(cgroups(id)).toEqual([]);
  });
});

describeWith([], "opening a runtime", () => {
  test.each([
    ["no-such-runtime", "host.program-missing"],
    ["/no/such/runtime", "host.program-missing"],
    ["true", "runtime.unrecognised"],
    ["bash", "runtime.unrecognised"],
  ])("%s: %s", async (runtime, code) => {
    await expect(openRuntime({ runtime })).rejects.toMatchObject({ code });
  });
});

function removal(runtime: Runtime): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
}

async function stopped(runtime: Runtime): Promise<void> {
  for (let turn = 0; turn < 200 && (await runtime.state(id)).status !== "stopped"; turn++) await sleep(20);
  expect((await runtime.state(id)).status).toBe("stopped");
}

function cgroups(name: string): readonly string[] {
  const top = "/sys/fs/cgroup";
  const places = [top, ...readdirSync(top).map((folder) => join(top, folder))];
  return places.map((folder) => join(folder, name)).filter((path) => existsSync(path));
}
