import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lackingLevel } from "../../src/kernel/levels.ts";
import { findMembers } from "../../src/kernel/processes.ts";
import { findCgroup, readUsage } from "../../src/kernel/usage.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { repository } from "../support/needs.ts";
import { captured, type Tree } from "./support/tree.ts";

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
