import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lackingLevel } from "../../src/kernel/levels.ts";
import { findMembers } from "../../src/kernel/processes.ts";
import type { KernelFiles } from "../../src/kernel/reading.ts";
import { findCgroup, readUsage } from "../../src/kernel/usage.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { repository } from "../support/needs.ts";
import { captured, errno, type Tree } from "./support/tree.ts";

type Capture = { readonly pid: number; readonly tree: Tree };
const directory = join(repository, "test/kernel/captured");
const captures = readdirSync(directory).map((name) => ({
  kernel: name.replace(".json", ""),
  ...(JSON.parse(readFileSync(join(directory, name), "utf8")) as Capture),
}));

test("three kernels were captured", () => {
  expect(captures.map(({ kernel }) => kernel).sort()).toEqual(["6.1", "6.12", "6.18"]);
});

/** Nothing that the kernel wrote may be malformed: that would be our parser's fault. */
function malformed(node: unknown, at = ""): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  if ("reason" in node && node.reason === "malformed") return [`${at}: ${JSON.stringify(node)}`];
  return Object.entries(node).flatMap(([key, below]) => malformed(below, `${at}/${key}`));
}

describe.each(captures)("a process of Linux $kernel", ({ kernel, pid, tree }) => {
  const files = captured(tree);
  const questions = { processes: true, descriptors: true };
  const v2 = kernel !== "6.18";

  test("every file that it has is understood", async () => {
    const view = await viewProcess(pid, { files, questions });
    expect(malformed(view)).toEqual([]);
    expect(view.network.devices).toMatchObject({ ok: true, value: [{ name: "lo" }] });
    expect(view.network.ipv4).toMatchObject({ ok: true });
    const zero = {
      fd: 0,
      kind: "device",
      target: "/dev/null",
      flags: ["O_RDONLY", "O_LARGEFILE"],
      position: 0,
    };
    expect(view.descriptors).toMatchObject({
      ok: true,
      value: expect.arrayContaining([expect.objectContaining(zero)]),
    });
    expect(view.identity.pids).toMatchObject({ value: [pid, 1] });
    expect(view.namespaces.uts.sharedWithHost).toMatchObject({ ok: true, value: false });
    expect(view.namespaces.uts.owner).toMatchObject({ ok: false, reason: "absent" });
    expect(view.namespaces.user.sharedWithHost).toMatchObject({ ok: true, value: true });
  });

  test("the cgroup v2 files, in full", async () => {
    const { hierarchies } = await viewProcess(pid, { files });
    const unified = hierarchies.find(({ version }) => version === 2);
    const value = (name: string) => {
      const reading = unified?.files[name];
      return reading?.ok ? reading.value : undefined;
    };
    expect(unified?.levels.map(({ path }) => path)).toEqual(["/", "/captured", "/captured/inner"]);
    expect(value("cgroup.type")).toBe("domain");
    expect(value("cgroup.events")).toMatchObject({ populated: 1, frozen: 0 });
    expect(value("cpu.pressure") ?? { some: { avg10: 0 } }).toMatchObject({
      some: { avg10: expect.any(Number) },
    });
    if (!v2) return;
    expect(value("memory.max")).toBe(67108864);
    expect(value("pids.max")).toBe(20);
    expect(value("cpu.max")).toEqual({ quota: 50000, period: 100000 });
    expect(value("memory.stat")).toMatchObject({ anon: expect.any(Number), pgfault: expect.any(Number) });
    expect(lackingLevel(unified?.levels ?? [], "io")?.path).toBe("/captured");
    expect(lackingLevel(unified?.levels ?? [], "memory")).toBeUndefined();
    expect(lackingLevel(unified?.levels ?? [], "no-such")?.path).toBe("/");
  });

  test("its members and its usage", async () => {
    const members = await findMembers(pid, files);
    expect(members).toMatchObject({
      ok: true,
      value: [{ pid, pids: [pid, 1], user: 0, command: "sleep", args: ["sleep", "1000"] }],
    });
    const place = await findCgroup(pid, files);
    expect(place.ok).toBe(true);
    if (!place.ok || !v2) return;
    const usage = await readUsage(place.value, files);
    expect(usage).toMatchObject({
      memory: { ok: true, value: expect.any(Number) },
      memoryLimit: { ok: true, value: 67108864 },
      cpu: { ok: true },
      processes: { ok: true, value: 1 },
      processLimit: { ok: true, value: 20 },
    });
  });
});

describe("what is denied or gone", () => {
  const [{ pid, tree } = { pid: 0, tree: {} }] = captures.filter(({ kernel }) => kernel === "6.12");

  /** The captured files, of which every one that `fails` names, by its path and how many were read before, is answered with an errno. */
  function failing(code: string, fails: (path: string, before: number) => boolean): KernelFiles {
    const files = captured(tree);
    let before = 0;
    const guard = <T>(path: string, read: () => Promise<T>): Promise<T> =>
      fails(path, before++) ? Promise.reject(errno(code)) : read();
    return {
      readText: (path) => guard(path, () => files.readText(path)),
      readLink: (path) => guard(path, () => files.readLink(path)),
      list: (path) => guard(path, () => files.list(path)),
      status: (path, options) => guard(path, () => files.status(path, options)),
    };
  }
  const questions = { processes: true, descriptors: true };

  test.each(["ENOENT", "ESRCH", "EACCES"])(
    "%s from any moment on: no process, or a hidden one, and no crash",
    async (code) => {
      let reads = 0;
      const counting = failing(code, (_, before) => {
        reads = before + 1;
        return false;
      });
      await viewProcess(pid, { files: counting, questions });
      expect(reads).toBeGreaterThan(100);
      for (let moment = 0; moment < reads; moment += 3) {
        const files = failing(code, (path, before) => before >= moment && path.startsWith(`/proc/${pid}/`));
        const outcome = await viewProcess(pid, { files, questions }).catch((error: unknown) => error);
        // One that is denied from the beginning on is there: hidepid hides it (proc(5)).
        const isHidden = code === "EACCES" && moment === 0;
        expect(outcome).toMatchObject({ code: isHidden ? "kernel.unreadable" : "kernel.no-process" });
      }
    },
  );

  test.each(["EACCES", "EPERM"])(
    "%s for any one file: a reading that says denied, and all others as they were",
    async (code) => {
      const whole = await viewProcess(pid, { files: captured(tree), questions });
      for (const denied of Object.keys(tree).filter((path) => path !== `/proc/${pid}/stat`)) {
        const view = await viewProcess(pid, { files: failing(code, (path) => path === denied), questions });
        expect(malformed(view), denied).toEqual([]);
        expect(view.identity).toEqual(denied.endsWith("/status") ? expect.anything() : whole.identity);
      }
    },
  );

  test("a process of the container that vanishes is left out", async () => {
    const files = failing("ESRCH", (path) => path === `/proc/${pid}/stat`);
    expect(await findMembers(pid, files)).toMatchObject({ ok: true, value: [] });
  });
});
