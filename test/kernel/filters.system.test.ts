import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { viewProcess } from "../../src/kernel/view.ts";
import { createContainer, sleepSpec } from "../audit/support/container.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { leaderless } from "./support/leaderless.ts";

describeWith(
  ["root", "runc", "busybox", "x86-64"],
  "the filter of a process that changes its first thread",
  () => {
    test("is read before, meanwhile and afterwards", async () => {
      await using place = scratch();
      mkdirSync(join(place.path, "rootfs"));
      writeFileSync(join(place.path, "rootfs/leaderless"), leaderless(1000), { mode: 0o755 });
      const spec = sleepSpec(({ process }) => Object.assign(process ?? {}, { args: ["/leaderless"] }));
      await using container = await createContainer(place.path, { spec, runtime: "runc" });
      let executed = false;
      const start = container.start().then(() => {
        executed = true;
      });
      const details = new Set<string>();
      do {
        const { program, seccomp } = await viewProcess(container.pid, { questions: { seccompRules: true } });
        const own = program.args.ok && ["/leaderless", "sleep"].includes(program.args.value[0] ?? "");
        if (own) details.add(seccomp.rules.ok ? "read" : seccomp.rules.detail);
      } while (!executed);
      await start;
      expect([...details]).toEqual(["read"]);
    });
  },
);
