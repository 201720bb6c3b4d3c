import { expect, test } from "vitest";
import { lackingLevel } from "../../src/kernel/levels.ts";
import { findMembers } from "../../src/kernel/processes.ts";
import { findCgroup, readUsage } from "../../src/kernel/usage.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { createContainer, sleepSpec } from "../audit/support/container.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

describeWith(["root", "cgroup v2", "busybox", "runc", "crun"], "a container on cgroup v2", () => {
  test.each(["runc", "crun"])(
    "%s: the way down, pressure, device programs, members and usage",
    async (runtime) => {
      await using place = scratch();
      const spec = sleepSpec((wanted) => {
        if (wanted.linux !== undefined)
          wanted.linux.resources = { ...wanted.linux.resources, pids: { limit: 20 } };
      });
      await using container = await createContainer(place.path, { spec, runtime });
      await container.start();
      const { pid } = container;
      const { hierarchies, timeOffsets } = await viewProcess(pid);
      const [unified] = hierarchies;
      expect(unified?.version).toBe(2);
      expect(unified?.levels.length).toBeGreaterThan(1);
      expect(unified?.levels[0]?.path).toBe("/");
      expect(unified?.levels.at(-1)).toMatchObject({
        path: unified?.path,
        type: { ok: true, value: "domain" },
        owner: { ok: true, value: { user: 0, procs: 0, subtreeControl: 0 } },
      });
      expect(lackingLevel(unified?.levels ?? [], "pids")).toBeUndefined();
      expect(unified?.can).toMatchObject({
        kill: { ok: true, value: true },
        freeze: { ok: true, value: true },
      });
      expect(unified?.files["memory.pressure"]).toMatchObject({
        ok: true,
        value: { some: { total: expect.any(Number) }, full: { avg10: expect.any(Number) } },
      });
      expect(unified?.deviceFilter).toMatchObject({
        ok: true,
        value: { effective: [{ type: "cgroup_device", instructions: expect.any(Number) }] },
      });
      expect(timeOffsets.ok).toBe(true);
      expect(await findMembers(pid)).toMatchObject({ ok: true, value: [{ pid }] });
      const cgroup = await findCgroup(pid);
      if (!cgroup.ok) throw new Error(cgroup.detail);
      const usage = await readUsage(cgroup.value);
      expect(usage).toMatchObject({
        processes: { ok: true, value: 1 },
        processLimit: { ok: true, value: 20 },
        memory: { ok: true, value: expect.any(Number) },
        pressure: { cpu: { ok: true }, memory: { ok: true }, io: { ok: true } },
      });
      expect(usage.memory.source).toContain("/memory.current");
    },
  );
});
