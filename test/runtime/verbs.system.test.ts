import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { parseContainerId } from "../../src/oci/container-id.ts";
import type { Process } from "../../src/oci/spec.ts";
import { openRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { bundleMaker, runtimes } from "./support.ts";

/** Another in each process: two containers of one id share a cgroup, and whoever deletes one ends both. */
const id = parseContainerId(`verbs-${process.pid}`);
const makeBundle = bundleMaker();
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

for (const { title, runtime: name, needs, more } of runtimes) {
  describeWith(needs, `what ${title} does with a running container`, () => {
    const start = async (place: string) => {
      const runtime = await openRuntime({ runtime: name, root: join(place, "run"), flags: { more } });
      const bundle = await makeBundle(join(place, "bundle"), { args: ["sleep", "100"] });
      await runtime.create(id, bundle, quiet);
      await runtime.start(id);
      const process = bundle.spec.process as Process;
      return {
        runtime,
        bundle,
        process,
        asked: (args: string[], more = {}) => ({ ...process, args, ...more }),
      };
    };

    test("exec: exit codes, streams, environment, directory, and what cannot be executed", async () => {
      await using place = scratch();
      const { runtime, asked } = await start(place.path);
      await using _ = removal(runtime);
      const out = join(place.path, "out");
      const file = openSync(out, "w");
      const process = asked(["sh", "-c", "echo $X $PWD; exit 7"], { env: ["PATH=/bin", "X=1"], cwd: "/tmp" });
      expect(await runtime.exec(id, process, { ...quiet, stdout: file })).toBe(7);
      closeSync(file);
      expect(readFileSync(out, "utf8")).toBe("1 /tmp\n");
      expect(await runtime.exec(id, asked(["true"]), quiet)).toBe(0);
      expect(await runtime.exec(id, asked(["sh", "-c", "kill -9 $$"]), quiet)).toBe(137);
      const missing = runtime.exec(id, asked(["no-such-program"]), quiet);
      await expect(missing).rejects.toMatchObject({ code: "runtime.command-missing" });
    });

    test("exec detached: its pid is in the container's namespaces, and ps has it", async () => {
      await using place = scratch();
      const { runtime, asked } = await start(place.path);
      await using _ = removal(runtime);
      const pid = await runtime.execDetached(id, asked(["sleep", "200"]), quiet);
      if (runtime.kind === "runsc") return expect(await runtime.ps(id)).toHaveLength(2);
      const line = () => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
      await expect.poll(line).toEqual(["sleep", "200"]);
      const state = await runtime.state(id);
      expect([...(await runtime.ps(id))].sort()).toEqual(["pid" in state ? state.pid : 0, pid].sort());
    });

    test("pause and resume: the freezer says so, and nothing else is done meanwhile", async () => {
      await using place = scratch();
      const { runtime, asked } = await start(place.path);
      await using _ = removal(runtime);
      await expect(runtime.resume(id)).rejects.toMatchObject({ code: "runtime.wrong-status" });
      await runtime.pause(id);
      expect((await runtime.state(id)).status).toBe("paused");
      if (runtime.kind !== "runsc") expect(frozen(await pidOf(runtime))).toBe(true);
      await expect(runtime.pause(id)).rejects.toMatchObject({ code: "runtime.wrong-status" });
      await expect(runtime.exec(id, asked(["true"]), quiet)).rejects.toMatchObject({
        code: "runtime.wrong-status",
        hint: expect.stringContaining("resume"),
      });
      await runtime.resume(id);
      if (runtime.kind !== "runsc") expect(frozen(await pidOf(runtime))).toBe(false);
      expect(await runtime.exec(id, asked(["true"]), quiet)).toBe(0);
    });

    test("update: the cgroup file has the new limit", async () => {
      await using place = scratch();
      const { runtime } = await start(place.path);
      await using _ = removal(runtime);
      const change = runtime.update(id, { pids: { limit: 77 } });
      if (runtime.kind === "runsc")
        return await expect(change).rejects.toMatchObject({ code: "runtime.unsupported" });
      await change;
      const files = cgroupFiles(await pidOf(runtime), "pids", "pids.max");
      expect(files.map((file) => readFileSync(file, "utf8").trim())).toEqual(["77"]);
    });

    test("events: one reading, or a clear no", async () => {
      await using place = scratch();
      const { runtime } = await start(place.path);
      await using _ = removal(runtime);
      const read = async () => {
        for await (const event of runtime.events(id, { statsOnly: true })) return event;
        return undefined;
      };
      if (runtime.kind === "crun")
        await expect(read()).rejects.toMatchObject({ code: "runtime.unsupported" });
      else
        expect(await read()).toMatchObject({
          type: "stats",
          id,
          data: { pids: { current: expect.any(Number) } },
        });
    });

    test("a stopped container refuses them all", async () => {
      await using place = scratch();
      const { runtime, asked, bundle } = await start(place.path);
      await using _ = removal(runtime);
      await runtime.kill(id, 9);
      while ((await runtime.state(id)).status !== "stopped") await sleep(20);
      const calls = [
        runtime.exec(id, asked(["true"]), quiet),
        runtime.execDetached(id, asked(["true"]), quiet),
        ...[runtime.ps(id), runtime.pause(id), runtime.resume(id), runtime.update(id, {})],
        runtime.events(id).next(),
        runtime.checkpoint(id, { imagePath: place.path }),
      ];
      const ended = await Promise.allSettled(calls);
      const codes = ended.map((result) => (result.status === "rejected" ? result.reason.code : "done"));
      expect(codes).toEqual(calls.map(() => "runtime.wrong-status"));
      const back = runtime.restore(id, bundle, { imagePath: place.path });
      await expect(back).rejects.toMatchObject({ code: "runtime.exists" });
    });
  });
}

function removal(runtime: Runtime): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
}

async function pidOf(runtime: Runtime): Promise<number> {
  const state = await runtime.state(id);
  return "pid" in state ? state.pid : 0;
}

/** cgroups(7): the file of the hierarchy that holds the controller, v1 or v2. */
function cgroupFiles(pid: number, controller: string, file: string): readonly string[] {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trimEnd().split("\n");
  return lines
    .map((line) => line.split(":"))
    .filter(([, controllers = ""]) => controllers === "" || controllers.split(",").includes(controller))
    .map(([, controllers = "", ...path]) => join("/sys/fs/cgroup", controllers, path.join(":"), file))
    .filter((path) => existsSync(path));
}

function frozen(pid: number): boolean {
  const states = [
    ...cgroupFiles(pid, "freezer", "freezer.state").map(
      (file) => readFileSync(file, "utf8").trim() === "FROZEN",
    ),
    ...cgroupFiles(pid, "freezer", "cgroup.freeze").map((file) => readFileSync(file, "utf8").trim() === "1"),
  ];
  expect(states.length).toBeGreaterThan(0);
  return states.includes(true);
}
