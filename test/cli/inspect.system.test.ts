import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

type Fact = { readonly ok: boolean; readonly value: unknown };

for (const runtime of ["runc", "crun"] as const) {
  describeWith(
    ["root", runtime, "busybox", "python3"],
    `what the kernel says of a container by ${runtime}`,
    () => {
      let place: TemporaryDirectory;
      let home: string;
      let ocilab: ReturnType<typeof ocilabIn>;
      const json = async (schema: string, ...words: readonly string[]) => {
        const { stdout, stderr } = await ocilab(["--json", ...words]);
        expect(stderr).toBe("");
        return checked(schema, stdout) as never;
      };
      const processId = async () => (await json("state", "state", "web"))["pid"] as number;

      beforeAll(async () => {
        place = scratch();
        home = join(place.path, "home");
        mkdirSync(home);
        ocilab = ocilabIn(home);
        const bundle = join(place.path, "bundle");
        await ocilab([
          "bundle",
          "--copy",
          "busybox",
          bundle,
          "--",
          "sh",
          "-c",
          "sleep 1000 & exec sleep 1001",
        ]);
        expect(await ocilab(["--runtime", runtime, "create", "--bundle", bundle, "web"])).toMatchObject({
          exitCode: 0,
        });
        await ocilab(["start", "web"]);
        await until(async () => (await ocilab(["ps", "web"])).stdout.includes("sleep 1001"));
      });
      afterAll(async () => {
        await ocilab(["delete", "--force", "web"]);
        await place[Symbol.asyncDispose]();
      });

      test("ps draws its processes as a tree with the ids inside", async () => {
        const { stdout } = await ocilab(["ps", "web"]);
        expect(stdout).toMatch(/INSIDE .*\n\d+ +1 +0 +S .* sleep 1001\n\d+ +\d+ +0 +S .* {3}sleep 1000\n$/);
        const members: readonly Record<string, unknown>[] = await json("ps", "ps", "web");
        const pid = await processId();
        expect(members.map(({ parent, args }) => [parent === pid, args])).toEqual([
          [false, ["sleep", "1001"]],
          [true, ["sleep", "1000"]],
        ]);
      });

      test("top prints a table a picture where there is no terminal", async () => {
        const { stdout } = await ocilab(["top", "-n", "2", "--interval", "0.1", "web"]);
        expect(stdout.match(/^PID .*CPU%/gm)).toHaveLength(2);
        expect(stdout).toMatch(/ \d+\.\d +[\d.]+ [KM]iB .*sleep 1001\n/);
        const { stdout: lines } = await ocilab(["--json", "top", "-n", "2", "--interval", "0.1", "web"]);
        for (const line of lines.trim().split("\n")) checked("top", line);
      });

      test("the rules of its seccomp filter are the ones its config asked for, and it runs on", async () => {
        const pid = await processId();
        const { seccomp } = await viewProcess(pid, { questions: { seccompRules: true } });
        if (!seccomp.rules.ok) throw new Error(seccomp.rules.detail);
        const native = seccomp.rules.value.architectures["SCMP_ARCH_X86_64"]?.calls ?? {};
        expect(native["read"]).toEqual([{ action: "SCMP_ACT_ALLOW", data: 0, when: [] }]);
        expect(native["mount"]).toEqual([{ action: "SCMP_ACT_ERRNO", data: 1, when: [] }]);
        expect(native["clone3"]).toEqual([{ action: "SCMP_ACT_ERRNO", data: 38, when: [] }]);
        expect(native["clone"]).toHaveLength(2);
        expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/State:\tS.*TracerPid:\t0\n/s);
      });

      test("a stopped process stays stopped while its filter is read", async () => {
        const pid = await processId();
        process.kill(pid, "SIGSTOP");
        const stopped = () => readFileSync(`/proc/${pid}/status`, "utf8").includes("State:\tT");
        try {
          await until(async () => stopped());
          const { seccomp } = await viewProcess(pid, { questions: { seccompRules: true } });
          expect(seccomp.rules.ok).toBe(true);
          await until(async () => stopped());
        } finally {
          process.kill(pid, "SIGCONT");
        }
      });

      test("inspect says it all, each fact by the schema", async () => {
        const value: { process: Record<string, Fact & Record<string, Fact>> } = await json(
          "inspect",
          "inspect",
          "web",
        );
        const { processes, descriptors, network, scheduling, namespaces } = value.process;
        expect(processes?.value).toHaveLength(2);
        expect(descriptors?.ok).toBe(true);
        expect(network?.["devices"]?.value).toMatchObject([{ name: "lo" }]);
        expect(scheduling?.["ioPriority"]?.ok).toBe(true);
        expect(namespaces?.["uts"]).toMatchObject({ owner: { ok: true } });
        const { stdout } = await ocilab(["inspect", "web"]);
        expect(stdout).toMatch(/^Seccomp answers\n {2}x86_64 +\d+ calls allow/m);
      });

      test("--tree and --diff", async () => {
        const tree: { namespaces: readonly { type: string; processes: readonly unknown[] }[] } = await json(
          "inspect",
          ...["inspect", "--tree", "web"],
        );
        expect(tree.namespaces.find(({ type }) => type === "pid")?.processes).toHaveLength(2);
        expect((await ocilab(["inspect", "--tree", "web"])).stdout).toMatch(/^user \d+.*\n├─ mount /m);
        const difference: { differences: readonly { at: string }[] } = await json(
          "inspect",
          ...["inspect", "--diff", "web", String(process.pid)],
        );
        const places = difference.differences.map(({ at }) => at);
        expect(places).toEqual(expect.arrayContaining(["namespaces pid", "seccomp mode", "noNewPrivileges"]));
        const same: { differences: readonly unknown[] } = await json(
          "inspect",
          "inspect",
          "--diff",
          "web",
          "web",
        );
        expect(same.differences).toEqual([]);
      });

      test("--watch draws on a terminal, follows its size, and gives it back at q", async () => {
        const { stdout } = await promisify(execFile)(
          "python3",
          [
            join(repository, "test/cli/support/watch.py"),
            join(repository, "bin/ocilab"),
            ...["inspect", "--watch", "--interval", "0.2", "web"],
          ],
          { env: { ...process.env, OCILAB_HOME: home } },
        );
        const said = JSON.parse(stdout) as Record<string, unknown>;
        expect(said).toMatchObject({
          exit: 0,
          entered: true,
          left: true,
          raw: true,
          cooked: true,
          narrow: true,
        });
      });

      test("--watch ends when the container does", async () => {
        const env = { ...process.env, OCILAB_HOME: home };
        const words = ["inspect", "--watch", "--interval", "0.1", "web"];
        const watching = spawn(join(repository, "bin/ocilab"), words, {
          env,
          stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(watching.stdout, "data")) as [Buffer];
        expect(line.toString()).toMatch(/^\d{4}-.*Z memory /);
        const ended = once(watching, "exit");
        await ocilab(["kill", "web", "KILL"]);
        expect(await ended).toEqual([0, null]);
      });
    },
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it never became true");
}
