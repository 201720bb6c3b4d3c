import { describe } from "vitest";
import { describeWith, missing, peer } from "../../support/needs.ts";
import { filesAfterwards, modernAfterwards, processAfterwards } from "./afterwards.ts";
import { mappedConfig, modernConfig, ordinaryConfig } from "./configs.ts";
import { prove } from "./prove.ts";
import { mutationSets } from "./table.ts";

const needs = ["root", "cgroup v2", "busybox", "nsenter", "prlimit", "setpriv"];

describeWith([...needs, "runc"], "a runtime that gets it wrong, cgroup v2", () => {
  const { limits, "mounts and devices": mounts, "the process": process } = mutationSets.ordinary;
  describe("an ordinary config", () =>
    prove({
      by: "config",
      runtime: "runc",
      spec: () =>
        ordinaryConfig({
          memory: { swap: 96 * 1024 * 1024 },
          hugepageLimits: [{ pageSize: "2MB", limit: 4 * 1024 * 1024 }],
          unified: { "memory.high": "48M", "cpu.max.burst": "1000" },
        }),
      sets: {
        "limits, process": [...limits, ...process],
        "limits of cgroup v2, device rules, mounts": [
          ...mutationSets.v2["limits of cgroup v2"],
          ...mutationSets.either["device rules"],
          ...mounts,
        ],
        "meddled with": [...processAfterwards, ...filesAfterwards],
      },
    }));
  describeWith(["user namespaces"], "a user namespace", () =>
    prove({ by: "config", runtime: "runc", spec: mappedConfig, sets: mutationSets.mapped }),
  );
});

const newer = missing("../shared/peers") === undefined ? [] : ["../shared/peers"];

describeWith(
  [...needs, "renice", "ionice", "crun", ...newer],
  "newer runtimes that get it wrong, cgroup v2",
  () => {
    for (const name of ["runc", "crun"])
      describe(`${name}`, () =>
        prove({
          by: "config",
          runtime: peer(name),
          spec: modernConfig,
          sets: { ...mutationSets.modern, "a process reprioritised": modernAfterwards },
        }));
  },
);
