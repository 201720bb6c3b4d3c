import { chownSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { runProgram, startProgram } from "../../src/base/process.ts";
import { gatherEvidence } from "../../src/container/evidence/evidence.ts";
import { explaining } from "../../src/container/explained.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { recognise } from "../../src/runtime/failures/cause.ts";
import { causes } from "../../src/runtime/failures/table.ts";
import { openRuntime } from "../../src/runtime/runtime.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { bundleMaker, runtimes } from "./support.ts";

const id = parseContainerId("cgroups-1");
const makeBundle = bundleMaker();
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
const nowhere = { id: "x", root: "/run" };
const top = "/sys/fs/cgroup/ocilab-catalogue";

/** What only cgroup v2 can refuse. runc and crun mend some of it themselves when they are root: then the limit holds, and nothing is to be said. */
for (const { title, runtime: name, needs } of runtimes.filter(({ runtime }) => !runtime.endsWith("runsc"))) {
  describeWith([...needs, "cgroup v2"], `what cgroup v2 refuses ${title}`, () => {
    const create = async (place: string, linux: Partial<NonNullable<Spec["linux"]>>) => {
      const runtime = explaining(await openRuntime({ runtime: name, root: join(place, "run") }));
      const change = (spec: Spec): Spec => ({ ...spec, linux: { ...spec.linux, ...linux } });
      const bundle = await makeBundle(join(place, "bundle"), { args: ["sleep", "100"], options: [change] });
      try {
        return await runtime.create(id, bundle, quiet).then(
          () => undefined,
          (error: unknown) => error,
        );
      } finally {
        await runtime.delete(id, { force: true });
      }
    };

    test("a controller that a domain with processes in it cannot hand down", async () => {
      await using place = scratch();
      await using _ = await occupied(top);
      const error = await create(place.path, {
        cgroupsPath: "/ocilab-catalogue/inner",
        resources: { memory: { limit: 64 << 20 } },
      });
      expect(error).toBeInstanceOf(OcilabError);
      const { facts, message } = error as OcilabError;
      expect(["cgroup-controller-missing", "cgroup-invalid-state"], message).toContain(facts["cause"]);
      expect(JSON.stringify(facts["evidence"])).toMatch(/ocilab-catalogue.*hands down.*1 processes in it/);
    });
  });
}

describeWith(["root", "runc", "cgroup v2"], "a cgroup path on v2", () => {
  test("of another user's is not delegated: its owner is shown at each level", async () => {
    mkdirSync(top);
    try {
      const words = `mkdir ${top}/x: permission denied`;
      const known = recognise(words, causes);
      expect(known?.cause.name).toBe("cgroup-not-delegated");
      chownSync(top, 65534, 65534);
      const { evidence } = await gatherEvidence("cgroup-not-delegated", {
        ...nowhere,
        found: known?.found ?? {},
      });
      expect(JSON.stringify(evidence)).toMatch(/ocilab-catalogue.*uid 65534/);
    } finally {
      rmdirSync(top);
    }
  });

  test("of v1 is told from what this host has", async () => {
    const tried = await runProgram("mkdir", ["/sys/fs/cgroup/pids/demo"], {
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    });
    expect(recognise(tried.stderr, causes)?.cause.name, tried.stderr).toBe("cgroup-v1-path");
    const { evidence } = await gatherEvidence("cgroup-v1-path", { ...nowhere, found: {} });
    expect(JSON.stringify(evidence)).toMatch(/cgroup","says":"has [^"]*memory/);
  });
});

describeWith(["root", "runc", "busybox", "cgroup v2"], "a program that the kernel killed for memory", () => {
  test("exit code 137, and memory.events says so", async () => {
    await using place = scratch();
    const hog = ["dd", "if=/dev/zero", "of=/dev/null", "bs=64M"];
    const ended = await ocilabIn(place.path)(["run", "--memory", "16m", "busybox", ...hog]);
    expect(ended.exitCode, ended.stderr).toBe(137);
    expect(ended.stderr).toMatch(
      /killed it for memory: .*memory\.events says oom_kill 1, with memory\.max 16777216/,
    );
  });
});

/** A cgroup with a process in it, which keeps it from handing controllers down ("no internal processes"). */
async function occupied(path: string): Promise<AsyncDisposable> {
  mkdirSync(path);
  const { child } = await startProgram("sleep", ["100"]);
  writeFileSync(join(path, "cgroup.procs"), String(child.pid));
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child;
      while (/\d/.test(readFileSync(join(path, "cgroup.procs"), "utf8")));
      if (existsSync(path)) rmdirSync(path);
    },
  };
}
