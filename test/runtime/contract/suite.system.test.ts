import { join } from "node:path";
import { expect, test } from "vitest";
import { readMeasured } from "../../../scripts/runtimes-document.ts";
import { probeFeatures } from "../../../src/runtime/probe.ts";
import { openRuntime } from "../../../src/runtime/runtime.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { bundleMaker, runtimes } from "../support.ts";
import { attemptItem, contract } from "./suite.ts";

const makeBundle = bundleMaker();
const measured = readMeasured();
/** Of every area, those in which the versions differ most; `node scripts/runtimes.ts` tries them all. */
const sample = [
  "create-twice",
  "kill-created",
  "process-scheduler",
  "time-offsets",
  "domainname",
  "mount-idmap",
  "seccomp-errno",
  "hook-startContainer",
];

for (const { title, runtime, needs, more } of runtimes) {
  describeWith(needs, `docs/runtimes.json holds for ${title}`, () => {
    test("a sample of the contract", async (context) => {
      await using place = scratch();
      const { kind, version } = (await openRuntime({ runtime })).version;
      const index = measured.runtimes.findIndex(
        (one) => one.kind === kind && one.version === version.replace(/\+.*$/, ""),
      );
      if (index === -1) return context.skip(`${kind} ${version} is not in docs/runtimes.json`);
      const base = await makeBundle(join(place.path, "base"), { args: ["true"] });
      // A sandbox takes a second or two to end.
      const chosen = kind === "runsc" ? ["create-twice", "kill-created", "domainname"] : sample;
      const items = contract.filter(({ id }) => chosen.includes(id));
      const seen: Record<string, string> = {};
      for (const item of items) seen[item.id] = (await attemptItem(item, { runtime, more, base })).result;
      const wanted = measured.items.filter(({ id }) => chosen.includes(id));
      expect(seen).toEqual(Object.fromEntries(wanted.map(({ id, results }) => [id, results[index]?.result])));
    });
  });
}

describeWith(["root", "crun", "runtimes of sid"], "runtimes without the verb features", () => {
  test.each(runtimes.filter(({ title }) => title === "crun" || title === "runsc"))(
    "$title is probed",
    async ({ runtime }) => {
      const opened = await openRuntime({ runtime });
      const document = await probeFeatures(opened);
      expect(document).toMatchObject({
        probed: {
          because: expect.stringContaining('has no verb "features"'),
          verbs: expect.arrayContaining(["create", "start", "exec", "delete", "list"]),
          flags: {
            global: expect.arrayContaining(["root", "log"]),
            create: expect.arrayContaining(["bundle", "pid-file"]),
          },
        },
      });
      const { verbs } = document["probed"] as { verbs: readonly string[] };
      expect(verbs).not.toContain("features");
      expect(verbs.includes("update")).toBe(opened.kind === "crun");
    },
  );
});
