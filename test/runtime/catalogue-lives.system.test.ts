import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { OcilabError } from "../../src/base/errors.ts";
import { runProgram } from "../../src/base/process.ts";
import { explaining } from "../../src/container/explained.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { formatJson } from "../../src/oci/json.ts";
import { recognise } from "../../src/runtime/failures/cause.ts";
import { causes } from "../../src/runtime/failures/table.ts";
import { isHybridHost, withoutUnified } from "../../src/runtime/hybrid.ts";
import { lastWords } from "../../src/runtime/output.ts";
import { openRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { withTerminal } from "../../src/spec/options/process.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { bundleMaker, runtimes } from "./support.ts";

const id = parseContainerId("lives-1");
const makeBundle = bundleMaker();
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

/** ocilab asks first and words these itself: here the runtimes are called past it, for what they say. */
for (const { title, runtime: name, needs, more } of runtimes) {
  describeWith(needs, `what ${title} says of a container's life`, () => {
    const open = async (place: string): Promise<Runtime> =>
      explaining(await openRuntime({ runtime: name, root: join(place, "run"), flags: { more } }));

    test("ids that are taken or unknown, and what its status forbids", async () => {
      await using place = scratch();
      const runtime = await open(place.path);
      const bundle = await makeBundle(join(place.path, "bundle"), { args: ["sleep", "100"] });
      await using _ = removal(runtime);
      await runtime.create(id, bundle, quiet);
      await runtime.start(id);
      const rows: (readonly [readonly string[], string])[] = [
        [["state", "nobody"], "id-unknown"],
        [["start", id], "started-already"],
        [["delete", id], "still-running"],
        // gVisor's says it too, and loses the container that has the id.
        ...(runtime.kind === "runsc" ? [] : [[["create", "--bundle", bundle.path, id], "id-taken"] as const]),
      ];
      for (const [words, cause] of rows) {
        expect(await said(runtime, more, words), words[0]).toMatchObject({ cause });
      }
      if (runtime.kind === "runsc") return;
      await runtime.kill(id, 9);
      await expect.poll(async () => (await runtime.state(id)).status).toBe("stopped");
      expect(await said(runtime, more, ["exec", id, "true"])).toMatchObject({ cause: "container-stopped" });
    });

    test("cgroups by systemd where there is none", async (context) => {
      if (existsSync("/run/systemd/system") || name.endsWith("runsc"))
        context.skip("systemd is here, or not asked");
      await using place = scratch();
      const runtime = await open(place.path);
      const bundle = await makeBundle(join(place.path, "bundle"), { args: ["true"] });
      await using _ = removal(runtime);
      const words = ["create", "--bundle", bundle.path, id];
      const { cause } = await said(runtime, [...more, "--systemd-cgroup"], words);
      expect(cause).toBe("systemd-missing");
    });

    test("a terminal where there is none, in the foreground", async () => {
      await using place = scratch();
      const runtime = await open(place.path);
      const bundle = await makeBundle(join(place.path, "bundle"), {
        args: ["true"],
        options: [withTerminal()],
      });
      await using _ = removal(runtime);
      const { cause, words } = await said(runtime, more, ["run", "--bundle", bundle.path, id]);
      // gVisor gives the program a terminal of its own making.
      if (runtime.kind === "runsc") expect(words).toBeUndefined();
      else expect(cause, words).toBe("terminal-missing");
    });

    test("a directory for its state that others may not write", async () => {
      await using place = scratch();
      chmodSync(place.path, 0o755);
      const runtime = await open(place.path);
      const bundle = await makeBundle(join(place.path, "bundle"), { args: ["true"] });
      for (const [path, mode] of [
        [bundle.path, 0o755],
        [join(bundle.path, "config.json"), 0o644],
      ] as const)
        chmodSync(path, mode);
      const root = join("/run", `ocilab-test-${process.pid}`);
      const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", runtime.path];
      const words = ["--root", root, "--log-format", "json", ...more, "create", "--bundle", bundle.path, id];
      const env = { PATH: process.env["PATH"] };
      const { stderr } = await runProgram("setpriv", [...asNobody, ...words], { env });
      const known = recognise(lastWords(stderr) ?? stderr, causes);
      // runc from 1.2 on looks at the namespaces of an ordinary user before it makes directories.
      expect(["state-directory-denied", "rootless-without-user-namespace"], stderr).toContain(
        known?.cause.name,
      );
    });
  });
}

describeWith(["root", "runc"], "a seccomp profile that forbids the runtime's own last calls", () => {
  test("is shown when the container cannot be started", async () => {
    await using place = scratch();
    const runtime = explaining(await openRuntime({ runtime: "runc", root: join(place.path, "run") }));
    const { spec, ...made } = await makeBundle(join(place.path, "bundle"), { args: ["true"] });
    const seccomp = {
      defaultAction: "SCMP_ACT_KILL_PROCESS" as const,
      syscalls: [{ names: ["exit_group"], action: "SCMP_ACT_ALLOW" as const }],
    };
    const strict = { ...spec, linux: { ...spec.linux, seccomp } };
    writeFileSync(join(made.path, "config.json"), formatJson(strict));
    await using _ = removal(runtime);
    await runtime.create(id, { ...made, spec: strict }, quiet);
    const failure = runtime.start(id).catch((error: unknown) => error);
    const { code, facts } = (await failure) as OcilabError;
    expect(code).toBe("runtime.wrong-status");
    expect(facts["words"]).toMatch(/stopped|already dead/);
    expect(JSON.stringify(facts["evidence"])).toMatch(/linux\/seccomp.*execve/);
  });
});

/** What the runtime prints when it is called as ocilab calls it, and the cause that is recognised in it. */
async function said(runtime: Runtime, more: readonly string[], words: readonly string[]) {
  const { file, before } =
    runtime.kind === "crun" && isHybridHost()
      ? withoutUnified(runtime.path)
      : { file: runtime.path, before: [] };
  const args = [...before, "--root", runtime.root, "--log-format", "json", ...more, ...words];
  const { stderr, exitCode } = await runProgram(file, args);
  const own = exitCode === 0 ? undefined : (lastWords(stderr) ?? stderr);
  return { words: own, cause: own === undefined ? undefined : (recognise(own, causes)?.cause.name ?? own) };
}

function removal(runtime: Runtime): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
}
