import { join } from "node:path";
import { expect, test } from "vitest";
import { readMeasured } from "../../../scripts/runtimes-document.ts";
import { openRuntime } from "../../../src/runtime/runtime.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { bundleMaker, runtimes } from "../support.ts";
import { attemptItem, contract } from "./suite.ts";

const makeBundle = bundleMaker();
const measured = readMeasured();
const sample = ["cpu-burst"];

for (const { title, runtime, needs, more } of runtimes) {
  describeWith([...needs, "cgroup v2"], `docs/runtimes.json holds for ${title} with cgroup v2`, () => {
    test.each(contract.filter(({ id }) => sample.includes(id)))("$title", async (item) => {
      await using place = scratch();
      const { kind, version } = (await openRuntime({ runtime })).version;
      const index = measured.runtimes.findIndex(
        (one) => one.kind === kind && one.version === version.replace(/\+.*$/, ""),
      );
      if (index === -1) return;
      const base = await makeBundle(join(place.path, "base"), { args: ["true"] });
      const { result } = await attemptItem(item, { runtime, more, base });
      expect(result).toBe(measured.items.find(({ id }) => id === item.id)?.results[index]?.result);
    });
  });
}
